"""What Shopify's orders hold beside goods: taxes, gift cards, duties, tips and rounding."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.documents import parse
from commerce.identity import order_breaches, refund_breaches
from commerce.money import Money
from commerce.orders import ChargeKind, LineKind, TaxCollector
from tests.unit.carts.shopify_readings import Edit, Sample, facts_of, order_of, read


@pytest.mark.parametrize(
    ("member", "collector"),
    [
        ({"channel_liable": True}, TaxCollector.MARKETPLACE),
        ({"channel_liable": False}, TaxCollector.SELLER),
        ({"channel_liable": None}, TaxCollector.UNKNOWN),
        ({}, TaxCollector.SELLER),
    ],
)
def test_who_owes_a_tax_is_said_or_unknown_never_guessed(
    member: dict[str, Any], collector: TaxCollector, edited: Edit
) -> None:
    tax = [{"title": "T", "price": "1.72", "rate": 0.075, **member}]

    order = order_of(read(edited("orders_paid.json", {"line_items.1.tax_lines": tax})))

    assert order.lines[1].taxes[0].collected_by is collector


def test_a_sold_gift_card_is_a_liability_line(sample: Sample) -> None:
    facts = facts_of(read(parse(sample("orders_cancelled_voided_gift_card.json"))))

    assert facts.order is not None
    assert facts.order.lines[0].kind is LineKind.GIFT_CARD
    assert facts.payments == ()
    assert facts.refunds[0].paid == Money.zero("USD")
    assert refund_breaches(facts.refunds[0]) == []


def test_duties_of_lines_are_charges_with_their_taxes(edited: Edit) -> None:
    duty = {
        "harmonized_system_code": "520300",
        "price": "10.00",
        "tax_lines": [{"title": "Import", "price": "1.00", "rate": 0.1}],
    }
    changes = {
        "line_items.0.duties": [duty],
        "total_price": "128.97",
        "total_tax": "9.02",
    }

    order = order_of(read(edited("orders_paid.json", changes)))

    charge = next(c for c in order.charges if c.kind is ChargeKind.DUTY)
    assert (str(charge.amount), str(charge.taxes[0].amount)) == ("10.00 USD", "1.00 USD")
    assert order_breaches(order) == []


def test_a_tip_that_stands_twice_counts_once(edited: Edit) -> None:
    tip = {
        "id": 99,
        "title": "Tip",
        "quantity": 1,
        "price": "3.00",
        "tip": {"payment_gateway": "x"},
        "tax_lines": [],
        "discount_allocations": [],
    }
    document = edited("orders_paid.json", {})
    document["line_items"].append(tip)

    order = order_of(read(document))

    assert order_breaches(order) == []
    assert [line.id for line in order.lines] == ["14000000002001", "14000000002002"]


@pytest.mark.parametrize("in_total", [True, False])
def test_cash_rounding_counts_only_where_the_total_holds_it(
    edited: Edit, *, in_total: bool
) -> None:
    rounding = {
        "shop_money": {"amount": "0.03", "currency_code": "USD"},
        "presentment_money": {"amount": "0.03", "currency_code": "USD"},
    }
    changes: dict[str, Any] = {"total_cash_rounding_payment_adjustment_set": rounding}
    if in_total:
        changes |= {"total_price": "118.00"}

    reading = read(edited("orders_paid.json", changes))

    order = order_of(reading)
    assert order_breaches(order) == []
    assert any(c.kind is ChargeKind.ROUNDING for c in order.charges) is in_total
    assert facts_of(reading).payments == ()


def test_a_removed_shipping_line_is_left_out(edited: Edit) -> None:
    document = edited("orders_paid.json", {})
    removed = {**document["shipping_lines"][0], "id": 5, "is_removed": True}
    document["shipping_lines"].append(removed)

    order = order_of(read(document))

    assert [line.id for line in order.shipping_lines] == ["4700000002001"]


@pytest.mark.parametrize(
    ("currency", "price"), [("JPY", "1200"), ("JPY", "1200.00"), ("BHD", "1.234"), ("KWD", "0.005")]
)
def test_amounts_of_other_minor_units_survive(currency: str, price: str) -> None:
    document = {
        "id": 1,
        "name": "#1",
        "updated_at": "2026-01-01T00:00:00Z",
        "created_at": "2026-01-01T00:00:00Z",
        "currency": currency,
        "financial_status": "paid",
        "total_price": price,
        "line_items": [{"id": 2, "quantity": 1, "price": price}],
    }

    order = order_of(read(document))

    assert order.total.amount.as_tuple() == Decimal(price).as_tuple()
    assert order_breaches(order) == []
