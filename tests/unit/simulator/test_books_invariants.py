"""Whatever is done to the books, they balance, and the sub-ledger equals its control account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.errors import BusinessError
from local.intacct_simulator.company import Company

DAY = date(2026, 11, 20)
AMOUNTS = st.integers(min_value=1, max_value=10_000).map(lambda cents: Decimal(cents) / 100)
LOCATIONS = st.sampled_from(["100", "110"])
WRITES = ["invoice", "credit", "advance", "sale", "return", "journal"]
USES = ["pay", "apply-credit", "apply-advance", "refund-credit", "refund-advance", "overpay"]
UNDOES = ["reverse-payment", "reverse-invoice", "reverse-advance"]
STEPS = st.tuples(st.sampled_from([*WRITES, *USES, *UNDOES]), AMOUNTS, AMOUNTS, LOCATIONS)


def line(account: str, amount: Decimal, location: str) -> dict[str, Any]:
    return {"account": account, "amount": amount, "location": location}


def sold(item: str, price: Decimal, location: str) -> dict[str, Any]:
    return {
        "item": item,
        "unit": "Each",
        "unit_quantity": "1",
        "unit_price": price,
        "location": location,
    }


def last(books: Books, name: str) -> int:
    rows = books.find(name, customer=1)
    return int(rows[-1]["key"]) if rows else 0


def payment(books: Books, detail: dict[str, Any], **more: Any) -> None:
    header = {"customer": "C-1", "receipt_date": DAY, "payment_method": "creditCard"}
    owed = {"invoice": last(books, "ar_invoice")}
    place = {"bank_account": "CLR-SHOPIFY"}
    books.create("ar_payment", {**header, **place, "lines": [{**owed, **detail}], **more})


def refund(books: Books, detail: dict[str, Any]) -> None:
    header = {"customer": "C-1", "refund_date": DAY, "payment_method": "creditCard"}
    books.create("customer_refund", {**header, "bank_account": "BANK", "lines": [detail]})


def write(books: Books, kind: str, amount: Decimal, other: Decimal, location: str) -> None:
    customer = {"customer": "C-1"}
    lines = [line("4000", amount, location), line("4090", -other, "100")]
    match kind:
        case "invoice":
            dates = {"invoice_date": DAY, "due_date": DAY}
            books.create("ar_invoice", {**customer, **dates, "lines": lines})
        case "credit":
            flipped = [{**one, "amount": -one["amount"]} for one in lines]
            memo = {**customer, "adjustment_date": DAY, "lines": flipped}
            books.create("ar_adjustment", memo)
        case "advance":
            received = {"receipt_date": DAY, "payment_method": "eft", "bank_account": "BANK"}
            advance = [line("2050", amount, location), line("2050", other, "100")]
            books.create("ar_advance", {**customer, **received, "lines": advance})
        case "sale" | "return":
            definition = "Sales Invoice" if kind == "sale" else "Sales Return"
            items = [sold("TEE", amount, location), sold("DISCOUNT", -other, "100")]
            document = {**customer, "definition": definition, "txn_date": DAY, "lines": items}
            books.create("sales_document", document)
        case _:
            sides = [
                {**line("1100", amount, location), "side": "debit"},
                {**line("4000", amount, location), "side": "credit"},
            ]
            entry = {"journal": "GJ", "posting_date": DAY, "description": "x", "lines": sides}
            books.create("journal_entry", entry)


def use(books: Books, kind: str, amount: Decimal, other: Decimal) -> None:
    credit, advance = last(books, "ar_adjustment"), last(books, "ar_advance")
    match kind:
        case "pay":
            payment(books, {"payment_amount": amount})
        case "overpay":
            payment(books, {"payment_amount": amount}, overpayment_amount=other)
        case "apply-credit":
            payment(books, {"adjustment": credit, "adjustment_amount": amount})
        case "apply-advance":
            payment(books, {"advance": advance, "advance_amount": amount})
        case "refund-credit":
            refund(books, {"adjustment": credit, "refund_amount": amount})
        case _:
            refund(books, {"advance": advance, "refund_amount": amount})


def undo(books: Books, kind: str) -> None:
    name = f"ar_{kind.removeprefix('reverse-')}"
    books.act(name, last(books, name), "reverse", {"reversed_date": DAY})


def control_balance(books: Books) -> Decimal:
    rows = [row for row in books.trial_balance() if row.account == "1200"]
    return sum((row.balance for row in rows), start=Decimal(0))


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_the_books_balance_and_receivables_equal_their_control_account(
    steps: list[tuple[str, Decimal, Decimal, str]],
) -> None:
    books = Company().books
    customer = books.create("customer", {"id": "C-1", "name": "Ada"})
    for kind in ("sale", "credit", "advance", "invoice"):
        write(books, kind, Decimal(250), Decimal(20), "110")

    for kind, amount, other, location in steps:
        before = books.trial_balance()
        try:
            if kind in WRITES:
                write(books, kind, amount, other, location)
            elif kind in USES:
                use(books, kind, amount, other)
            else:
                undo(books, kind)
        except BusinessError:
            assert books.trial_balance() == before

        assert sum(row.balance for row in books.trial_balance("100")) == 0
        assert control_balance(books) == books.derived("customer", customer)["total_due"]


@settings(max_examples=40, deadline=None)
@given(first=AMOUNTS, second=AMOUNTS, rate=st.sampled_from(["1.085", "0.9137", "1.3333"]))
def test_a_foreign_invoice_paid_in_parts_leaves_no_cent_in_receivables(
    first: Decimal, second: Decimal, rate: str
) -> None:
    books = Company().books
    books.create("customer", {"id": "C-1", "name": "Ada"})
    euro = {"currency": "EUR", "exchange_rate": rate}
    dates = {"invoice_date": DAY, "due_date": DAY}
    lines = [line("4000", first, "100"), line("4010", second, "110")]
    books.create("ar_invoice", {"customer": "C-1", **dates, **euro, "lines": lines})

    payment(books, {"payment_amount": first}, currency="EUR", exchange_rate="1.1")
    payment(books, {"payment_amount": second}, currency="EUR", exchange_rate="1.2")

    assert control_balance(books) == 0
    assert sum(row.balance for row in books.trial_balance("100")) == 0
