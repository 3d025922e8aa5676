"""Who keeps which record and carries out which change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from intacct.capabilities import Action, action_of_change, action_of_record, protocols
from intacct.changes import (
    AddFiles,
    Change,
    CloseSalesDocument,
    DeleteJournalEntry,
    DeleteSalesDocument,
    ReplaceJournalEntry,
    ReverseDocument,
    Reversible,
    UpdateCustomRecord,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Contact, Customer, DocumentResult, JournalEntry
from intacct.entries import Deposit
from intacct.errors import IntacctError
from intacct.masters import (
    AttachedFile,
    Attachment,
    CustomRecord,
    DimensionEntry,
    DimensionKind,
    Folder,
    Item,
    Warehouse,
)
from intacct.record_router import IntacctRecords
from intacct.records import Record
from intacct.results import Found
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, TransferLine, WarehouseTransfer

DAY = date(2026, 11, 20)
RECORDS: list[Record] = [
    Contact("C", "Ada"),
    Item("I", "Item"),
    Warehouse("W", "Warehouse"),
    DimensionEntry(DimensionKind.CLASS, "VIP", "Very good"),
    CustomRecord("channel", (("name", "web"),)),
    Attachment("A", "Files", "F", (AttachedFile("a", b"a"),)),
    Folder("F"),
    StockDocument("Receipt", "R", DAY, ()),
    WarehouseTransfer("R", DAY, (TransferLine("I", Decimal(1), "Each", "W", "V"),)),
    Deposit("D", DAY, "BANK", ("1",)),
    StatisticalEntry("S", "STJ", DAY, "Orders", ()),
]
CHANGES: list[Change] = [
    UpdateMaster("1", Customer("C", "Ada"), frozenset({"name"})),
    UpdateSalesDocument("Sales Order", "1"),
    CloseSalesDocument("Sales Order", "1"),
    DeleteSalesDocument("Sales Order", "1"),
    *(ReverseDocument(kind, "1", DAY) for kind in Reversible),
    ReplaceJournalEntry("1", JournalEntry("J", "GJ", DAY, "Counted", ())),
    DeleteJournalEntry("1"),
    UpdateCustomRecord("1", CustomRecord("channel", (("name", "web"),))),
    AddFiles("1", "A", (AttachedFile("b", b"b"),)),
]


class FakeKeeper:
    """Remembers what it was asked, by either protocol's mark."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def create(
        self, record: Record, *, idempotency_key: str = "", control_id: str = ""
    ) -> DocumentResult:
        self.asked.append(f"create {type(record).__name__} {idempotency_key}{control_id}")
        return DocumentResult("1")

    def create_items(
        self, made: Sequence[Item], marks: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        self.asked += [f"create {item.id} {mark}" for item, mark in zip(made, marks, strict=True)]
        return [DocumentResult(item.id) for item in made]

    def find(self, record: Record) -> list[Found]:
        self.asked.append(f"find {type(record).__name__}")
        return []

    def change(
        self, change: Change, *, idempotency_key: str = "", control_id: str = ""
    ) -> DocumentResult:
        self.asked.append(f"change {type(change).__name__} {idempotency_key}{control_id}")
        return DocumentResult("1")


class Rig:
    def __init__(self, **overrides: str) -> None:
        self.rest, self.xml = FakeKeeper(), FakeKeeper()
        self.built: list[str] = []
        self.records = IntacctRecords(
            rest=lambda: self._build("rest", self.rest),
            xml=lambda: self._build("xml", self.xml),
            protocols=protocols(overrides),
        )

    def _build(self, name: str, keeper: FakeKeeper) -> FakeKeeper:
        self.built.append(name)
        return keeper


def test_every_record_and_every_change_has_its_action() -> None:
    assert {type(record) for record in RECORDS} == set(get_args(Record))
    assert {type(change) for change in CHANGES} == set(get_args(Change))
    served = {action_of_record(record) for record in RECORDS}
    served |= {action_of_change(change) for change in CHANGES}
    # A folder and more files belong to attachments, a custom record's update to its creation.
    assert len(served) == len(RECORDS) + len(CHANGES) - 3


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_is_looked_for_where_it_is_created(record: Record) -> None:
    rig = Rig()
    rig.records.create(record, control_id="c", idempotency_key="k")
    rig.records.find(record)
    name = type(record).__name__
    by_xml = action_of_record(record) is Action.STATISTICAL_ENTRY
    expected = [f"create {name} {'c' if by_xml else 'k'}", f"find {name}"]
    assert (rig.xml if by_xml else rig.rest).asked == expected
    assert len(rig.built) == 1


@pytest.mark.parametrize(("protocol", "mark"), [("rest", "k"), ("xml", "c")])
def test_many_items_go_by_the_protocol_of_one(protocol: str, mark: str) -> None:
    rig = Rig(item=protocol)
    items = [Item("TEE", "Tee"), Item("MUG", "Mug")]
    made = rig.records.create_items(items, control_ids=["c1", "c2"], idempotency_keys=["k1", "k2"])
    assert made == [DocumentResult("TEE"), DocumentResult("MUG")]
    keeper = rig.xml if protocol == "xml" else rig.rest
    assert keeper.asked == [f"create TEE {mark}1", f"create MUG {mark}2"]
    assert rig.built == [protocol]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_a_change_goes_by_the_protocol_of_the_table(change: Change) -> None:
    rig = Rig()
    rig.records.change(change, control_id="c", idempotency_key="k")
    by_xml = isinstance(change, CloseSalesDocument | ReplaceJournalEntry)
    expected = f"change {type(change).__name__} {'c' if by_xml else 'k'}"
    assert (rig.xml if by_xml else rig.rest).asked == [expected]


def test_a_deposit_made_over_xml_is_looked_for_over_rest() -> None:
    rig = Rig(deposit="xml")
    deposit = Deposit("D", DAY, "BANK", ("1",))
    rig.records.create(deposit, control_id="c", idempotency_key="k")
    rig.records.find(deposit)
    assert rig.xml.asked == ["create Deposit c"]
    assert rig.rest.asked == ["find Deposit"]


def test_a_tenant_may_choose_the_other_protocol_for_a_change() -> None:
    rig = Rig(close_sales_document="rest", item="xml")
    rig.records.change(CHANGES[2], control_id="c", idempotency_key="k")
    rig.records.create(RECORDS[1], control_id="c", idempotency_key="k")
    assert rig.rest.asked == ["change CloseSalesDocument k"]
    assert rig.xml.asked == ["create Item c"]
