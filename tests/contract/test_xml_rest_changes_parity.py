"""Records, batches and changes told once over REST and once over XML: equal books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Protocol

import pytest

from intacct.changes import (
    Change,
    DeleteSalesDocument,
    LineUpdate,
    ReverseDocument,
    Reversible,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Document, DocumentResult, JournalEntry, SalesDocument
from intacct.masters import DimensionEntry, DimensionKind, Item, ItemType, Warehouse
from intacct.records import Record
from intacct.rest.records import RestRecords
from intacct.stock import StockDocument, StockLine
from intacct.xml.records import XmlRecords
from local.intacct_simulator.company import Company
from tests.contract.conftest import RestRig, Simulator
from tests.contract.test_xml_rest_parity import (
    AR_INVOICE,
    AT,
    CUSTOMER,
    DAY,
    JOURNAL,
    ORDER,
    invoice_of,
    usd,
)
from tests.contract.xml_rig import XmlRig

LATER = date(2026, 11, 21)
ITEM = Item("CAP-1", "Cap", ItemType.SALES_ONLY, base_price=usd("12.50"))
COUNTED = StockDocument(
    definition="Inventory Adjustment Increase",
    reference="COUNT-7",
    dated_on=DAY,
    lines=(StockLine("TEE", "W1", Decimal(5), "Each", usd("9.00"), AT),),
)


class Teller(Protocol):
    """One protocol's way to say everything."""

    def post(self, documents: Sequence[Document]) -> list[DocumentResult]: ...

    def create(self, record: Record) -> DocumentResult: ...

    def change(self, change: Change) -> DocumentResult: ...


class OverRest:
    def __init__(self, rig: RestRig) -> None:
        self._actions = rig.actions
        self._records = RestRecords(rig.client, entity="100")
        self._marks = iter(f"rest-{number}" for number in range(1000))

    def post(self, documents: Sequence[Document]) -> list[DocumentResult]:
        marks = [next(self._marks) for _ in documents]
        return done(self._actions.create_many(documents, marks))

    def create(self, record: Record) -> DocumentResult:
        return self._records.create(record, idempotency_key=next(self._marks))

    def change(self, change: Change) -> DocumentResult:
        return self._records.change(change, idempotency_key=next(self._marks))


class OverXml:
    def __init__(self, rig: XmlRig) -> None:
        self._actions = rig.actions("100")
        self._records = XmlRecords(rig.gateway, entity="100", base_currency="USD")
        self._marks = iter(f"xml-{number}" for number in range(1000))

    def post(self, documents: Sequence[Document]) -> list[DocumentResult]:
        marks = [next(self._marks) for _ in documents]
        return done(self._actions.create_many(documents, marks))

    def create(self, record: Record) -> DocumentResult:
        return self._records.create(record, control_id=next(self._marks))

    def change(self, change: Change) -> DocumentResult:
        return self._records.change(change, control_id=next(self._marks))


def done(outcomes: Sequence[DocumentResult | Exception]) -> list[DocumentResult]:
    assert not [each for each in outcomes if isinstance(each, Exception)]
    return [each for each in outcomes if isinstance(each, DocumentResult)]


def numbered(count: int) -> list[SalesDocument]:
    return [replace(ORDER, reference=f"20{number:02}-SO") for number in range(count)]


def line_keys(company: Company, order: DocumentResult) -> list[str]:
    return [str(line["key"]) for line in company.books.lines("sales_document", int(order.key))]


def tell(teller: Teller, company: Company) -> None:
    """Masters and stock; three orders: one invoiced, one changed, one deleted; two reversals."""
    made = teller.create(ITEM)
    renamed = UpdateMaster(made.key, replace(ITEM, name="Hat"), frozenset({"name"}))
    teller.change(renamed)
    teller.create(Warehouse("W9", "Ninth", location="100"))
    teller.create(DimensionEntry(DimensionKind.DEPARTMENT, "OUTLET", "Outlet"))
    teller.create(COUNTED)
    invoiced, changed, deleted = teller.post(numbered(3))
    teller.post([replace(invoice_of(invoiced), reference="2000-INV")])
    first, second, _ = line_keys(company, changed)
    fewer = replace(ORDER.lines[0], quantity=Decimal(1))
    definition = "Sales Order"
    teller.change(
        UpdateSalesDocument(
            definition,
            changed.key,
            changed.id,
            due_on=LATER,
            memo="Changed",
            added=(fewer,),
            changed=(LineUpdate(first, fewer),),
            removed=(second,),
        )
    )
    teller.change(DeleteSalesDocument(definition, deleted.key, deleted.id))
    (bill,) = teller.post([AR_INVOICE])
    teller.change(ReverseDocument(Reversible.AR_INVOICE, bill.key, LATER, "Twice"))
    entries: list[JournalEntry] = [JOURNAL, replace(JOURNAL, reference="GL-2", is_draft=True)]
    teller.post(entries)


@pytest.fixture
def rest(simulator: Simulator) -> Iterator[RestRig]:
    with closing(RestRig(simulator)) as rig:
        yield rig


def shown(company: Company, table: str, *names: str) -> list[tuple[object, ...]]:
    """What the books say of every record of a table, in the order of their making."""
    return [
        tuple(row.get(name) for name in names) for row in company.books.select(table, private=True)
    ]


def test_records_and_changes_over_both_protocols_leave_equal_books(
    rest: RestRig, simulator: Simulator
) -> None:
    xml = XmlRig()
    over_rest, over_xml = OverRest(rest), OverXml(xml)
    over_rest.post([CUSTOMER])
    over_xml.post([CUSTOMER])

    tell(over_rest, simulator.company)
    tell(over_xml, xml.company)

    for table, names in (
        ("item", ("id", "name", "item_type", "base_price")),
        ("warehouse", ("id", "name")),
        ("department", ("id", "name")),
        ("sales_document", ("id", "state", "memo", "due_date", "reference_number")),
        ("inventory_document", ("id", "reference_number")),
        ("ar_invoice", ("state",)),
        ("journal_entry", ("reference_number", "state")),
    ):
        assert shown(xml.company, table, *names) == shown(simulator.company, table, *names), table
    assert len(shown(xml.company, "sales_document", "id")) == 3
    rows = xml.company.books.trial_balance()
    assert {row.account: row.balance for row in rows if row.balance} == simulator.balances()
