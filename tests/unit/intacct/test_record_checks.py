"""Records and changes that are refused before they are sent, by both protocols alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from commerce.money import Money
from intacct.changes import (
    AddFiles,
    Change,
    CloseSalesDocument,
    DeleteJournalEntry,
    DeleteSalesDocument,
    LineUpdate,
    ReplaceJournalEntry,
    ReverseDocument,
    Reversible,
    UpdateCustomRecord,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Contact, Customer, Dimensions, JournalEntry, SalesLine, Side
from intacct.entries import Deposit
from intacct.errors import RejectedError
from intacct.masters import (
    AttachedFile,
    Attachment,
    CostMethod,
    CustomRecord,
    DimensionEntry,
    DimensionKind,
    Folder,
    Item,
    ItemType,
    KitPart,
    Warehouse,
)
from intacct.record_checks import refuse_impossible_change, refuse_impossible_record
from intacct.records import Record
from intacct.rest.records import RestRecords
from intacct.statistics import StatisticalEntry, StatisticalLine
from intacct.stock import StockDocument, StockLine, TransferLine, WarehouseTransfer
from intacct.xml.records import XmlRecords
from tests.unit.intacct.rest.support import Server, client, created
from tests.unit.intacct.xml.scripted import Rig

DAY = date(2026, 1, 15)
ODD = Dimensions(custom=(("no good", "1"),))
NEW = AttachedFile("a.txt", b"a")
SOLD = SalesLine("TEE", Decimal(1), "Each", Money.of("5.00", "USD"))
NOWHERE = TransferLine("", Decimal(0), "", "W", "W")

RECORDS: list[tuple[Record | Customer, list[str]]] = [
    (Customer("", "Ada"), ["MISSING /id"]),
    (Contact("", ""), ["MISSING /id", "MISSING /print_as"]),
    (Item("I\n", ""), ["UNFIT_TEXT /id", "MISSING /name"]),
    (Item("I", "Item", cost_method=CostMethod.FIFO), ["COST_METHOD /cost_method"]),
    (Item("I", "Item", components=(KitPart("", Decimal(1)),)),
     ["COMPONENTS /components", "MISSING /components/0/item"]),
    (Item("I", "Item", ItemType.KIT, components=(KitPart("I", Decimal(0)),)),
     ["COMPONENTS /components/0/item", "COMPONENTS /components/0/quantity"]),
    (Warehouse("", "", custom=(("", ""),)),
     ["MISSING /id", "MISSING /name", "CUSTOM_FIELD /custom"]),
    (DimensionEntry(DimensionKind.CLASS, "VIP", ""), ["MISSING /name"]),
    (CustomRecord("", ()), ["MISSING /object", "NO_LINES /fields"]),
    (CustomRecord("channel", (("a b", ""),)), ["CUSTOM_FIELD /fields"]),
    (Folder(""), ["MISSING /id"]),
    (Attachment("A", "", "", ()), ["MISSING /name", "MISSING /folder", "NO_LINES /files"]),
    (Attachment("A", "x", "F", (AttachedFile("", b""),)),
     ["MISSING /files/0/name", "EMPTY_FILE /files/0"]),
    (StockDocument("", "", DAY, ()),
     ["MISSING /reference", "MISSING /definition", "NO_LINES /lines"]),
    (StockDocument("R", "1", DAY, (StockLine("", "", Decimal(0), "", dimensions=ODD),)),
     ["MISSING /lines/0/item", "MISSING /lines/0/unit", "CUSTOM_FIELD /lines/0/dimensions/custom",
      "QUANTITY /lines/0/quantity", "MISSING /lines/0/warehouse"]),
    (WarehouseTransfer("T", DAY, (NOWHERE,)),
     ["MISSING /lines/0/item", "MISSING /lines/0/unit", "QUANTITY /lines/0/quantity",
      "SAME_WAREHOUSE /lines/0"]),
    (Deposit("", DAY, "", ()),
     ["MISSING /reference", "MISSING /bank_account", "NO_LINES /receipts"]),
    (Deposit("D", DAY, "BANK", ("7", "7")), ["REPEATED /receipts"]),
    (StatisticalEntry("S", "", DAY, "", ()),
     ["MISSING /journal", "MISSING /description", "NO_LINES /lines"]),
    (StatisticalEntry("S", "STJ", DAY, "x", (StatisticalLine("", Side.DEBIT, Decimal(-1)),)),
     ["MISSING /lines/0/account", "QUANTITY /lines/0/quantity"]),
]  # fmt: skip

CHANGES: list[tuple[Change, list[str]]] = [
    (UpdateMaster("", Item("I", ""), frozenset({"type", "cost_method", "name"})),
     ["MISSING /key", "FIELD_FIXED /cost_method", "FIELD_FIXED /type", "MISSING /name"]),
    (UpdateMaster("1", DimensionEntry(DimensionKind.CLASS, "A", "B"), frozenset({"dimension"})),
     ["FIELD_FIXED /dimension"]),
    (UpdateMaster("1", Customer("C", "Ada"), frozenset({"contact"})), ["FIELD_FIXED /contact"]),
    (UpdateMaster("1", Customer("C", "Ada", Contact("C", ""), custom=(("a b", ""),)),
                  frozenset({"contact", "custom"})),
     ["MISSING /contact/print_as", "CUSTOM_FIELD /custom"]),
    (UpdateSalesDocument("", "1"), ["MISSING /definition", "NO_CHANGE "]),
    (UpdateSalesDocument("Sales Order", "1", changed=(LineUpdate("7", SOLD),), removed=("7",)),
     ["REPEATED /changed"]),
    (UpdateSalesDocument("Sales Order", "1",
                         added=(SalesLine("", Decimal(0), "", SOLD.unit_price, ODD),)),
     ["MISSING /added/0/item", "MISSING /added/0/unit", "CUSTOM_FIELD /added/0/dimensions/custom",
      "QUANTITY /added/0/quantity"]),
    (CloseSalesDocument("Sales Order", ""), ["MISSING /key"]),
    (DeleteSalesDocument("Sales Order", ""), ["MISSING /key"]),
    (ReverseDocument(Reversible.PAYMENT, "", DAY), ["MISSING /key"]),
    (DeleteJournalEntry(""), ["MISSING /key"]),
    (ReplaceJournalEntry("1", JournalEntry("J", "GJ", DAY, "x", ())), ["ONE_SIDED /lines"]),
    (UpdateCustomRecord("1", CustomRecord("channel", ())), ["NO_LINES /fields"]),
    (AddFiles("1", "", ()), ["MISSING /id", "NO_LINES /files"]),
]  # fmt: skip


def told(error: RejectedError) -> list[str]:
    return [f"{finding.code} {finding.target}" for finding in error.findings]


@pytest.mark.parametrize(
    ("record", "expected"), RECORDS, ids=[type(record).__name__ for record, _ in RECORDS]
)
def test_an_impossible_record_is_not_sent_and_told_whole(
    record: Record | Customer, expected: list[str]
) -> None:
    server, rig = Server(created()), Rig()
    with pytest.raises(RejectedError) as over_xml:
        XmlRecords(rig.gateway).create(record, control_id="c")

    assert told(over_xml.value) == expected
    if not isinstance(record, Customer):
        with pytest.raises(RejectedError) as over_rest:
            RestRecords(client(server), entity="100").create(record, idempotency_key="k")
        assert told(over_rest.value) == expected
    assert (server.requests, rig.requests) == ([], [])


@pytest.mark.parametrize(
    ("change", "expected"), CHANGES, ids=[type(change).__name__ for change, _ in CHANGES]
)
def test_an_impossible_change_is_not_sent_and_told_whole(
    change: Change, expected: list[str]
) -> None:
    server, rig = Server(created()), Rig()
    with pytest.raises(RejectedError) as over_rest:
        RestRecords(client(server), entity="100").change(change, idempotency_key="k")
    with pytest.raises(RejectedError) as over_xml:
        XmlRecords(rig.gateway).change(change, control_id="c")

    assert told(over_rest.value) == told(over_xml.value) == expected
    assert (server.requests, rig.requests) == ([], [])


def test_every_kind_of_record_and_change_is_refused_for_something() -> None:
    assert {type(record) for record, _ in RECORDS} == {*get_args(Record), Customer}
    assert {type(change) for change, _ in CHANGES} == set(get_args(Change))


def test_what_is_whole_passes() -> None:
    refuse_impossible_record(Item("I", "Item", ItemType.INVENTORY, cost_method=CostMethod.FIFO))
    refuse_impossible_record(Attachment("A", "x", "F", (NEW,)))
    refuse_impossible_change(UpdateSalesDocument("Sales Order", "1", memo=""))
    refuse_impossible_change(
        UpdateSalesDocument("Sales Order", "1", added=(SOLD,), changed=(LineUpdate("7", SOLD),))
    )
    refuse_impossible_change(UpdateMaster("1", Customer("C", "Ada"), frozenset({"term"})))
