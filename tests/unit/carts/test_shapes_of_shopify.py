"""Shapes that real shops of Shopify send: each is read to the cent, or held by name."""

from __future__ import annotations

from typing import Any

import pytest

from carts.adapter import Code, Headers
from carts.registry import adapter
from carts.shapes import Kind, Source, shapes
from carts.shopify.graphql import nodes
from carts.shopify.sides import presented
from commerce.identity import order_breaches
from ops.cart_numbers import numbers as numbers_of
from tests.unit.carts.numbers import edited, facts_of, numbers, order_of, sample

CASH = {
    "id": 1,
    "order_id": 5900000002001,
    "kind": "sale",
    "status": "success",
    "gateway": "cash",
    "amount": "117.97",
    "currency": "USD",
    "created_at": "2026-04-02T09:14:03-05:00",
    "processed_at": "2026-04-02T09:14:03-05:00",
    "parent_id": None,
    "payment_id": None,
    "receipt": {},
    "test": False,
}


def both(shop: str, buyer: str = "", code: str = "USD") -> dict[str, Any]:
    """An amount in both currencies; the buyer's is the shop's where it is not said."""
    return {
        "shop_money": {"amount": shop, "currency_code": "USD"},
        "presentment_money": {"amount": buyer or shop, "currency_code": code},
    }


def duty(amount: str, tax: str) -> dict[str, Any]:
    return {
        "id": "2",
        "harmonized_system_code": "630260",
        "country_code_of_origin": "PT",
        **both(amount),
        "tax_lines": [{"title": "VAT", "price": tax, "rate": 0.2, "channel_liable": None}],
    }


def order(changes: dict[str, Any]) -> Any:
    return adapter("shopify").read("shop", "orders/paid", edited("shopify", "orders_paid", changes))


def refund(changes: dict[str, Any], *, tax_included: bool | None = False) -> Any:
    document = edited("shopify", "refunds_create", changes)
    return adapter("shopify").read("shop", "refunds/create", document, tax_included=tax_included)


NO_SETS: dict[str, Any] = {
    f"{name}_set": None
    for name in ("total_price", "total_tax", "total_discounts", "total_line_items_price")
}
WITHOUT_TAX: dict[str, Any] = {
    "tax_lines": [],
    "line_items.0.tax_lines": [],
    "line_items.1.tax_lines": [],
    "shipping_lines.0.tax_lines": [],
    "total_tax": "0.00",
    "total_price": "109.95",
    **NO_SETS,
}

ORDERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a till's order of nobody": (
        {
            "customer": None,
            "billing_address": None,
            "shipping_address": None,
            "email": "",
            "contact_email": None,
            "phone": None,
            "source_name": "pos",
            "location_id": 64000000001,
            "transactions": [CASH],
        },
        {"total": "117.97"},
    ),
    "amounts as JSON numbers, in no pairs": (
        {"total_price": 117.97, "total_tax": 8.02, "total_discounts": 10.55, **NO_SETS},
        {"total": "117.97", "tax_total": "8.02", "discount_total": "10.55"},
    ),
    "members that old versions have not": (
        {
            **NO_SETS,
            "current_total_price": None,
            "current_total_price_set": None,
            "total_outstanding": None,
            "total_tip_received": "3.00",
            "presentment_currency": None,
            "original_total_duties_set": None,
            "total_cash_rounding_payment_adjustment_set": None,
        },
        {"total": "117.97", "tip_total": "3.00"},
    ),
    "taxes of rate zero, and none": (WITHOUT_TAX, {"total": "109.95", "tax_total": "0.00"}),
    "duties as REST tells them": (
        {
            "line_items.0.duties": [duty("4.00", "0.80")],
            "original_total_duties_set": both("4.00"),
            "total_price": "122.77",
            "total_tax": "8.82",
            **NO_SETS,
        },
        {"total": "122.77", "tax_total": "8.82"},
    ),
    "additional fees": (
        {
            "original_total_additional_fees_set": both("2.50"),
            "total_price": "120.47",
            **NO_SETS,
        },
        {"total": "120.47", "fee_total": "2.50"},
    ),
    "a tip as a line": (
        {
            "line_items.1.gift_card": False,
            "line_items.1.tip": {"payment_gateway": "shopify_payments", "payment_method": "visa"},
            "line_items.1.sku": None,
            "line_items.1.product_id": None,
            "line_items.1.variant_id": None,
        },
        {"total": "117.97"},
    ),
    "ids and customers as empty text": (
        {"location_id": "", "customer": [], "billing_address": []},
        {"total": "117.97"},
    ),
}


@pytest.mark.parametrize("shape", ORDERS)
def test_an_order_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, wanted = ORDERS[shape]

    facts = facts_of(order(changes))

    told = numbers(facts)
    assert told["balanced"]
    assert {name: told[name] for name in wanted} == wanted


@pytest.mark.parametrize("customer", [None, [], {}, {"id": None, "email": None}], ids=str)
def test_whom_the_shop_does_not_name_is_a_guest(customer: Any) -> None:
    made = order_of(order({"customer": customer}))

    assert (made.buyer.id, made.is_guest) == ("", True)


