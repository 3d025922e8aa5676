"""Shapes that real sites of WooCommerce send: each is read to the cent, or held by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.documents import Node
from carts.registry import adapter
from carts.woocommerce.readings import refunds_reading
from commerce.identity import refund_breaches
from commerce.orders import LineKind
from tests.unit.carts.numbers import edited, facts_of, numbers, order_of, sample

PROCESSING = "order_updated_processing"
ODD_NOTES = [
    {"id": 1, "key": "_a_list", "value": ["a", 1]},
    {"id": 2, "key": "_a_map", "value": {"deep": {"er": [1.5, None]}}},
    {"id": 3, "key": "_a_number", "value": 12.75},
    {"id": 4, "key": "_nothing", "value": None},
    {"id": 5, "key": "_stripe_fee", "value": 1.42},
    {"id": 6, "key": "_stripe_currency", "value": "GBP"},
]


def order(changes: dict[str, Any], name: str = PROCESSING) -> Reading:
    return adapter("woocommerce").read(
        "shop", "order.updated", edited("woocommerce", name, changes)
    )


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Decimal]]] = {
    "taxes of a line at the full length of PHP's arithmetic": (
        {
            "line_items.0.taxes": [
                {"id": 1, "total": "10.799999999999998", "subtotal": "11.999999999999998"}
            ],
            "fee_lines.0.taxes": [{"id": 1, "total": "0.399999999999999967", "subtotal": ""}],
            "line_items.0.price": 17.999999999999996447,
        },
        {"total": Decimal("73.08"), "tax_total": Decimal("12.18")},
    ),
    "two rates whose taxes have more decimals than their sum": (
        {
            "line_items.0.taxes": [
                {"id": 1, "total": "7.1991", "subtotal": "8"},
                {"id": 2, "total": "3.6009", "subtotal": "4"},
            ]
        },
        {"tax_total": Decimal("12.18")},
    ),
    "metadata of every type": ({"meta_data": ODD_NOTES}, {"total": Decimal("73.08")}),
    "metadata with gaps, which PHP sends as an object": (
        {"meta_data": {"0": ODD_NOTES[0], "4": ODD_NOTES[4], "5": ODD_NOTES[5]}},
        {"total": Decimal("73.08")},
    ),
    "a rate that is not filled in": (
        {"tax_lines.0.rate_percent": ""},
        {"tax_total": Decimal("12.18")},
    ),
    "a line whose product is gone": (
        {"line_items.0.product_id": 0, "line_items.0.sku": None, "line_items.0.name": None},
        {"lines_gross": Decimal("60.00")},
    ),
    "a fee below zero": (
        {
            "fee_lines.0.total": "-2.00",
            "fee_lines.0.total_tax": "-0.40",
            "fee_lines.0.taxes": [{"id": 1, "total": "-0.4", "subtotal": ""}],
            "total": "68.28",
            "total_tax": "11.38",
        },
        {"total": Decimal("68.28"), "fee_total": Decimal("-2.00")},
    ),
    "a price that was raised by hand": (
        {
            "line_items.0.subtotal": "50.00",
            "discount_total": "-4.00",
        },
        {"lines_gross": Decimal("54.00"), "discount_total": Decimal("0.00")},
    ),
    "a price that was raised, and nothing added up again": (
        {"line_items.0.subtotal": "50.00", "discount_total": "0.00"},
        {"lines_gross": Decimal("54.00"), "discount_total": Decimal("0.00")},
    ),
    "gift cards of the extension": (
        {"gift_cards": [{"id": 9, "code": "ABCD-1234", "amount": 10}], "total": "63.08"},
        {"total": Decimal("63.08"), "gift_card_total": Decimal("10.00")},
    ),
    "amounts of six decimals": (
        {
            "line_items.0.subtotal": "60.000000",
            "line_items.0.total": "54.000000",
            "line_items.0.total_tax": "10.800000",
            "discount_total": "6.000000",
            "total": "73.080000",
        },
        {"total": Decimal("73.08"), "discount_total": Decimal("6.00")},
    ),
    "an order that nobody paid yet": (
        {"date_paid": None, "date_paid_gmt": None, "status": "pending", "transaction_id": ""},
        {"total": Decimal("73.08")},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_order_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, wanted = SHAPES[shape]

    told = numbers(facts_of(order(changes)))

    assert told["balanced"]
    assert {name: Decimal(told[name]) for name in wanted} == wanted


@pytest.mark.parametrize(
    "notes", [ODD_NOTES, {"7": ODD_NOTES[4]}], ids=["a number", "in an object with gaps"]
)
def test_the_gateways_fee_is_read_from_notes_of_any_form(notes: Any) -> None:
    (receipt,) = facts_of(order({"meta_data": notes})).payments

    assert receipt.fee is not None
    assert receipt.fee.plain() == "1.42"


def test_an_order_that_is_not_paid_implies_no_receipt() -> None:
    facts = facts_of(order(SHAPES["an order that nobody paid yet"][0]))

    assert facts.payments == ()


@pytest.mark.parametrize("status", ["partial-payment", "partially-paid"])
def test_a_deposit_is_held_as_nothing_tells_how_much_of_it_came_in(status: str) -> None:
    reading = order({"status": status})

    assert reading.facts is None
    assert [(p.code, p.place) for p in reading.problems] == [(Code.PAYMENT_UNDECIDED, "status")]


def test_a_cent_between_the_parts_and_the_total_is_no_sale_as_it_stands() -> None:
    reading = order({"total_tax": "12.17", "total": "73.07"})

    assert reading.needs_fetch
    assert not numbers(facts_of(reading))["balanced"]


def test_parts_of_a_bundle_without_money_are_components() -> None:
    document = edited("woocommerce", PROCESSING, {})
    part = {
        **document["line_items"][0],
        "id": 599,
        "bundled_by": "501",
        "bundled_items": [],
        "taxes": [],
        **dict.fromkeys(("subtotal", "total", "subtotal_tax", "total_tax"), "0.00"),
    }
    document["line_items"][0]["bundled_items"] = [599]
    document["line_items"].append(part)

    made = order_of(adapter("woocommerce").read("shop", "order.updated", document))

    assert [(line.kind, line.parent_id) for line in made.lines] == [
        (LineKind.PRODUCT, ""),
        (LineKind.COMPONENT, "501"),
    ]


REFUNDS: dict[str, tuple[dict[str, Any], str]] = {
    "as version 3 tells it": ({}, "21.60"),
    "the order's line as a number": (
        {"0.line_items.0.meta_data": [{"id": 1, "key": "_refunded_item_id", "value": 501}]},
        "21.60",
    ),
    "the order's line among notes with gaps": (
        {
            "0.line_items.0.meta_data": {
                "3": {"id": 1, "key": "_refunded_item_id", "value": "501"},
            }
        },
        "21.60",
    ),
    "taxes at the full length of PHP's arithmetic": (
        {"0.line_items.0.taxes": [{"id": 1, "total": "-3.5999999999999996", "subtotal": ""}]},
        "21.60",
    ),
    "an amount alone": ({"0.line_items": [], "0.tax_lines": []}, "21.60"),
}


@pytest.mark.parametrize("shape", REFUNDS)
def test_a_refund_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, wanted = REFUNDS[shape]
    listed = edited("woocommerce", "refunds_of_7001", changes)

    (made,) = facts_of(refunds_reading(listed, "shop", "GBP")).refunds

    assert refund_breaches(made) == []
    assert (made.credit.plain(), made.paid.plain()) == (wanted, wanted)


def test_an_order_of_the_interface_before_this_one_is_refused_by_name() -> None:
    wrapped = {"order": {"id": 7001, "order_number": "7001", "total": "73.08", "currency": "GBP"}}

    reading = adapter("woocommerce").read("shop", "order.updated", wrapped)

    assert reading.facts is None
    assert {problem.code for problem in reading.problems} == {Code.PAYLOAD_INVALID}
    assert "currency" in {problem.place for problem in reading.problems}


def test_notes_of_any_type_leave_no_finding() -> None:
    document = sample("woocommerce", PROCESSING)
    document["meta_data"] = ["text", 7, None, {"value": 1}, *ODD_NOTES]

    assert adapter("woocommerce").read("shop", "order.updated", document).problems == ()
    assert Node(document, "", []).get("meta_data")
