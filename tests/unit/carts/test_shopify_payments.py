"""What a delivery of Shopify says of money: receipts, gateways and captures."""

from __future__ import annotations

import json
from typing import Any

import pytest

from carts.adapter import Code
from carts.documents import parse
from commerce.money import Money
from commerce.orders import PaymentKind, PaymentState
from tests.unit.carts.shopify_readings import Edit, Sample, facts_of, order_of, read


def test_a_transaction_is_a_receipt_with_the_order_it_belongs_to(sample: Sample) -> None:
    reading = read(parse(sample("order_transactions_create.json")), "order_transactions/create")

    facts = facts_of(reading)
    payment = facts.payments[0]
    assert facts.order is None
    assert facts.ref.id == "5900000002001"
    assert payment.is_receipt
    assert not payment.is_implied
    assert str(payment.amount) == "117.97 USD"
    assert payment.kind is PaymentKind.SALE
    assert payment.state is PaymentState.SUCCESS


def test_a_transaction_of_a_gift_card_names_the_card(sample: Sample) -> None:
    document = json.loads(sample("order_transactions_create.json"))
    drawn = {**document, "gateway": "gift_card", "receipt": {"gift_card_id": 4417}}
    other = {**document, "receipt": {"gift_card_id": 4417}}

    cards = [
        facts_of(read(each, "order_transactions/create")).payments[0].card_id
        for each in (drawn, other, {**drawn, "receipt": {}})
    ]

    assert cards == ["4417", "", ""]


def test_a_paid_order_with_one_gateway_implies_one_receipt(sample: Sample) -> None:
    facts = facts_of(read(parse(sample("orders_paid.json"))))

    receipt = facts.payments[0]
    assert receipt.ref.id == "paid:5900000002001"
    assert receipt.is_receipt
    assert receipt.is_implied
    assert str(receipt.amount) == "117.97 USD"
    assert receipt.gateway == "shopify_payments"
    assert facts.order is not None
    assert receipt.processed_at == facts.order.placed_at


def test_several_gateways_imply_nothing_and_ask_for_the_transactions(sample: Sample) -> None:
    name = "orders_create_tax_included_multicurrency_guest.json"

    reading = read(parse(sample(name)))

    assert facts_of(reading).payments == ()
    assert reading.needs_fetch
    assert order_of(reading).captured == Money.of("78.00", "GBP")


@pytest.mark.parametrize("status", ["pending", "authorized", "voided", "partially_paid", "odd"])
def test_an_order_that_is_not_fully_paid_implies_no_receipt(status: str, edited: Edit) -> None:
    changes = {"financial_status": status, "total_outstanding": "117.97"}

    facts = facts_of(read(edited("orders_paid.json", changes)))

    assert facts.payments == ()


@pytest.mark.parametrize(
    ("changes", "captured"),
    [
        ({}, "117.97"),
        ({"financial_status": "pending", "total_outstanding": "117.97"}, "0"),
        (
            {
                "financial_status": "partially_paid",
                "total_outstanding": "17.97",
                "current_total_price": "90.00",
            },
            None,
        ),
        (
            {
                "financial_status": "partially_paid",
                "total_outstanding": "17.97",
                "current_total_price": "117.97",
            },
            "100.00",
        ),
        ({"total_outstanding": None}, "117.97"),
        ({"total_outstanding": "-20.00", "current_total_price": "97.97"}, "117.97"),
        ({"financial_status": "odd"}, None),
        ({"current_total_price": "130.00", "total_outstanding": "0.00"}, "117.97"),
        ({"current_total_price": "100.00", "total_outstanding": "0.00"}, None),
    ],
)
def test_what_was_captured_is_said_only_where_the_order_makes_it_plain(
    changes: dict[str, Any], captured: str | None, edited: Edit
) -> None:
    order = order_of(read(edited("orders_paid.json", changes)))

    assert order.captured == (None if captured is None else Money.of(captured, "USD"))


def test_change_given_at_a_till_is_not_guessed(edited: Edit) -> None:
    changes = {"kind": "change"}

    reading = read(edited("order_transactions_create.json", changes), "order_transactions/create")

    assert reading.facts is None
    assert reading.problems[0].code is Code.PAYMENT_UNDECIDED
