"""Discounts that some lines state and others do not: null is not zero (carts reference §10.4)."""

from __future__ import annotations

from typing import Any

import pytest

from carts.adapter import Reading
from carts.registry import adapter
from commerce.identity import order_breaches
from tests.unit.carts.numbers import edited, order_of

FIRST, SECOND = (f"result.order_products.{line}.discount_amount" for line in (0, 1))


def read(changes: dict[str, Any]) -> Reading:
    document = edited("api2cart", "order_info_partial_refund", changes)
    return adapter("api2cart").read("shop", "order", document)


@pytest.mark.parametrize(
    ("changes", "discounts"),
    [
        ({FIRST: None}, ["6.00", "1.00"]),
        ({SECOND: None}, ["6.00", "1.00"]),
        ({FIRST: 0, SECOND: None}, ["6.00", "1.00"]),
        ({FIRST: None, SECOND: 7}, ["0.00", "7.00"]),
    ],
)
def test_lines_without_a_discount_take_what_the_others_leave(
    changes: dict[str, Any], discounts: list[str]
) -> None:
    order = order_of(read(changes))

    assert [line.discount.plain() for line in order.lines] == discounts
    assert order_breaches(order) == []


@pytest.mark.parametrize("changes", [{FIRST: 5}, {FIRST: None, SECOND: 8}])
def test_discounts_that_no_silent_line_explains_are_held(changes: dict[str, Any]) -> None:
    assert [each.place for each in read(changes).problems] == ["result.order_products"]
