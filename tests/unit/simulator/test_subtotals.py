"""Freight, discounts and taxes below the lines of Order Entry documents (XML reference §13.1)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from local.intacct_simulator.rest.schema import SCHEMAS, Catalog
from local.intacct_simulator.rest.serialize import Serializer
from tests.unit.simulator.xml_desk import (
    Desk,
    balance,
    customer,
    day,
    first_error,
    key_of,
    order,
    query,
    value,
)


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.rows(customer("C-1"))
    return made


def with_subtotals(rows: str, definition: str = "Sales Order") -> str:
    document = order("C-1", definition)
    return document.replace("</sotransitems>", f"</sotransitems><subtotals>{rows}</subtotals>")


def row(description: str, amount: str) -> str:
    return f"<subtotal><description>{description}</description>{amount}</subtotal>"


FREIGHT = row("Freight", "<total>5.00</total>")


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        (FREIGHT, "26"),
        (row("Freight", "<total>26.00</total><absval>5</absval>"), "26"),
        (row("Freight", "<absval>5</absval>"), "26"),
        (row("Sales Tax", "<total>0</total><percentval>10</percentval>"), "23.1"),
        (row("Discount", "<absval>1</absval>"), "20"),
        (row("Discount", "<absval>-1</absval>"), "20"),
        (FREIGHT + row("Sales Tax", "<absval>2.5</absval>"), "28.5"),
    ],
)
def test_subtotals_are_part_of_the_total_and_not_of_the_subtotal(
    desk: Desk, rows: str, total: str
) -> None:
    key_of(desk.result(with_subtotals(rows)))

    assert value(desk, "SODOCUMENT", "TOTAL") == total
    assert value(desk, "SODOCUMENT", "SUBTOTAL") == "21"


def test_a_posting_document_posts_each_subtotal_to_its_account(desk: Desk) -> None:
    rows = FREIGHT + row("Discount", "<absval>1</absval>") + row("Sales Tax", "<absval>2</absval>")

    key_of(desk.result(with_subtotals(rows, "Sales Invoice")))

    assert balance(desk, "1200") == Decimal("27.00")
    assert balance(desk, "4000") == Decimal("-21.00")
    assert balance(desk, "4010") == Decimal("-5.00")
    assert balance(desk, "4090") == Decimal("1.00")
    assert balance(desk, "2100-NYS") == Decimal("-2.00")
    assert value(desk, "ARINVOICE", "TOTALENTERED") == "27"


def test_a_return_takes_its_subtotals_back(desk: Desk) -> None:
    key_of(desk.result(with_subtotals(FREIGHT, "Sales Return")))

    assert balance(desk, "4010") == Decimal("5.00")
    assert balance(desk, "1200") == Decimal("-26.00")


def test_the_rows_are_an_object_of_their_own(desk: Desk) -> None:
    key_of(desk.result(with_subtotals(row("Freight", "<absval>5</absval>"))))

    fields = "DOCHDRNO DOCHDRID DESCRIPTION ABSVAL TOTAL LOCATIONID SODOCUMENT.CUSTVENDID"
    (found,) = desk.rows(query("SODOCUMENTSUBTOTALS", fields))

    assert [found.findtext(name) for name in fields.split()] == [
        "1",
        "Sales Order-SO0001",
        "Freight",
        "5",
        "5",
        "100",
        "C-1",
    ]


@pytest.mark.parametrize("element", ["subtotal", "updatesubtotal"])
def test_a_change_replaces_the_rows_and_one_without_them_keeps_them(
    desk: Desk, element: str
) -> None:
    key = key_of(desk.result(with_subtotals(FREIGHT)))

    def update(content: str) -> None:
        key_of(desk.result(f'<update_sotransaction key="{key}">{content}</update_sotransaction>'))

    update("<referenceno>R-2</referenceno>")
    kept = value(desk, "SODOCUMENT", "TOTAL")
    changed = FREIGHT.replace("subtotal>", f"{element}>").replace("5.00", "7.00")
    update(f"<updatesubtotals>{changed}</updatesubtotals>")

    assert kept == "26"
    assert value(desk, "SODOCUMENT", "TOTAL") == "28"
    assert len(desk.rows(query("SODOCUMENTSUBTOTALS", "RECORDNO"))) == 1


@pytest.mark.parametrize(
    "rows",
    [
        row("Insurance", "<total>5</total>"),
        row("Freight", "<total>five</total>"),
        row("Freight", "<total>5</total><locationid>NONE</locationid>"),
    ],
)
def test_a_row_that_the_template_lacks_or_that_is_wrong_is_refused(desk: Desk, rows: str) -> None:
    assert first_error(desk.result(with_subtotals(rows)))[0]
    assert desk.rows(query("SODOCUMENT", "DOCID")) == []
    assert desk.rows(query("SODOCUMENTSUBTOTALS", "RECORDNO")) == []


def test_an_inventory_document_has_none(desk: Desk) -> None:
    item = (
        "<ictransitem><itemid>TEE-STOCK</itemid><warehouseid>W1</warehouseid><quantity>1</quantity>"
        "<unit>Each</unit></ictransitem>"
    )
    refused = desk.result(
        f"<create_ictransaction><transactiontype>Inventory Receipt</transactiontype>"
        f"{day('datecreated')}<ictransitems>{item}</ictransitems><subtotals>{FREIGHT}</subtotals>"
        "</create_ictransaction>"
    )

    assert "subtotals" in first_error(refused)[1]


def test_a_deleted_document_leaves_no_rows(desk: Desk) -> None:
    key = key_of(desk.result(with_subtotals(FREIGHT)))

    desk.result(f'<delete_sotransaction key="{key}"/>')

    assert desk.rows(query("SODOCUMENTSUBTOTALS", "RECORDNO")) == []


def test_rest_shows_them_beside_the_lines_and_the_receivable_hides_them(desk: Desk) -> None:
    key_of(desk.result(with_subtotals(FREIGHT, "Sales Invoice")))
    books = desk.company.books
    serializer = Serializer(books, Catalog(books))
    document = books.get("sales_document", 1)
    invoice = books.get("ar_invoice", 1)
    assert document is not None
    assert invoice is not None

    shown = serializer.whole(SCHEMAS["order-entry/document"], document)
    receivable = serializer.whole(SCHEMAS["accounts-receivable/invoice"], invoice)

    assert [(one["description"], one["total"]) for one in shown["subtotals"]] == [
        ("Freight", "5.00")
    ]
    assert [line["txnAmount"] for line in receivable["lines"]] == ["21.00"]
    assert receivable["totalTxnAmount"] == "26.00"
    assert [line["is_subtotal"] for line in books.lines("ar_invoice", 1) if "is_subtotal" in line]