def test_a_discount_of_an_old_version_stands_at_its_line() -> None:
    document = edited("shopify", "orders_paid", {"total_discounts": "10.55", **NO_SETS})
    for line, off in zip(document["line_items"], ("8.00", "2.55"), strict=True):
        del line["discount_allocations"]
        line["total_discount"], line["total_discount_set"] = off, None
    for line in document["shipping_lines"]:
        line.pop("discount_allocations", None)
        line["discounted_price"], line["discounted_price_set"] = "12.00", None

    made = order_of(adapter("shopify").read("shop", "orders/paid", document))

    assert order_breaches(made) == []
    assert [line.discount.plain() for line in made.lines] == ["8.00", "2.55"]


def change(amount: str, **members: Any) -> dict[str, Any]:
    return {**CASH, "id": 2, "kind": "change", "amount": amount, "parent_id": 1, **members}


@pytest.mark.parametrize(
    ("transactions", "receipts"),
    [
        ([{**CASH, "amount": "120.00"}, change("2.03")], ["117.97"]),
        ([{**CASH, "amount": "120.00"}, change("-2.03", parent_id=None)], ["117.97"]),
        ([CASH, change("2.03")], ["117.97"]),
        ([CASH, change("9.00", status="failure")], ["117.97"]),
        (
            [
                {**CASH, "id": 3, "gateway": "visa", "amount": "100.00"},
                {**CASH, "amount": "20.00"},
                change("2.03"),
            ],
            ["100.00", "17.97"],
        ),
    ],
    ids=["inside the sale", "told below zero", "beside the sale", "that failed", "a card and cash"],
)
def test_change_given_at_a_till_is_no_part_of_what_was_received(
    transactions: list[dict[str, Any]], receipts: list[str]
) -> None:
    facts = facts_of(order({"transactions": transactions}))

    assert [payment.amount.plain() for payment in facts.payments] == receipts


@pytest.mark.parametrize(
    "transactions",
    [
        [{**CASH, "amount": "120.00"}, change("2.02")],
        [{**CASH, "amount": "1.00"}, change("2.03")],
        [{**CASH, "amount": "120.00"}, change("2.03", parent_id=77)],
        [{**CASH, "amount": "120.00", "currency": "EUR"}, change("2.03")],
    ],
    ids=["a cent more", "more than the sale", "of another sale", "in another currency"],
)
def test_change_that_does_not_explain_what_was_received_is_held_by_name(
    transactions: list[dict[str, Any]],
) -> None:
    reading = order({"transactions": transactions})

    assert reading.facts is None
    assert (Code.PAYMENT_UNDECIDED, "transactions[1].kind") in {
        (problem.code, problem.place) for problem in reading.problems
    }


@pytest.mark.parametrize("topic", ["disputes/create", "tender_transactions/create"])
def test_a_topic_without_meaning_is_no_error_of_a_delivery(topic: str) -> None:
    described = adapter("shopify").describe(
        Headers({"X-Shopify-Topic": topic}), b"{}", {"id": 1, "amount": "3.00"}
    )

    assert (described.topic, described.is_handled) == (topic, False)


def test_money_in_the_buyers_currency_alone_asks_for_the_order() -> None:
    paid_in_euro = {**CASH, "amount": "108.71", "currency": "EUR"}

    of_order = order({"transactions": [paid_in_euro]})
    of_refund = refund({"transactions.0.amount": "41.60", "transactions.0.currency": "EUR"})

    assert of_order.needs_fetch
    assert of_refund.needs_fetch


@pytest.mark.parametrize(("gateway", "asks"), [("cash", True), ("shopify_payments", False)])
def test_cash_by_itself_asks_for_the_order_that_tells_its_change(
    gateway: str, *, asks: bool
) -> None:
    told = {**CASH, "gateway": gateway}

    reading = adapter("shopify").read("shop", "order_transactions/create", told)

    assert reading.needs_fetch is asks
    assert [payment.amount.plain() for payment in facts_of(reading).payments] == ["117.97"]


def test_a_duty_changes_sides_with_all_other_amounts() -> None:
    told = {"line_items": [{"duties": [{"id": "2", **both("4.00", "3.70", "EUR")}]}]}

    (line,) = presented(told)["line_items"]

    assert line["duties"][0]["shop_money"] == {"amount": "3.70", "currency_code": "EUR"}


def test_entries_of_a_graph_are_read_as_edges_too() -> None:
    assert nodes({"edges": [{"node": {"id": "a"}}, {"node": {"id": "b"}}]}) == [
        {"id": "a"},
        {"id": "b"},
    ]


@pytest.mark.parametrize(
    ("name", "sample_name", "kind"),
    [
        ("order", "orders_paid", Kind.ORDER),
        ("refund", "refunds_create", Kind.REFUND),
        ("transaction", "order_transactions_create", Kind.PAYMENT),
    ],
)
def test_what_rest_answers_is_told_as_the_same_resource_by_itself(
    name: str, sample_name: str, kind: Kind
) -> None:
    resource = sample("shopify", sample_name)

    told = [
        [
            {**numbers_of(seen), "place": seen.place}
            for seen in next(s for s in shapes("shopify") if s.fits(source)).seen(source)
        ]
        for source in map(Source, (resource, {name: resource}, {f"{name}s": [resource, resource]}))
    ]

    alone, one, several = told
    assert alone[0]["kind"] == kind.value
    assert one == [{**alone[0], "place": name}]
    assert several == [{**alone[0], "place": f"{name}s[{at}]"} for at in range(2)]
