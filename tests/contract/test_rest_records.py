"""Records beside an order's documents, and changes of documents, against the simulator's books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from intacct.changes import (
    AddFiles,
    CloseSalesDocument,
    DeleteSalesDocument,
    LineUpdate,
    ReverseDocument,
    Reversible,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    Application,
    ArInvoice,
    Contact,
    Customer,
    Dimensions,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    Payment,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.entries import mirrored
from intacct.errors import DuplicateDocumentError, RejectedError
from intacct.masters import (
    AttachedFile,
    Attachment,
    DimensionEntry,
    DimensionKind,
    Folder,
    Item,
    ItemType,
    Warehouse,
)
from intacct.records import Record
from intacct.rest import attachments, stock
from intacct.rest.records import RestRecords
from intacct.rest.wire import object_path
from intacct.stock import StockDocument, StockLine
from tests.contract.conftest import RestRig, Simulator

DAY = date(2026, 11, 20)
AT = Dimensions(location="100", department="WEB")
CUSTOMER = Customer("C-1001", "Ada & Sons", Contact("C-1001", "Ada & Sons", email="a@example.com"))


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


ORDER = SalesDocument(
    definition="Sales Order",
    reference="1001-SO-ABCDEFGH",
    customer="C-1001",
    dated_on=DAY,
    due_on=DAY,
    currency="USD",
    lines=(
        SalesLine("TEE", Decimal(2), "Each", usd("25.00"), AT),
        SalesLine("MUG", Decimal(1), "Each", usd("12.50"), AT),
    ),
)
INVOICE = ArInvoice(
    "1001-INV-ABCDEFG", "C-1001", DAY, DAY, (AccountLine("4000", usd("62.50"), AT),)
)


class Rig(RestRig):
    """The REST rig with the records of the same entity."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.records = RestRecords(self.client, entity="100")

    def read(self, name: str, key: str) -> Any:
        return self.client.get(object_path(name, key), entity="100").reference()


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[Rig]:
    with closing(Rig(simulator)) as rig:
        rig.post(CUSTOMER)
        yield rig
        assert rig.debits() == rig.credits()


MASTERS: list[Record] = [
    Contact("GUEST-7", "Grace", email="grace@example.com"),
    Item(
        "HOODIE",
        "Hoodie",
        type=ItemType.NON_INVENTORY,
        gl_group="4000/4095",
        base_price=usd("49.00"),
    ),
    Warehouse("W9", "Outlet", location="100"),
    DimensionEntry(DimensionKind.DEPARTMENT, "POPUP", "Pop-up store", parent="WEB"),
    DimensionEntry(DimensionKind.CLASS, "VIP", "Very good customers"),
]


@pytest.mark.parametrize("master", MASTERS, ids=lambda master: type(master).__name__)
def test_a_master_is_created_found_and_not_made_twice(rig: Rig, master: Record) -> None:
    assert rig.records.find(master) == []

    made = rig.records.create(master, idempotency_key="k-1")

    (found,) = rig.records.find(master)
    assert found.result.key == made.key
    assert found.result.state == "active"
    with pytest.raises(DuplicateDocumentError):
        rig.records.create(master, idempotency_key="k-2")


def test_an_update_changes_the_named_fields_and_clears_an_empty_one(rig: Rig) -> None:
    item = Item("HOODIE", "Hoodie", description="Warm", upc="0001", base_price=usd("49.00"))
    key = rig.records.create(item, idempotency_key="k-1").key
    new = replace(item, name="Hoodie, organic", upc="", base_price=None, description="unused")

    rig.records.change(
        UpdateMaster(key, new, frozenset({"name", "upc", "is_active"})), idempotency_key="k-2"
    )

    read = rig.read("inventory-control/item", key)
    assert read["name"] == "Hoodie, organic"
    assert read["itemDetails"]["universalProductCode"] is None
    assert read["description"] == "Warm"
    assert Decimal(read["sales"]["basePrice"]) == Decimal("49.00")


def test_a_customer_is_put_on_another_term_and_made_inactive(rig: Rig) -> None:
    (known,) = rig.actions.find(CUSTOMER)
    new = replace(CUSTOMER, term="Net 15", is_active=False)

    rig.records.change(
        UpdateMaster(known.result.key, new, frozenset({"term", "is_active"})), idempotency_key="k-1"
    )

    (customer,) = rig.actions.find_customers(customer_id="C-1001")
    assert (customer.term, customer.is_active) == ("Net 15", False)
    assert customer.name == "Ada & Sons"


def test_a_fixed_field_of_an_item_is_refused_before_sending(rig: Rig) -> None:
    item = Item("HOODIE", "Hoodie")
    key = rig.records.create(item, idempotency_key="k-1").key

    with pytest.raises(RejectedError, match="FIELD_FIXED"):
        rig.records.change(
            UpdateMaster(key, item, frozenset({"name", "type"})), idempotency_key="k-2"
        )


