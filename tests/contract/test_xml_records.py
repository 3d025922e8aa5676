"""Masters, stock, entries and files over XML, into the simulator's books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from intacct.changes import AddFiles, ReplaceJournalEntry, UpdateMaster
from intacct.documents import (
    Contact,
    Customer,
    DocumentResult,
    Side,
)
from intacct.errors import DuplicateDocumentError, NotSentError, RejectedError
from intacct.masters import (
    AttachedFile,
    Attachment,
    DimensionEntry,
    DimensionKind,
    Folder,
    Item,
    ItemType,
    Master,
    Warehouse,
)
from intacct.statistics import StatisticalEntry, StatisticalLine
from intacct.stock import StockDocument, StockLine
from intacct.xml.queries import Query, equal
from intacct.xml.records import XmlRecords
from tests.contract.test_xml_actions import (
    AT,
    CUSTOMER,
    JOURNAL,
    TODAY,
    post,
    usd,
)
from tests.contract.xml_rig import XmlRig

LATER = date(2026, 11, 21)
ITEM = Item(
    id="CAP-1",
    name="Cap",
    type=ItemType.SALES_ONLY,
    sales_description="A cap",
    base_price=usd("12.50"),
    is_taxable=True,
)


@pytest.fixture
def rig() -> XmlRig:
    rig = XmlRig()
    rig.company.clock.set(rig.company.clock.now().replace(year=2026, month=11, day=22))
    post(rig, CUSTOMER, "customer")
    return rig


@pytest.fixture
def records(rig: XmlRig) -> XmlRecords:
    return XmlRecords(rig.gateway, base_currency="USD")


@pytest.mark.parametrize(
    "master",
    [
        Customer("C-2", "Grace"),
        Contact("Grace (C-2)", "Grace", email="grace@example.com"),
        ITEM,
        Warehouse("WH-9", "Ninth", location="100"),
        DimensionEntry(DimensionKind.DEPARTMENT, "OUTLET", "Outlet"),
        DimensionEntry(DimensionKind.CLASS, "GIFT", "Gifts"),
    ],
)
def test_a_master_is_created_once_and_found_by_its_id(records: XmlRecords, master: Master) -> None:
    assert records.find(master) == []

    made = records.create(master, control_id="one")

    (found,) = records.find(master)
    assert (found.result.key, found.reference) == (made.key, master.id)
    with pytest.raises(DuplicateDocumentError):
        records.create(master, control_id="two")


def test_an_update_changes_the_named_fields_only(rig: XmlRig, records: XmlRecords) -> None:
    made = records.create(ITEM, control_id="one")
    changed = replace(ITEM, name="Hat", sales_description="Not sent", is_active=False)

    update = UpdateMaster(made.key, changed, frozenset({"name", "is_active"}))
    records.change(update, control_id="two")

    item = rig.company.books.by_id("item", "CAP-1") or {}
    assert (item["name"], item["so_description"], item["status"]) == ("Hat", "A cap", "inactive")


def test_an_update_with_an_empty_value_clears_the_field(rig: XmlRig, records: XmlRecords) -> None:
    made = records.create(ITEM, control_id="one")

    update = UpdateMaster(
        made.key, replace(ITEM, sales_description=""), frozenset({"sales_description"})
    )
    records.change(update, control_id="two")

    item = rig.company.books.by_id("item", "CAP-1") or {}
    assert (item["name"], item["so_description"]) == ("Cap", None)


def test_a_customers_new_address_reaches_its_contact(rig: XmlRig, records: XmlRecords) -> None:
    (known,) = records.find(CUSTOMER)
    assert CUSTOMER.contact is not None
    moved = replace(CUSTOMER, contact=replace(CUSTOMER.contact, email="new@example.com"))

    update = UpdateMaster(known.result.key, moved, frozenset({"contact"}))
    records.change(update, control_id="two")

    found = rig.actions().find_customers(email="new@example.com")
    assert [customer.id for customer in found] == ["C-1001"]


def test_the_type_of_an_item_is_fixed(records: XmlRecords) -> None:
    update = UpdateMaster("1", ITEM, frozenset({"type"}))

    with pytest.raises(RejectedError) as caught:
        records.change(update, control_id="two")

    assert caught.value.findings[0].target == "/type"


def test_masters_are_deleted_together(records: XmlRecords) -> None:
    cap = records.create(ITEM, control_id="one")
    hat = replace(ITEM, id="HAT-1")
    other = records.create(hat, control_id="two")

    records.delete("ITEM", [cap.key, other.key], control_id="three")

    assert records.find(ITEM) + records.find(hat) == []


def test_a_create_of_many_that_fails_in_part_tells_what_is_there(records: XmlRecords) -> None:
    masters = [Customer("C-2", "Two"), CUSTOMER, Customer("C-3", "Three")]

    first, second, third = records.create_together(masters, control_id="many")

    assert isinstance(first, DocumentResult)
    assert records.find(masters[0])[0].result.key == first.key
    assert isinstance(second, DuplicateDocumentError)
    assert isinstance(third, NotSentError)
    assert records.find(masters[2]) == []


def test_a_create_of_many_gives_each_its_key(records: XmlRecords) -> None:
    masters = [Customer(f"C-{number}", "N") for number in range(2, 9)]

    outcomes = records.create_together(masters, control_id="many")

    assert [each.key for each in outcomes if isinstance(each, DocumentResult)] == [
        records.find(master)[0].result.key for master in masters
    ]


def test_a_draft_journal_is_replaced_and_posted(rig: XmlRig, records: XmlRecords) -> None:
    draft = post(rig, replace(JOURNAL, is_draft=True), "draft")
    assert Decimal(rig.balance("4000")) == 0
    raised = replace(
        JOURNAL, lines=tuple(replace(line, amount=usd("80.00")) for line in JOURNAL.lines)
    )

    records.change(ReplaceJournalEntry(draft.key, raised), control_id="update")

    assert Decimal(rig.balance("4000")) == Decimal("-80.00")
    assert [found.result.key for found in rig.actions().find(JOURNAL)] == [draft.key]


def test_a_draft_journal_is_deleted(rig: XmlRig, records: XmlRecords) -> None:
    draft = post(rig, replace(JOURNAL, is_draft=True), "draft")

    records.delete("GLBATCH", [draft.key], control_id="delete")

    assert rig.actions().find(JOURNAL) == []


def test_a_journal_with_a_reversal_date_is_undone_on_it(rig: XmlRig) -> None:
    rig.company.clock.set(rig.company.clock.now().replace(month=12, day=2))

    post(rig, replace(JOURNAL, reverses_on=date(2026, 12, 1)), "accrual")

    rows = rig.actions().read(Query("GLBATCH", ("BATCH_DATE",), equal("JOURNAL", "GJ")))
    assert [row.findtext("BATCH_DATE") for row in rows] == ["11/20/2026", "12/01/2026"]
    assert Decimal(rig.balance("4000")) == 0


def test_counts_are_entered_in_a_statistical_journal(rig: XmlRig, records: XmlRecords) -> None:
    entry = StatisticalEntry(
        reference="STAT-7",
        journal="STJ",
        posted_on=TODAY,
        description="Orders of the day",
        lines=(StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(42), AT),),
    )

    made = records.create(entry, control_id="count")

    assert [found.result.key for found in records.find(entry)] == [made.key]
    lines = rig.company.books.lines("journal_entry", int(made.key))
    assert [(line["side"], line["amount"]) for line in lines] == [("debit", Decimal(42))]


def test_stock_comes_in_by_a_document_of_its_definition(records: XmlRecords) -> None:
    movement = StockDocument(
        definition="Inventory Adjustment Increase",
        reference="COUNT-7",
        dated_on=TODAY,
        lines=(StockLine("TEE", "W1", Decimal(5), "Each", usd("9.00"), AT),),
    )
    assert records.find(movement) == []

    made = records.create(movement, control_id="count")

    assert made.key.isdecimal()
    assert [found.result.key for found in records.find(movement)] == [made.key]
    assert made.id.startswith("Inventory Adjustment Increase-")


def test_an_attachment_lies_in_its_folder(rig: XmlRig, records: XmlRecords) -> None:
    folder = Folder("Orders", "Order papers")
    attachment = Attachment("A-1", "Order 1", "Orders", (AttachedFile("order.txt", b"hello"),))

    records.create(folder, control_id="folder")
    made = records.create(attachment, control_id="file")
    more = AddFiles(made.key, "A-1", (AttachedFile("more.txt", b"more"),))
    records.change(more, control_id="more")

    assert [found.result.key for found in records.find(attachment)] == [made.key]
    files = rig.company.books.lines("attachment", int(made.key))
    assert [file["name"] for file in files] == ["order.txt", "more.txt"]
