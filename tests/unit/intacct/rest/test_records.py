"""How masters, stock, deposits, statistics, files and changes are written over REST."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from intacct.documents import (
    Dimensions,
    JournalEntry,
    JournalLine,
    Side,
)
from intacct.entries import Deposit, mirrored
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
    Warehouse,
)
from intacct.records import Record
from intacct.rest import attachments, custom_records, stock
from intacct.rest.records import RestRecords
from intacct.statistics import StatisticalEntry, StatisticalLine
from intacct.stock import StockDocument, StockLine, TransferLine, WarehouseTransfer
from tests.unit.intacct.rest.documents import DAY, WEB, has_empty_reference, sent, usd
from tests.unit.intacct.rest.support import Server, client, created, page, refusal

LATER = date(2026, 12, 1)


def written(record: Record) -> tuple[str, Any]:
    """The path and body that a record is created with."""
    server = Server(created())
    RestRecords(client(server), entity="100").create(record, idempotency_key="k-1")
    (request,) = server.requests
    assert request.method == "POST"
    assert request.headers["Idempotency-Key"] == "k-1"
    assert request.headers["X-IA-API-Param-Entity"] == "100"
    assert not has_empty_reference(server.bodies()[0])
    return request.url.raw_path.decode().removeprefix("/ia/api/v1"), server.bodies()[0]


def test_an_item_is_written_with_its_groups_and_without_what_is_not_known() -> None:
    item = Item(
        "TEE",
        "Tee",
        type=ItemType.INVENTORY,
        cost_method=CostMethod.AVERAGE,
        gl_group="GOODS",
        unit_group="Count",
        base_price=usd("25.00"),
        standard_cost=Money.of("7.1250", "USD"),
        is_taxable=False,
        upc="012345678905",
        custom=(("SHOP_ID", "gid-1"),),
    )
    assert written(item) == (
        "/objects/inventory-control/item",
        {
            "id": "TEE",
            "name": "Tee",
            "itemType": "inventory",
            "status": "active",
            "costMethod": "average",
            "inventory": {"glGroup": {"id": "GOODS"}},
            "unitOfMeasure": {"id": "Count"},
            "sales": {"basePrice": "25.00", "isTaxable": False},
            "purchasing": {"standardCost": "7.1250"},
            "itemDetails": {"universalProductCode": "012345678905"},
            "nsp::SHOP_ID": "gid-1",
        },
    )


def test_a_warehouse_and_the_values_of_dimensions_are_written_short() -> None:
    assert written(Warehouse("W9", "Outlet", "100", allows_negative_stock=False)) == (
        "/objects/inventory-control/warehouse",
        {
            "id": "W9",
            "name": "Outlet",
            "location": {"id": "100"},
            "status": "active",
            "enableNegativeInv": False,
        },
    )
    department = DimensionEntry(DimensionKind.DEPARTMENT, "D", "Web", "SALES", "Web shop")
    assert written(department) == (
        "/objects/company-config/department",
        {
            "id": "D",
            "name": "Web",
            "parent": {"id": "SALES"},
            "reportTitle": "Web shop",
            "status": "active",
        },
    )
    project = DimensionEntry(DimensionKind.PROJECT, "P", "Launch", description="of the shop")
    path, body = written(project)
    assert path == "/objects/projects/project"
    assert body["description"] == "of the shop"


def test_a_custom_record_goes_to_the_companys_own_object() -> None:
    record = CustomRecord("gift note", (("name", "N-1"), ("text", "Hello")))
    assert written(record) == (
        "/objects/platform-apps/nsp::gift%20note",
        {"name": "N-1", "text": "Hello"},
    )


def test_a_custom_record_without_a_mark_is_not_looked_for() -> None:
    server = Server(page([{"key": "1", "id": "1", "name": "N-1"}]))
    records = RestRecords(client(server), entity="100")
    assert records.find(CustomRecord("note", (("text", "Hello"),))) == []
    assert server.requests == []
    (found,) = records.find(CustomRecord("note", (("name", "N-1"),)))
    assert (found.result.key, found.reference) == ("1", "N-1")


def test_an_empty_field_of_a_custom_record_is_cleared() -> None:
    server = Server(created())
    record = CustomRecord("note", (("name", "N-1"), ("text", "")))
    custom_records.update(client(server), record, "7", entity="100", idempotency_key="k")
    assert server.requests[0].method == "PATCH"
    assert server.bodies() == [{"name": "N-1", "text": None}]


def test_stock_is_written_with_units_as_references() -> None:
    line = StockLine("TEE", "W1", Decimal("2.5"), "Each", usd("7.00"), WEB, "counted")
    path, body = written(StockDocument("Inventory Receipt", "RCPT-1", DAY, (line,), "truck 7"))
    assert path == "/objects/inventory-control/document::Inventory%20Receipt"
    assert body == {
        "transactionDate": "2026-11-20",
        "referenceNumber": "RCPT-1",
        "memo": "truck 7",
        "lines": [
            {
                "unitOfMeasure": {"id": "Each"},
                "unitQuantity": "2.5",
                "unitCost": "7.00",
                "memo": "counted",
                "dimensions": {
                    "location": {"id": "100"},
                    "department": {"id": "WEB"},
                    "nsp::channel": {"key": "10001"},
                    "item": {"id": "TEE"},
                    "warehouse": {"id": "W1"},
                },
            }
        ],
    }


def test_a_transfer_says_each_move_out_and_in() -> None:
    line = TransferLine("TEE", Decimal(4), "Each", "W1", "W2", Dimensions(location="100"))
    path, body = written(WarehouseTransfer("TR-1", DAY, (line,), "to the outlet"))
    assert path == "/objects/inventory-control/warehouse-transfer"
    moved = {
        "item": {"id": "TEE"},
        "quantity": "4",
        "unit": {"id": "Each"},
        "dimensions": {"location": {"id": "100"}},
    }
    assert body == {
        "transactionDate": "2026-11-20",
        "transferType": "immediate",
        "referenceNumber": "TR-1",
        "description": "to the outlet",
        "lines": [
            {"transferDirection": "out", "warehouse": {"id": "W1"}, **moved},
            {"transferDirection": "in", "warehouse": {"id": "W2"}, **moved},
        ],
    }


def test_a_deposit_names_the_receipts_that_go_to_the_bank() -> None:
    assert written(Deposit("DEP-1", DAY, "BANK", ("41", "42"), "Friday")) == (
        "/objects/cash-management/deposit",
        {
            "txnDate": "2026-11-20",
            "depositId": "DEP-1",
            "bankAccount": {"id": "BANK"},
            "description": "Friday",
            "details": [{"id": "41"}, {"id": "42"}],
        },
    )


def test_a_statistical_entry_raises_and_lowers_counts() -> None:
    lines = (
        StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(12), Dimensions(location="100")),
        StatisticalLine("STAT-REFUNDS", Side.CREDIT, Decimal(1), memo="taken back"),
    )
    assert written(StatisticalEntry("S-1", "STJ", DAY, "Orders of the day", lines)) == (
        "/objects/general-ledger/statistical-journal-entry",
        {
            "statisticalJournal": {"id": "STJ"},
            "postingDate": "2026-11-20",
            "description": "Orders of the day",
            "referenceNumber": "S-1",
            "lines": [
                {
                    "txnType": "increase",
                    "txnAmount": "12",
                    "statisticalAccount": {"id": "STAT-ORDERS"},
                    "dimensions": {"location": {"id": "100"}},
                },
                {
                    "txnType": "decrease",
                    "txnAmount": "1",
                    "statisticalAccount": {"id": "STAT-REFUNDS"},
                    "description": "taken back",
                },
            ],
        },
    )


def test_files_travel_in_base64_and_never_show_in_a_repr() -> None:
    attachment = Attachment("A-1", "Order", "ORDERS", (AttachedFile("a.txt", b"private"),))
    path, body = written(attachment)
    assert path == "/objects/company-config/attachment"
    assert body["files"] == [{"name": "a.txt", "data": "cHJpdmF0ZQ=="}]
    assert body["folder"] == {"id": "ORDERS"}
    assert "private" not in repr(attachment)
    assert written(Folder("ORDERS", "Files of orders")) == (
        "/objects/company-config/folder",
        {"id": "ORDERS", "description": "Files of orders"},
    )


def test_a_folder_that_somebody_made_meanwhile_is_taken() -> None:
    taken = {"message": "Another record with the value ORDERS already exists", "errorId": "X"}
    found = page([{"key": "5", "id": "ORDERS"}])
    server = Server(page([]), refusal(422, taken), found)
    made = attachments.ensure_folder(
        client(server), Folder("ORDERS"), entity="100", idempotency_key="k"
    )
    assert made.key == "5"


NOTHING_SENT: list[tuple[str, Record]] = [
    ("no quantity", StockDocument("R", "1", DAY, (StockLine("I", "W", Decimal(0), "Each"),))),
    ("no lines", StockDocument("R", "1", DAY, ())),
    (
        "nowhere to go",
        WarehouseTransfer("T", DAY, (TransferLine("I", Decimal(1), "Each", "W", "W"),)),
    ),
    ("no receipts", Deposit("D", DAY, "BANK", ())),
    ("no counts", StatisticalEntry("S", "STJ", DAY, "x", ())),
    (
        "negative count",
        StatisticalEntry("S", "STJ", DAY, "x", (StatisticalLine("A", Side.DEBIT, Decimal(-1)),)),
    ),
    ("no files", Attachment("A", "x", "F", ())),
    ("too large", Attachment("A", "x", "F", (AttachedFile("a", b"0" * (10 * 1024 * 1024 + 1)),))),
]


@pytest.mark.parametrize(("why", "record"), NOTHING_SENT, ids=[why for why, _ in NOTHING_SENT])
def test_what_sage_would_refuse_is_not_sent(why: str, record: Record) -> None:
    del why
    server = Server(created())
    with pytest.raises(RejectedError):
        RestRecords(client(server), entity="100").create(record, idempotency_key="k")
    assert server.requests == []


def test_levels_of_one_warehouse_are_summed_over_its_bins() -> None:
    rows: list[dict[str, Any]] = [
        {"key": "1", "item.id": "TEE", "warehouse.id": "W1", "quantity.quantityLeft": "2.5"},
        {"key": "2", "item.id": "TEE", "warehouse.id": "W1", "quantity.quantityLeft": "1"},
        {"key": "3", "item.id": "MUG", "warehouse.id": "W1", "quantity.quantityLeft": None},
    ]
    server = Server(page(rows))
    found = list(stock.levels(client(server), entity="100", items=("TEE", "MUG"), warehouse="W1"))
    assert [(level.item, level.on_hand) for level in found] == [
        ("TEE", Decimal("3.5")),
        ("MUG", Decimal(0)),
    ]
    assert server.bodies()[0]["filters"] == [
        {"$in": {"item.id": ["TEE", "MUG"]}},
        {"$eq": {"warehouse.id": "W1"}},
    ]


def test_what_is_allocated_is_known_only_where_every_bin_tells_it() -> None:
    told = {"quantity.quantityAllocated": "1", "quantity.quantityReserved": "0.5"}
    row = {"warehouse.id": "W1", "quantity.quantityLeft": "4"}
    rows: list[dict[str, Any]] = [
        {"key": "1", "item.id": "TEE", **row, **told},
        {"key": "2", "item.id": "TEE", **row, **told},
        {"key": "3", "item.id": "MUG", **row, **told},
        {"key": "4", "item.id": "MUG", **row},
    ]
    tee, mug = stock.levels(client(Server(page(rows))), entity="100")
    assert (tee.on_hand, tee.allocated, tee.reserved) == (Decimal(8), Decimal(2), Decimal(1))
    assert (mug.on_hand, mug.allocated, mug.reserved) == (Decimal(8), None, None)


ENTRY = JournalEntry(
    "JE-1",
    "GJ",
    DAY,
    "Cost of goods",
    (
        JournalLine("5000", Side.DEBIT, usd("10.00"), WEB),
        JournalLine("1300", Side.CREDIT, usd("10.00"), WEB),
    ),
    reverses_on=LATER,
    custom=(("SHOP_ORDER", "77812"),),
)


def test_an_entry_says_on_which_day_sage_reverses_it_and_carries_custom_fields() -> None:
    _, body = sent(ENTRY)
    assert body["automaticReversalDate"] == "2026-12-01"
    assert body["nsp::SHOP_ORDER"] == "77812"


def test_a_mirror_is_an_entry_of_its_own_with_its_sides_exchanged() -> None:
    mirror = mirrored(ENTRY, reference="JE-2", posted_on=LATER)
    assert (mirror.reference, mirror.posted_on, mirror.reverses_on) == ("JE-2", LATER, None)
    assert [line.side for line in mirror.lines] == [Side.CREDIT, Side.DEBIT]
    assert [line.amount for line in mirror.lines] == [usd("10.00"), usd("10.00")]


def test_a_record_is_looked_for_by_its_mark() -> None:
    server = Server(page([]))
    records = RestRecords(client(server), entity="100")
    records.find(StatisticalEntry("S-1", "STJ", DAY, "x", ()))
    records.find(Deposit("DEP-1", DAY, "BANK", ("1",)))
    records.find(WarehouseTransfer("TR-1", DAY, ()))
    records.find(Warehouse("W9", "Outlet"))
    assert [body["filters"] for body in server.bodies()] == [
        [{"$eq": {"referenceNumber": "S-1"}}, {"$eq": {"statisticalJournal.id": "STJ"}}],
        [{"$eq": {"depositId": "DEP-1"}}],
        [{"$eq": {"referenceNumber": "TR-1"}}],
        [{"$eq": {"id": "W9"}}],
    ]