def test_an_orders_lines_are_added_changed_and_removed_in_one_request(rig: Rig) -> None:
    order = rig.post(ORDER)
    lines = rig.read("order-entry/document::Sales Order", order.key)["lines"]
    first, second = (line["key"] for line in lines)

    rig.records.change(
        UpdateSalesDocument(
            "Sales Order",
            order.key,
            memo="changed by the shop",
            due_on=date(2026, 12, 1),
            added=(SalesLine("SHIPPING", Decimal(1), "Each", usd("8.00"), AT),),
            changed=(LineUpdate(first, SalesLine("TEE", Decimal(3), "Each", usd("25.00"), AT)),),
            removed=(second,),
        ),
        idempotency_key="k-1",
    )

    read = rig.read("order-entry/document::Sales Order", order.key)
    assert Decimal(read["totalInTxnCurrency"]) == Decimal("83.00")
    assert (read["memo"], read["dueDate"]) == ("changed by the shop", "2026-12-01")
    items = [line["dimensions"]["item"]["id"] for line in read["lines"]]
    assert items == ["TEE", "SHIPPING"]


def test_an_order_is_closed_and_cannot_be_converted_any_more(rig: Rig) -> None:
    order = rig.post(ORDER)

    closed = rig.records.change(CloseSalesDocument("Sales Order", order.key), idempotency_key="k-1")

    assert closed.state == "closed"
    with pytest.raises(RejectedError):
        rig.post(part_of(order.key, "1001-INV-AAAAAAA", Decimal(1)))


def test_an_untouched_order_is_deleted_and_is_gone(rig: Rig) -> None:
    order = rig.post(ORDER)
    gone = DeleteSalesDocument("Sales Order", order.key, order.id)

    rig.records.change(gone, idempotency_key="k-1")

    assert rig.actions.find(ORDER) == []
    with pytest.raises(RejectedError) as refused:
        rig.records.change(gone, idempotency_key="k-2")
    assert refused.value.status == 404


def part_of(order: str, reference: str, quantity: Decimal) -> SalesDocument:
    """An invoice of some of the first line of the order."""
    line = replace(ORDER.lines[0], quantity=quantity, source_line=0)
    return replace(
        ORDER, definition="Sales Invoice", reference=reference, lines=(line,), source=order
    )


def test_an_order_is_converted_in_parts_and_not_beyond_what_remains(rig: Rig) -> None:
    order = rig.post(ORDER)

    rig.post(part_of(order.key, "1001-INV-AAAAAAA", Decimal(1)))

    read = rig.read("order-entry/document::Sales Order", order.key)
    assert read["state"] == "partiallyConverted"
    assert Decimal(read["lines"][0]["quantityRemaining"]) == Decimal(1)
    assert rig.balances() == {"1200": "25.00", "4000": "-25.00"}
    with pytest.raises(RejectedError):
        rig.post(part_of(order.key, "1001-INV-BBBBBBB", Decimal(2)))


def test_a_sales_return_takes_back_part_of_an_invoice(rig: Rig) -> None:
    order = rig.post(ORDER)
    sold = rig.post(part_of(order.key, "1001-INV-AAAAAAA", Decimal(2)))
    line = replace(ORDER.lines[0], quantity=Decimal(1), source_line=0)

    returned = replace(
        ORDER,
        definition="Sales Return",
        reference="1001-RET-AAAAAA",
        lines=(line,),
        source=sold.key,
    )
    rig.post(returned)

    assert rig.balances() == {"1200": "25.00", "4000": "-50.00", "4095": "25.00"}


def test_a_reversed_invoice_leaves_the_books_as_they_were(rig: Rig) -> None:
    invoice = rig.post(INVOICE)

    rig.records.change(
        ReverseDocument(Reversible.AR_INVOICE, invoice.key, DAY, "entered twice"),
        idempotency_key="k-1",
    )

    assert rig.balances() == {}
    assert rig.read("accounts-receivable/invoice", invoice.key)["state"] == "reversed"


def test_a_reversed_payment_opens_its_invoice_again(rig: Rig) -> None:
    invoice = rig.post(INVOICE)
    paid = rig.post(
        Payment(
            "1001-PAY-ABCDEFG",
            "C-1001",
            DAY,
            usd("62.50"),
            MoneyPlace(financial_entity="CLR-SHOPIFY"),
            (Application(invoice.key, usd("62.50")),),
        )
    )
    assert rig.balances() == {"1100": "62.50", "4000": "-62.50"}

    rig.records.change(ReverseDocument(Reversible.PAYMENT, paid.key, DAY), idempotency_key="k-1")

    assert rig.balances() == {"1200": "62.50", "4000": "-62.50"}
    read = rig.read("accounts-receivable/invoice", invoice.key)
    assert Decimal(read["totalTxnAmountDue"]) == Decimal("62.50")


