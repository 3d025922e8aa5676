"""Shapes that API2Cart gives the carts behind it: each is read to the cent, or held by name."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.api2cart.client import _changed
from carts.documents import Node, parse
from carts.registry import adapter
from commerce.orders import OrderStatus, PaymentStatus, TaxCollector
from tests.unit.carts.numbers import facts_of, numbers, order_of

LINE = {
    "product_id": "1302",
    "order_product_id": "5159",
    "model": "",
    "name": "Etched Vase",
    "price": 80,
    "price_inc_tax": None,
    "quantity": 1,
    "discount_amount": None,
    "total_price": 80,
    "tax_percent": None,
    "tax_value": None,
    "options": [],
    "parent_order_product_id": None,
    "additional_fields": {"is_digital": False, "shipping_cost": 0},
}
NOTHING_BESIDE = {"shipping_discount_ex_tax": None, "subtotal_tax": None, "shipping_tax": None}


def sums(**members: Any) -> dict[str, Any]:
    """The sums of a marketplace whose subtotal is what is left after its discount."""
    told = {
        "subtotal_ex_tax": 72,
        "wrapping_ex_tax": 0,
        "shipping_ex_tax": 12.5,
        "total_discount": 8,
        "total_tax": 0,
        "total": 84.5,
        "total_paid": None,
        "additional_fields": NOTHING_BESIDE,
    }
    return {**told, **members}


def order(**members: Any) -> Reading:
    told: dict[str, Any] = {
        "id": "4130",
        "order_id": "4130",
        "customer": {"id": "1009", "email": "", "first_name": "Ro", "last_name": None},
        "create_at": {"value": "2026-07-30T07:52:09-0500", "format": "x"},
        "modified_at": {"value": "2026-07-31T08:05:28-0500", "format": "x"},
        "currency": {"id": "EUR", "iso3": "EUR", "rate": 1},
        "billing_address": None,
        "shipping_address": {"state": None, "country": {"code2": "IT"}},
        "payment_method": {"name": "cc"},
        "shipping_method": None,
        "shipping_methods": [],
        "status": {"id": "completed", "name": "Completed", "history": [], "refund_info": None},
        "totals": {"total": 84.5, "subtotal": 72, "shipping": 12.5, "tax": 0, "discount": 8},
        "total": sums(),
        "discounts": [],
        "order_products": [LINE],
        "bundles": [],
        "refunds": [],
        "store_id": 98818,
    }
    document = {"return_code": 0, "return_message": "", "result": {**told, **members}}
    return adapter("api2cart").read("shop", "order", parse(json.dumps(document).encode()))


def plain(**members: Any) -> dict[str, Any]:
    """An order without discount or shipping whose sums are those of its one line."""
    told = {"subtotal_ex_tax": 80, "shipping_ex_tax": 0, "total_discount": 0, "total": 80}
    return {"totals": None, "total": sums(**{**told, **members})}


SHAPES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a subtotal that the discount was taken off before": (
        {},
        {"total": "84.5", "lines_gross": "80", "discount_total": "8"},
    ),
    "everything in lists of one, as eBay's": (
        {
            "id": "",
            "customer": [{"id": "user_t0"}],
            "create_at": "2026-01-08 17:41:22",
            "modified_at": "2026-01-08 17:41:22",
            "currency": [{"iso3": "EUR"}],
            "status": [{"id": "open", "name": "Open", "history": None, "refund_info": None}],
            "payment_method": [{"name": "CreditCard"}],
            "shipping_method": [{"name": "Pickup", "additional_attributes": [{"x": None}]}],
            "totals": [{"total": 84.5}],
            "total": [sums(additional_fields=None, additional_attributes=[NOTHING_BESIDE])],
            "discounts": None,
            "order_products": [{"product": [LINE]}],
        },
        {"total": "84.5", "lines_gross": "80"},
    ),
    "lines that are wrapped one by one": (
        {
            "order_products": [
                {"product": {**LINE, "price": 30, "total_price": 30}},
                {"product": {**LINE, "order_product_id": "5160", "price": 50}},
            ]
        },
        {"total": "84.5", "lines_gross": "80"},
    ),
    "tax of goods and of shipping told apart": (
        {
            "order_products": [{**LINE, "tax_value": 6.4}],
            "totals": None,
            "total": sums(
                subtotal_ex_tax=80,
                total_discount=0,
                total_tax=7.4,
                total=99.9,
                additional_fields={**NOTHING_BESIDE, "subtotal_tax": 6.4, "shipping_tax": 1},
            ),
        },
        {"total": "99.9", "tax_total": "7.4"},
    ),
    "the same under the older name": (
        {
            "order_products": [{**LINE, "tax_value": 6.4}],
            "totals": None,
            "total": sums(
                subtotal_ex_tax=80,
                total_discount=0,
                total_tax=7.4,
                total=99.9,
                additional_fields=None,
                additional_attributes=[{"shipping_tax": "1.0"}],
            ),
        },
        {"total": "99.9", "tax_total": "7.4"},
    ),
    "only the older sums": (
        {"total": None},
        {"total": "84.5", "shipping_total": "12.5", "discount_total": "8"},
    ),
    "nobody who paid, and no method": (
        {"payment_method": None, "customer": None, **plain()},
        {"total": "80"},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_order_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, wanted = SHAPES[shape]

    told = numbers(facts_of(order(**changes)))

    assert told["balanced"]
    assert {name: Decimal(told[name]) for name in wanted} == {
        name: Decimal(value) for name, value in wanted.items()
    }


def test_tax_of_shipping_stands_with_the_shipping_under_either_name() -> None:
    for shape in ("tax of goods and of shipping told apart", "the same under the older name"):
        made = order_of(order(**SHAPES[shape][0]))

        (tax,) = made.shipping_lines[0].taxes
        assert (tax.amount.amount, tax.collected_by) == (Decimal(1), TaxCollector.UNKNOWN)


@pytest.mark.parametrize("customer_id", ["0", 0, "", None, "guest of 12", 1.5])
def test_who_has_no_id_of_their_own_is_a_guest_and_no_common_customer(customer_id: Any) -> None:
    made = order_of(order(customer={"id": customer_id, "email": "a@example.com"}))

    assert (made.buyer.id, made.buyer.email, made.is_guest) == ("", "a@example.com", True)


def test_what_was_paid_is_unknown_where_nobody_says_it() -> None:
    made = order_of(order())

    assert (made.payment_status, made.captured) == (PaymentStatus.UNKNOWN, None)


@pytest.mark.parametrize(
    ("members", "changed_at"),
    [
        (
            {"order_products": [{**LINE, "additional_fields": {"statusDate": 1785499200000}}]},
            datetime(2026, 7, 31, 12, tzinfo=UTC),
        ),
        (
            {"order_products": [{**LINE, "additional_fields": {"statusDate": "1785499200000"}}]},
            datetime(2026, 7, 31, 12, tzinfo=UTC),
        ),
        (
            {
                "status": {
                    "id": "shipped",
                    "history": [{"name": "x", "modified_time": "2026-08-01T10:00:00+0000"}],
                }
            },
            datetime(2026, 8, 1, 10, tzinfo=UTC),
        ),
        ({"finished_time": "2026-08-02T09:00:00+0000"}, datetime(2026, 8, 2, 9, tzinfo=UTC)),
        ({}, datetime(2026, 7, 30, 12, 52, 9, tzinfo=UTC)),
    ],
    ids=["its line", "its line, in text", "its history", "its end", "nothing"],
)
def test_an_order_without_a_time_of_change_is_as_new_as_what_it_tells(
    members: dict[str, Any], changed_at: datetime
) -> None:
    made = order_of(order(modified_at=None, **members))

    assert made.version.updated_at == changed_at


def test_a_listed_order_without_a_time_of_change_is_read_in_any_case() -> None:
    told = {"id": "7", "create_at": "2026-07-30T07:52:09+0000"}

    untimed = _changed(Node({**told, "modified_at": None}, "", []))
    timed = _changed(Node({**told, "modified_at": "2026-07-31T07:52:09+0000"}, "", []))

    assert (untimed.is_follower, timed.is_follower) == (True, False)


def test_a_cancelled_order_keeps_its_sums_and_says_so() -> None:
    made = order_of(
        order(status={"id": "Cancelled", "name": "Cancelled", "history": []}, modified_at=None)
    )

    assert (made.status, made.total.amount) == (OrderStatus.CANCELLED, Decimal("84.5"))
    assert made.cancelled_at is not None


def test_the_default_set_of_fields_is_refused_with_all_that_it_lacks() -> None:
    reading = order(currency=None, create_at=None, modified_at=None, totals=None, total=None)

    assert reading.facts is None
    assert {problem.code for problem in reading.problems} == {Code.PAYLOAD_INVALID}
    assert {"result.currency.iso3", "result.total", "result.create_at"} <= {
        problem.place for problem in reading.problems
    }


def test_a_fee_of_the_platform_that_no_sum_names_is_held_with_its_amount() -> None:
    reading = order(**plain(total=81.2, additional_fields={"buyer_service_fee": 1.2}))

    assert reading.facts is None
    (problem,) = reading.problems
    assert (problem.code, problem.place) == (Code.UNBALANCED, "result.total.total")
    assert problem.difference is not None
    assert problem.difference.plain() == "1.20"
