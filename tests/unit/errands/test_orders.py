"""Orders are told which invoice is theirs and that it is paid: once, and only what is so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import Payment, PaymentKind, PaymentState, Ref
from intacct.documents import DocumentResult
from intacct.reading import Kept
from shared.changes.ports import Change
from shared.errands.records import ErrandState
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsStatus
from tests.unit.errands.orders_rig import PK, START, Rig, acme

TOTAL = Money.of("10.00", "USD")


def receipt(gateway: str = "manual") -> Payment:
    ref = Ref("shopify", "shop", "payment", "9")
    kind, state = PaymentKind.SALE, PaymentState.SUCCESS
    return Payment(ref, "1", kind, state, gateway, TOTAL, START)


def test_an_invoice_is_named_to_its_order_once() -> None:
    rig = Rig()

    rig.made()
    first = rig.run()
    rig.made()
    second = rig.run()

    assert (first, second) == ({"noted": 1}, {})
    assert rig.cart.notes == [("1", "Sage Intacct: Sales Invoice-INV-1")]


def test_documents_that_are_nobodys_invoice_are_not_named() -> None:
    rig = Rig()
    rig.post("SO-1", "", "10.00", kind="SO_CREATE")

    rig.made("SO-1")
    rig.made("HAND-7")
    rig.hear(Change(Kept.SALES_DOCUMENT, "9", "Sales Invoice-9", "", "pending", START))

    assert rig.run() == {}


def test_an_order_that_sage_has_paid_is_paid_in_the_cart_once() -> None:
    rig = Rig()

    rig.pay()
    first = rig.run()
    rig.pay()
    second = rig.run()

    assert (first, second) == ({"paid": 1}, {})
    assert rig.cart.paid == [("1", TOTAL)]


def test_the_key_that_the_ledger_knows_is_asked_for() -> None:
    rig = Rig()
    ((key, record),) = rig.books.records.items()
    result = DocumentResult("501", "INV-1", invoice_key="78")
    rig.books.records[key] = replace(record, result=result)
    rig.post("INV-1", "78", "10.00")
    rig.books.records[key] = replace(record, result=result)
    rig.pay("78")

    rig.run()

    assert rig.books.asked == ["78"]
    assert rig.cart.paid == [("1", TOTAL)]


def test_an_order_of_two_parcels_waits_for_the_money_of_both() -> None:
    rig = Rig()
    rig.post("INV-1", "77", "4.00")
    rig.pay("77")
    assert rig.run() == {"waiting": 1}
    rig.post("INV-2", "88", "6.00")
    rig.pay("77")
    assert rig.run() == {"waiting": 1}

    rig.pay("88")

    assert rig.run() == {"paid": 1}
    assert rig.cart.paid == [("1", TOTAL)]


@pytest.mark.parametrize(
    "members",
    [
        {"due": Money.of("0.01", "USD")},
        {"total": Money.of("9.99", "USD")},
        {"total": Money.of("10.00", "EUR")},
        {"total": None},
    ],
)
def test_what_is_not_paid_to_the_cent_is_not_told(members: dict[str, Any]) -> None:
    rig = Rig()

    rig.pay(**members)

    assert rig.run() == {"waiting": 1}
    assert rig.cart.paid == []


def test_an_invoice_that_is_paid_in_part_asks_for_nothing() -> None:
    rig = Rig()

    rig.pay(state="partiallyPaid")

    assert rig.run() == {}


def test_an_order_with_credits_is_left_to_people() -> None:
    rig = Rig()
    rig.post("CM-1", "", "2.00", kind="CREDIT")

    rig.pay()

    assert rig.run() == {"waiting": 1}


@pytest.mark.parametrize(
    "members",
    [
        {"gateways": ("stripe",)},
        {"gateways": ("manual", "stripe")},
        {"status": FactsStatus.UNDONE},
    ],
)
def test_whose_money_the_connector_books_is_never_marked(members: dict[str, Any]) -> None:
    rig = Rig()
    rig.keep(**members)

    rig.pay()

    assert rig.run() == {"waiting": 1}
    assert rig.cart.paid == []


def test_an_order_whose_money_the_connector_books_is_looked_at_once() -> None:
    rig = Rig()
    rig.keep(receipts=ReceiptSource.TRANSACTIONS)

    rig.pay()
    first = rig.run()
    rig.pay()

    assert (first, rig.run()) == ({}, {})
    assert (rig.books.asked, rig.cart.paid) == ([], [])
    assert {one.state for one in rig.errands.stored.values()} == {ErrandState.DONE}


def test_what_the_cart_says_of_that_payment_later_is_not_booked() -> None:
    rig = Rig()
    rig.pay()
    rig.run()

    rig.keep(receipt(), receipts=ReceiptSource.SAGE)

    record = rig.facts.load(PK)
    assert record is not None
    assert len(record.known.payments) == 1
    assert record.facts.payments == ()


def test_an_order_that_names_no_gateway_is_paid_by_hand() -> None:
    rig = Rig()
    rig.keep(gateways=())

    rig.pay()

    assert rig.run() == {"paid": 1}


def test_nothing_is_looked_up_or_told_where_the_policy_wants_nothing() -> None:
    rig = Rig(acme(notes_documents=False, marks_paid=False))

    rig.made()
    rig.pay()

    assert rig.index.asked == []
    assert rig.run() == {}


def test_errands_of_a_policy_or_table_that_changed_meanwhile_are_dropped() -> None:
    rig = Rig()
    rig.made()
    rig.pay()
    rig.tenant = acme(ownership={})

    rig.run()

    assert (rig.cart.notes, rig.cart.paid) == ([], [])
    assert {one.state for one in rig.errands.stored.values()} == {ErrandState.LEFT}