def test_a_debit_memo_raises_what_is_owed_and_its_reversal_takes_it_back(rig: Rig) -> None:
    memo = Adjustment(
        "1001-DM-ABCDEFGH",
        AdjustmentKind.DEBIT,
        "C-1001",
        DAY,
        "USD",
        (AdjustmentLine("4030", Side.CREDIT, usd("5.00"), AT),),
    )

    made = rig.post(memo)
    assert rig.balances() == {"1200": "5.00", "4030": "-5.00"}

    rig.records.change(ReverseDocument(Reversible.ADJUSTMENT, made.key, DAY), idempotency_key="k-1")
    assert rig.balances() == {}


def entry(**members: Any) -> JournalEntry:
    lines = (
        JournalLine("5000", Side.DEBIT, usd("10.00"), AT),
        JournalLine("1300", Side.CREDIT, usd("10.00"), AT),
    )
    return JournalEntry("1001-JE-ABCDEFGH", "GJ", DAY, "Cost of goods", lines, **members)


def test_a_draft_entry_posts_nothing(rig: Rig) -> None:
    made = rig.post(entry(is_draft=True))

    assert rig.balances() == {}
    assert rig.read("general-ledger/journal-entry", made.key)["state"] == "draft"


def test_the_mirror_of_an_entry_undoes_it(rig: Rig) -> None:
    rig.post(entry())
    assert rig.balances() == {"1300": "-10.00", "5000": "10.00"}

    rig.post(mirrored(entry(), reference="1001-JE-MIRRORED", posted_on=DAY))

    assert rig.balances() == {}


def test_an_entry_that_reverses_itself_is_posted_with_its_day(rig: Rig) -> None:
    made = rig.post(entry(reverses_on=date(2026, 12, 1)))

    read = rig.read("general-ledger/journal-entry", made.key)
    assert read["automaticReversalDate"] == "2026-12-01"


def test_stock_is_received_taken_out_and_counted_by_warehouse(rig: Rig) -> None:
    def movement(definition: str, reference: str, quantity: str) -> StockDocument:
        line = StockLine("TEE-STOCK", "W1", Decimal(quantity), "Each", usd("7.00"), AT)
        return StockDocument(definition, reference, DAY, (line,))

    received = movement("Inventory Receipt", "RCPT-1", "12")
    rig.records.create(received, idempotency_key="k-1")
    rig.records.create(
        movement("Inventory Adjustment Decrease", "ADJ-1", "5"), idempotency_key="k-2"
    )

    (level,) = stock.levels(rig.client, entity="100", items=("TEE-STOCK",))
    assert (level.item, level.warehouse, level.on_hand) == ("TEE-STOCK", "W1", Decimal(7))
    (found,) = rig.records.find(received)
    assert found.reference == "RCPT-1"


def test_a_draft_moves_no_stock(rig: Rig) -> None:
    line = StockLine("TEE-STOCK", "W1", Decimal(3), "Each", dimensions=AT)
    draft = StockDocument("Inventory Receipt", "RCPT-1", DAY, (line,), is_draft=True)

    rig.records.create(draft, idempotency_key="k-1")

    assert list(stock.levels(rig.client, entity="100", warehouse="W1")) == []


def test_more_than_is_on_hand_is_not_taken_out(rig: Rig) -> None:
    line = StockLine("TEE-STOCK", "W1", Decimal(1), "Each", dimensions=AT)

    with pytest.raises(RejectedError) as refused:
        rig.records.create(
            StockDocument("Inventory Adjustment Decrease", "ADJ-1", DAY, (line,)),
            idempotency_key="k-1",
        )
    assert refused.value.status == 422


def test_files_are_attached_in_a_folder_and_more_are_added(rig: Rig) -> None:
    for number in ("1", "2"):
        attachments.ensure_folder(
            rig.client, Folder("ORDERS"), entity="100", idempotency_key=f"folder-{number}"
        )
    receipt = Attachment(
        "1001-FILES", "Order 1001", "ORDERS", (AttachedFile("receipt.pdf", b"%PDF-1.7"),)
    )

    made = rig.records.create(receipt, idempotency_key="k-1")
    more = AddFiles(made.key, made.id, (AttachedFile("label.txt", b"fragile"),))
    rig.records.change(more, idempotency_key="k-2")

    (found,) = rig.records.find(receipt)
    files = rig.read("company-config/attachment", found.result.key)["files"]
    assert {file["name"]: file["data"] for file in files} == {
        "receipt.pdf": "JVBERi0xLjc=",
        "label.txt": "ZnJhZ2lsZQ==",
    }
