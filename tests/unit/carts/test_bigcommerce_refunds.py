"""Refunds of BigCommerce: what an item's amount holds is told by sums and by the order's prices."""

from __future__ import annotations

from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.registry import adapter
from commerce.identity import refund_breaches
from tests.unit.carts.numbers import edited, facts_of, sample

NAME = "order_250"


def read(document: Any) -> Reading:
    return adapter("bigcommerce").read("shop", "order", document)


def changed(changes: dict[str, Any]) -> Reading:
    return read(edited("bigcommerce", NAME, changes))


def test_items_of_a_refund_that_hold_tax_tell_the_same() -> None:
    inside = {
        "refunds.0.items.0.requested_amount": 24.5,
        "refunds.0.items.1.requested_amount": 8.71,
    }

    plain = facts_of(read(sample("bigcommerce", NAME))).refunds
    taxed = facts_of(changed(inside)).refunds

    assert taxed == plain


@pytest.mark.parametrize("quantity", [None, 0])
def test_an_amount_on_a_product_without_units_is_an_allowance(quantity: int | None) -> None:
    (refund,) = facts_of(changed({"refunds.0.items.0.quantity": quantity})).refunds

    assert refund.lines == ()
    assert [(part.amount.plain(), part.tax.plain()) for part in refund.adjustments] == [
        ("22.50", "2.00")
    ]
    assert refund_breaches(refund) == []


def test_the_only_item_without_an_amount_takes_what_the_others_leave() -> None:
    told = {
        "refunds.0.items.0.requested_amount": None,
        "refunds.0.items.1.requested_amount": 8.71,
    }

    (refund,) = facts_of(changed(told)).refunds

    assert refund.credit.plain() == "33.21"
    assert refund.lines[0].subtotal.plain() == "22.50"


@pytest.mark.parametrize(
    ("hoe", "postage"), [(22.5, None), (None, 8), (24.5, None), (None, 8.71), (22.5, 8)]
)
def test_the_orders_own_prices_tell_whether_stated_amounts_hold_tax(
    hoe: float | None, postage: float | None
) -> None:
    told = {
        "refunds.0.items.0.requested_amount": hoe,
        "refunds.0.items.1.requested_amount": postage,
    }

    assert facts_of(changed(told)).refunds == facts_of(read(sample("bigcommerce", NAME))).refunds


def test_where_the_others_have_no_tax_the_item_without_an_amount_has_it() -> None:
    told = {
        "order.shipping_cost_tax": "0.0000",
        "products.1.total_tax": "1.8200",
        "refunds.0.items.0.requested_amount": None,
        "refunds.0.total_amount": 32.50,
        "refunds.0.total_tax": 2.00,
        "refunds.0.payments.0.amount": 32.50,
        "order.refunded_amount": "32.5000",
    }

    (refund,) = facts_of(changed(told)).refunds

    assert refund.credit.plain() == "32.50"
    assert refund.lines[0].subtotal.plain() == "22.50"
    assert refund.shipping is not None
    assert refund.shipping.plain() == "8.00"


def test_a_part_of_a_price_holds_tax_where_the_other_item_has_its_own_price_then() -> None:
    told = {
        "refunds.0.items.0.requested_amount": 5.45,
        "refunds.0.items.1.requested_amount": None,
        "refunds.0.total_amount": 14.16,
        "refunds.0.total_tax": 1.16,
        "refunds.0.payments.0.amount": 14.16,
        "order.refunded_amount": "14.1600",
    }

    (refund,) = facts_of(changed(told)).refunds

    assert refund.lines[0].subtotal.plain() == "5.00"
    assert refund.shipping is not None
    assert refund.shipping.plain() == "8.00"


@pytest.mark.parametrize("taxes_are_of_parts", [True, False])
def test_a_price_that_the_order_does_not_know_is_held(*, taxes_are_of_parts: bool) -> None:
    told: dict[str, Any] = {"refunds.0.items.1.requested_amount": None}
    told |= (
        {"refunds.0.items.0.requested_amount": 5}
        if taxes_are_of_parts
        else {"products.0.total_tax": "3.9900"}
    )

    reading = changed(told)

    assert reading.facts is None
    assert {each.place for each in reading.problems} == {"refunds[0].items"}
    assert {each.code for each in reading.problems} == {Code.CONFIGURATION_MISSING}
