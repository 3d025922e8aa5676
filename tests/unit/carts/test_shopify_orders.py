"""Orders of Shopify map to their expected numbers, and what differs by a cent is never believed."""

from __future__ import annotations

from typing import Any

import pytest

from carts.adapter import Code
from carts.documents import parse
from commerce.identity import order_breaches, order_sums
from commerce.money import Money, total
from commerce.orders import ChargeKind
from tests.unit.carts.shopify_readings import Edit, Sample, expected, facts_of, order_of, read

ORDERS = [
    "orders_paid",
    "orders_create_tax_included_multicurrency_guest",
    "orders_cancelled_voided_gift_card",
]


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_maps_to_its_expected_numbers(name: str, sample: Sample) -> None:
    wanted = expected(sample, name)

    facts = facts_of(read(parse(sample(f"{name}.json"))))

    order = facts.order
    assert order is not None
    sums = order_sums(order)
    tips = [c.amount for c in order.charges if c.kind is ChargeKind.TIP]
    refunded = total((refund.paid for refund in facts.refunds), order.currency)
    actual = {
        "currency": order.currency,
        "order_id": order.ref.id,
        "order_number": order.number,
        "total": order.total.plain(),
        "lines_gross": sums.lines.plain(),
        "discount_total": sums.discount.plain(),
        "shipping_total": sums.shipping.plain(),
        "tax_total": sums.tax.plain(),
        "tax_in_prices": order.tax_included,
        "marketplace_tax_total": sums.marketplace_tax.plain(),
        "tip_total": total(tips, order.currency).plain(),
        "gift_card_total": sums.gift_cards.plain(),
        "line_count": len(order.lines),
        "refunded_total": refunded.plain(),
        "is_test": order.is_test,
        "is_cancelled": order.cancelled_at is not None,
        "balanced": order_breaches(order) == [],
    }
    assert actual == {name: wanted[name] for name in actual}
    if "presentment_total" in wanted:
        assert order.presentment_total == Money.of(wanted["presentment_total"], "EUR")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("total_price", "117.98"),
        ("line_items.0.price", "40.01"),
        ("line_items.0.discount_allocations.0.amount", "8.01"),
        ("line_items.1.tax_lines.0.price", "1.73"),
        ("shipping_lines.0.price", "12.01"),
        ("total_tax", "8.03"),
        ("total_discounts", "10.54"),
        ("total_tip_received", "3.01"),
        ("line_items.0.quantity", 3),
    ],
)
def test_one_cent_more_anywhere_is_never_believed(path: str, value: Any, edited: Edit) -> None:
    reading = read(edited("orders_paid.json", {path: value}))

    if reading.facts is None:
        assert reading.problems[0].code is Code.PAYLOAD_INVALID
    else:
        assert order_breaches(order_of(reading))


def test_an_amount_that_stands_twice_and_differs_is_refused_with_its_place(edited: Edit) -> None:
    document = edited("orders_paid.json", {})
    document["line_items"][0]["price"] = "40.01"

    reading = read(document)

    assert reading.facts is None
    assert [p.place for p in reading.problems] == ["line_items[0].price"]


def test_two_deliveries_of_one_state_have_one_version_and_a_change_has_another(
    sample: Sample, edited: Edit
) -> None:
    first = order_of(read(parse(sample("orders_paid.json")), "orders/paid"))
    again = order_of(read(parse(sample("orders_paid.json")), "orders/updated"))
    changed = order_of(read(edited("orders_paid.json", {"tags": "other"})))

    assert first.version == again.version
    assert changed.version != first.version
