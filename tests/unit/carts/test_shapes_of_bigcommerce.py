"""Shapes that real shops of BigCommerce have: each is read to the cent, or held by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.registry import adapter
from carts.shapes import Source, shapes
from commerce.identity import refund_breaches
from commerce.orders import LineKind, PaymentState
from tests.unit.carts.numbers import edited, facts_of, numbers, order_of

UNREFUNDED = {"refunds": [], "order.refunded_amount": "0.0000"}


def order(changes: dict[str, Any]) -> Reading:
    document = edited("bigcommerce", "order_250", changes)
    return adapter("bigcommerce").read("shop", "order", document)


SHAPES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "nobody signed in, and nothing filled in": (
        {
            "order.customer_id": 0,
            "order.billing_address": [],
            "order.date_shipped": "",
            "shipping_addresses": [],
        },
        {"total": "65.13"},
    ),
    "numbers instead of text": (
        {"order.total_inc_tax": 65.13, "products.0.quantity": "2", "products.0.price_ex_tax": 25},
        {"total": "65.13", "lines_gross": "62.5"},
    ),
    "amounts in binary arithmetic": (
        {"order.total_tax": 6.1299999999999999, "products.0.total_tax": 4.0000000000000009},
        {"total": "65.13", "tax_total": "6.13"},
    ),
    "a discount that the products do not share out": (
        {"products.0.applied_discounts": []},
        {"discount_total": "5"},
    ),
    "store credit beside the gift certificate": (
        {
            "order.store_credit_amount": "4.0000",
            "order.total_inc_tax": "61.1300",
            "transactions.0.amount": "61.13",
        },
        {"total": "61.13", "gift_card_total": "14"},
    ),
    "a certificate that the total still holds": (
        {"order.total_inc_tax": "75.1300"},
        {"total": "75.13", "gift_card_total": "0"},
    ),
    "no transaction and no word of a payment": (
        {"transactions": [], "order.payment_status": "", **UNREFUNDED},
        {"total": "65.13"},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_order_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, wanted = SHAPES[shape]

    told = numbers(facts_of(order(changes)))

    assert told["balanced"]
    assert {name: Decimal(told[name]) for name in wanted} == {
        name: Decimal(value) for name, value in wanted.items()
    }


def test_parts_of_a_bundle_without_a_price_are_components() -> None:
    document = edited("bigcommerce", "order_250", {})
    part = {
        **document["products"][1],
        "id": 903,
        "parent_order_product_id": 902,
        "is_bundled_product": True,
        **dict.fromkeys(("base_price", "price_ex_tax", "total_ex_tax", "total_tax"), "0.0000"),
    }
    document["products"].append(part)

    made = order_of(adapter("bigcommerce").read("shop", "order", document))

    assert [(line.kind, line.parent_id) for line in made.lines][-1] == (LineKind.COMPONENT, "902")


@pytest.mark.parametrize(
    ("members", "state"),
    [
        ({"status": "ok"}, PaymentState.SUCCESS),
        ({"status": "error"}, PaymentState.FAILURE),
        ({"status": "pending"}, PaymentState.PENDING),
        ({"event": "pending", "status": "ok"}, PaymentState.PENDING),
        ({"reference_transaction_id": None, "gateway": "", "id": "5001"}, PaymentState.SUCCESS),
    ],
    ids=str,
)
def test_a_transaction_is_money_only_where_it_says_so(
    members: dict[str, Any], state: PaymentState
) -> None:
    changes = {f"transactions.0.{name}": value for name, value in members.items()}

    payment = facts_of(order(changes)).payments[0]

    assert (payment.state, payment.amount.plain()) == (state, "65.13")


REFUNDS: dict[str, dict[str, Any]] = {
    "an item that leaves its amount to the others": {"refunds.0.items.0.requested_amount": None},
    "amounts that hold their tax": {
        "refunds.0.items.0.requested_amount": "24.3000",
        "refunds.0.items.1.requested_amount": 8.91,
        "refunds.0.total_amount": "33.2100",
    },
    "a payment that was declined": {
        "refunds.0.payments": [
            {"provider_id": "stripe", "amount": 33.21, "is_declined": True},
            {"provider_id": "storecredit", "amount": 33.21, "is_declined": False},
        ]
    },
}


@pytest.mark.parametrize("shape", REFUNDS)
def test_a_refund_of_that_shape_is_worth_what_its_shop_gave_back(shape: str) -> None:
    (made,) = facts_of(order(REFUNDS[shape])).refunds

    assert refund_breaches(made) == []
    assert (made.credit.plain(), made.paid.plain()) == ("33.21", "33.21")


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"order": []}, Code.PAYLOAD_INVALID, "order"),
        ({"order.currency_code": "EUR"}, Code.CONFIGURATION_MISSING, "default_currency_code"),
        ({"order.total_inc_tax": "65.1400"}, Code.UNBALANCED, "total_inc_tax"),
        ({"order.fees": None}, Code.UNBALANCED, "total_inc_tax"),
        (
            {"order.refunded_amount": "40.0000", "refunds": []},
            Code.UNBALANCED,
            "refunded_amount",
        ),
    ],
    ids=["no order", "two currencies", "a cent", "a fee not told", "a refund not told"],
)
def test_what_cannot_be_believed_is_held_by_name(
    changes: dict[str, Any], code: Code, place: str
) -> None:
    reading = order(changes)

    assert reading.facts is None
    found = {(problem.code, problem.place.rpartition(".")[2]) for problem in reading.problems}
    assert (code, place) in found


def test_a_bare_order_whose_parts_are_links_asks_for_them() -> None:
    link = {"url": "https://api.example/v2/orders/250/products", "resource": "/orders/250/products"}
    bare = {
        "id": 250,
        "status_id": 11,
        "date_modified": "Thu, 02 Apr 2026 15:00:00 +0000",
        "products": link,
    }
    source = Source(bare)

    (seen,) = next(each for each in shapes("bigcommerce") if each.fits(source)).seen(source)

    assert seen.reading is not None
    assert (seen.order_id, seen.reading.needs_fetch) == ("250", True)
