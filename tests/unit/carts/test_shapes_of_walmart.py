"""Shapes that Walmart really answers with: each is read to the cent, or held by name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.registry import adapter
from carts.shapes import Kind, Source, shapes
from carts.walmart.payouts import settlement
from commerce.payouts import PayoutLineKind, payout_breaches
from tests.unit.carts.numbers import edited, facts_of, numbers, order_of

LINE = "order.orderLines.orderLine.0."
PLACED_AT = datetime(2026, 4, 2, 16, tzinfo=UTC)


def order(changes: dict[str, Any]) -> Reading:
    return adapter("walmart").read("shop", "order", edited("walmart", "get_order", changes))


def charge(kind: str, name: str, amount: Any, tax: Any = None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "chargeType": kind,
        "chargeName": name,
        "chargeAmount": {"currency": "USD", "amount": amount},
        "tax": None,
    }
    if tax is not None:
        told["tax"] = {"taxName": "Tax1", "taxAmount": {"currency": "USD", "amount": tax}}
    return told


SHAPES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "a charge without tax": (
        {f"{LINE}charges.charge": [charge("PRODUCT", "ItemPrice", 24.99)]},
        {"total": "65.57", "tax_total": "3.09"},
    ),
    "amounts in binary arithmetic": (
        {
            f"{LINE}charges.charge": [
                charge("PRODUCT", "ItemPrice", 24.989999999999998, 2.0600000000000001)
            ]
        },
        {"total": "67.63", "tax_total": "5.15"},
    ),
    "a line number and a moment of other types": (
        {f"{LINE}lineNumber": 1, f"{LINE}statusDate": "1775145900000"},
        {"total": "74.11"},
    ),
    "moments as text, and as ISO 8601": (
        {"order.orderDate": "2026-04-02T16:00:00.000Z", f"{LINE}statusDate": "1775145900000"},
        {"total": "74.11"},
    ),
    "nobody and no place told": (
        {"order.shippingInfo": None, "order.shipNode": None, "order.customerEmailId": None},
        {"total": "74.11"},
    ),
    "a fee of recycling": (
        {
            f"{LINE}charges.charge": [
                charge("PRODUCT", "ItemPrice", 24.99, 2.06),
                charge("FEE", "Recycling Fee", 1.5),
            ]
        },
        {"total": "69.13", "fee_total": "1.5"},
    ),
    "a discount of a subscription": (
        {
            f"{LINE}charges.charge": [
                charge("PRODUCT", "ItemPrice", 24.99, 2.06),
                charge("PRODUCT", "SubscriptionDiscount", -1.25),
            ]
        },
        {"total": "66.38", "discount_total": "1.25"},
    ),
    "a discount of another name": (
        {
            f"{LINE}charges.charge": [
                charge("PRODUCT", "ItemPrice", 24.99, 2.06),
                charge("PRODUCT", "Promotion", -1.25, -0.1),
            ]
        },
        {"total": "66.28", "discount_total": "1.25", "tax_total": "5.05"},
    ),
    "shipping that was lowered": (
        {
            f"{LINE}charges.charge": [
                charge("PRODUCT", "ItemPrice", 24.99, 2.06),
                charge("SHIPPING", "Shipping", 5.99, 0.49),
                charge("SHIPPING", "Shipping", -2.0, -0.16),
            ]
        },
        {
            "total": "71.95",
            "shipping_total": "5.99",
            "discount_total": "2",
            "tax_total": "5.48",
        },
    ),
    "shipping that was given away": (
        {
            f"{LINE}charges.charge": [
                charge("SHIPPING", "Shipping Discount", -5.99, -0.49),
                charge("SHIPPING", "Shipping", 5.99, 0.49),
                charge("PRODUCT", "ItemPrice", 24.99, 2.06),
            ]
        },
        {"total": "67.63", "discount_total": "5.99", "tax_total": "5.15"},
    ),
    "a tax of which no amount is told": (
        {
            f"{LINE}charges.charge": [
                {**charge("PRODUCT", "ItemPrice", 24.99), "tax": {"taxAmount": None}},
                {
                    **charge("SHIPPING", "Shipping", 5.99),
                    "tax": {"taxName": "Tax1", "taxAmount": {"currency": "USD", "amount": None}},
                },
                {**charge("FEE", "Recycling Fee", 1.5), "tax": {}},
            ]
        },
        {"total": "73.06", "tax_total": "3.09"},
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


@pytest.mark.parametrize(
    "told", [1775145600000, "1775145600000", "2026-04-02T16:00:00.000Z"], ids=str
)
def test_a_moment_is_the_same_in_all_its_forms(told: Any) -> None:
    assert order_of(order({"order.orderDate": told})).placed_at == PLACED_AT


@pytest.mark.parametrize("told", ["17751456000000", "²", "1.5", "soon", 1.5, True])
def test_what_is_no_moment_is_held_in_its_place(told: Any) -> None:
    reading = order({"order.orderDate": told})

    assert reading.facts is None
    assert "order.orderDate" in {problem.place for problem in reading.problems}


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        (
            {f"{LINE}charges.charge": [charge("WARRANTY", "Plan", 9)]},
            Code.PAYLOAD_INVALID,
            "chargeType",
        ),
        (
            {
                f"{LINE}charges.charge": [charge("PRODUCT", "ItemPrice", 5)],
                f"{LINE}charges.charge.0.chargeAmount.currency": "CAD",
            },
            Code.PAYLOAD_INVALID,
            "currency",
        ),
        (
            {f"{LINE}orderLineQuantity.amount": "3"},
            Code.CONFIGURATION_MISSING,
            "orderLineQuantity",
        ),
        (
            {
                f"{LINE}charges.charge": [
                    charge("PRODUCT", "ItemPrice", 5),
                    charge("SHIPPING", "Shipping", 1),
                    charge("SHIPPING", "Shipping", -1.01),
                ]
            },
            Code.PAYLOAD_INVALID,
            "chargeAmount",
        ),
        (
            {
                f"{LINE}charges.charge": [
                    charge("PRODUCT", "ItemPrice", 5),
                    charge("FEE", "Recycling Fee", -1),
                ]
            },
            Code.PAYLOAD_INVALID,
            "chargeAmount",
        ),
    ],
    ids=[
        "a type of charge that is not known",
        "another country's",
        "several units",
        "shipping lowered by more than it is",
        "a fee below zero",
    ],
)
def test_what_cannot_be_told_to_the_cent_is_held_by_name(
    changes: dict[str, Any], code: Code, place: str
) -> None:
    reading = order(changes)

    assert reading.facts is None
    found = {(problem.code, problem.place.rpartition(".")[2]) for problem in reading.problems}
    assert (code, place) in found


RETURN = {
    "returnOrderId": "2000000001",
    "customerOrderId": "200000000000001",
    "totalRefundAmount": {"currencyAmount": 24.99, "currencyUnit": "USD"},
    "returnOrderLines": [
        {"returnOrderLineNumber": 1, "purchaseOrderId": "3800000000001"},
        {"returnOrderLineNumber": 2, "purchaseOrderId": 3800000000001},
        {"returnOrderLineNumber": 3, "purchaseOrderId": "3800000000002"},
    ],
}


@pytest.mark.parametrize("document", [{"returnOrders": [RETURN], "meta": {}}, RETURN])
def test_a_return_asks_for_each_of_its_purchase_orders(document: dict[str, Any]) -> None:
    source = Source(document)
    shape = next(each for each in shapes("walmart") if each.fits(source))

    seen = list(shape.seen(source))

    assert shape.kind is Kind.REFUND
    assert [each.order_id for each in seen] == ["3800000000001", "3800000000002"]
    assert all(each.reading is not None and each.reading.needs_fetch for each in seen)


def row(deed: str, what: str, amount: str, **members: str) -> dict[str, str]:
    """A row of a reconciliation report, whose columns are all text."""
    told = {
        "Period Start Date": "04/01/2026",
        "Period End Date": "04/14/2026",
        "Total Payable": "",
        "Currency": "USD",
        "Transaction Key": "k",
        "Transaction Posted Timestamp": "04/05/2026",
        "Transaction Type": deed,
        "Transaction Description": "",
        "Customer Order #": "200000000000001",
        "Customer Order line #": "1",
        "Purchase Order #": "3800000000001",
        "Purchase Order line #": "1",
        "Amount": amount,
        "Amount Type": what,
        "Ship Qty": "1",
        "Campaign Id": "",
    }
    return {**told, **members}


def test_a_report_in_text_is_proved_and_what_it_calls_anew_stays_visible() -> None:
    report = [
        row("PaymentSummary", "", "", **{"Total Payable": "19.36"}),
        row("Sale", "Item Price", "24.99"),
        row("Sale", "Commission on Product", "-3.75"),
        row("Sale", "Product tax", "2.06"),
        row("Sale", "Product tax withheld", "-2.06"),
        row("Adjustment", "Walmart Return Shipping Charge", "-1.88", **{"Purchase Order #": ""}),
    ]

    payout = settlement({"reportData": report}, "shop").payout

    assert payout is not None
    assert payout_breaches(payout) == []
    assert [(line.kind, line.net.plain()) for line in payout.lines] == [
        (PayoutLineKind.CHARGE, "24.99"),
        (PayoutLineKind.FEE, "-3.75"),
        (PayoutLineKind.CHARGE, "2.06"),
        (PayoutLineKind.FACILITATOR_TAX, "-2.06"),
        (PayoutLineKind.ADJUSTMENT, "-1.88"),
    ]
