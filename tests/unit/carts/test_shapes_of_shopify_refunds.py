"""Shapes of refunds that real shops of Shopify send: read to the cent, or a breach says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from carts.registry import adapter
from commerce.identity import refund_breaches
from commerce.money import Money
from tests.unit.carts.numbers import edited, facts_of


def both(shop: str, buyer: str = "", code: str = "USD") -> dict[str, Any]:
    """An amount in both currencies; the buyer's is the shop's where it is not said."""
    return {
        "shop_money": {"amount": shop, "currency_code": "USD"},
        "presentment_money": {"amount": buyer or shop, "currency_code": code},
    }


def refund(changes: dict[str, Any], *, tax_included: bool | None = False) -> Any:
    document = edited("shopify", "refunds_create", changes)
    return adapter("shopify").read("shop", "refunds/create", document, tax_included=tax_included)


REFUNDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a list of duties without their sum": (
        {
            "order_adjustments": [],
            "refund_shipping_lines": [],
            "duties": [{"duty_id": 2, "amount_set": both("4.00")}],
            "refund_duties": [],
            "total_duties_set": None,
            "transactions.0.amount": "42.70",
        },
        "42.70",
        "4.00",
    ),
    "the same list under its newer name": (
        {
            "order_adjustments": [],
            "refund_shipping_lines": [],
            "refund_duties": [{"duty_id": 2, "amount_set": both("4.00")}],
            "duties": [{"duty_id": 2, "amount_set": both("4.00")}],
            "total_duties_set": None,
            "transactions.0.amount": "42.70",
        },
        "42.70",
        "4.00",
    ),
    "shipping in the new place, and its tax in the old one alone": (
        {
            "refund_shipping_lines": [
                {"id": 7, "shipping_line_id": 8, "subtotal_amount_set": both("6.00")}
            ]
        },
        "45.15",
        "0.00",
    ),
    "shipping told, taken back and told again": (
        {
            "refund_shipping_lines": [],
            "order_adjustments": [
                {"id": at, "kind": "shipping_refund", "amount": amount, "tax_amount": tax}
                for at, (amount, tax) in enumerate(
                    [("-6.00", "-0.45"), ("6.00", "0.45"), ("-6.00", "-0.45")]
                )
            ],
            "total_duties_set": {"shop_money": {"amount": 0, "currency_code": "USD"}},
        },
        "45.15",
        "0.00",
    ),
    "parents that are empty text": ({"transactions.0.parent_id": ""}, "45.15", "0.00"),
    "subtotals in binary arithmetic": (
        {
            "refund_line_items.0.subtotal": 36.000000000000004,
            "refund_line_items.0.total_tax": 2.6999999999999997,
        },
        "45.15",
        "0.00",
    ),
}


@pytest.mark.parametrize("shape", REFUNDS)
def test_a_refund_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, paid, duties = REFUNDS[shape]

    (made,) = facts_of(refund(changes)).refunds

    assert refund_breaches(made) == []
    assert (made.credit.plain(), made.paid.plain()) == (paid, paid)
    assert (made.duties or Money.zero("USD")).plain() == duties


def discrepancy(amount: str, **members: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "kind": "refund_discrepancy",
        "amount": amount,
        "tax_amount": "0.00",
        **members,
    }


GOODWILL: dict[str, Any] = {"refund_line_items": [], "refund_shipping_lines": []}


@pytest.mark.parametrize(
    ("pending", "arrived"),
    [
        (
            [discrepancy("-45.15"), discrepancy("45.15")],
            [discrepancy("-45.15"), discrepancy("45.15"), discrepancy("-45.15")],
        ),
        (
            [discrepancy("-45.15"), discrepancy("45.15", reason="Pending refund discrepancy")],
            [discrepancy("-45.15")],
        ),
        ([discrepancy("-45.15")], [discrepancy("-45.15")]),
    ],
    ids=["twins", "one that says so", "nothing taken back"],
)
def test_a_refund_on_its_way_says_what_it_says_when_it_arrived(
    pending: list[Any], arrived: list[Any]
) -> None:
    before, after = (
        facts_of(refund({**GOODWILL, "order_adjustments": told, "transactions.0.status": state}))
        for told, state in ((pending, "pending"), (arrived, "success"))
    )

    assert refund_breaches(before.refunds[0]) == []
    assert refund_breaches(after.refunds[0]) == []
    assert replace(before.refunds[0], transactions=()) == replace(after.refunds[0], transactions=())
    assert (before.refunds[0].paid.plain(), after.refunds[0].paid.plain()) == ("0.00", "45.15")


def test_money_that_goes_back_without_any_part_that_explains_it_is_a_breach() -> None:
    changes: dict[str, Any] = {
        "order_adjustments": [],
        "refund_line_items": [],
        "refund_shipping_lines": [],
    }

    (made,) = facts_of(refund(changes)).refunds

    assert [each.difference for each in refund_breaches(made)] == [Money.of("45.15", "USD")]
