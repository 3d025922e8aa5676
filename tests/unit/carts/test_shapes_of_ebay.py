"""Shapes that eBay really answers with: each is read to the cent, or held by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.documents import Node
from carts.ebay.payouts import loose_transactions
from carts.registry import adapter
from commerce.identity import refund_breaches
from commerce.payouts import PayoutLineKind
from tests.unit.carts.numbers import edited, facts_of, numbers

REFUNDED = "get_order_partial_refund"
REFUNDED_AT = "2026-04-12T09:59:58.000Z"


def worth(value: str, currency: str = "USD") -> dict[str, str]:
    return {"value": value, "currency": currency}


def order(changes: dict[str, Any]) -> Reading:
    return adapter("ebay").read("shop", "order", edited("ebay", REFUNDED, changes))


def of_order(amount: str, at: str = REFUNDED_AT, **members: Any) -> dict[str, Any]:
    """A refund as the order tells it when it was made on eBay's own pages."""
    told = {"refundDate": at, "amount": worth(amount), "refundStatus": "REFUNDED"}
    return {**told, **members}


def of_line(amount: str, at: str = REFUNDED_AT) -> dict[str, Any]:
    """A part of a refund as the line tells it then: no id and no reference."""
    return {"refundDate": at, "amount": worth(amount)}


ORDERS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "taxes of nothing": ({"lineItems.0.taxes": [{"amount": worth("0.0")}]}, {"total": "49.9"}),
    "collected tax in the total, listed twice": (
        {
            "lineItems.0.taxes": [{"amount": worth("2.67")}],
            "lineItems.1.taxes": [{"amount": worth("1.44")}],
            "pricingSummary.tax": worth("4.11"),
            "pricingSummary.total": worth("54.01"),
        },
        {"total": "54.01", "tax_total": "4.11", "marketplace_tax_total": "4.11"},
    ),
    "import charges inside the delivery": (
        {
            "lineItems.0.deliveryCost": {
                "shippingCost": worth("0.0"),
                "importCharges": worth("7.0"),
            },
            "pricingSummary.deliveryCost": worth("12.0"),
            "pricingSummary.total": worth("56.9"),
        },
        {"total": "56.9", "shipping_total": "12"},
    ),
    "a discount of the delivery": (
        {
            "pricingSummary.deliveryDiscount": worth("-5.0"),
            "pricingSummary.total": worth("44.9"),
        },
        {"total": "44.9", "discount_total": "8.6"},
    ),
    "the older name of a discount": (
        {
            "pricingSummary.priceDiscount": None,
            "pricingSummary.priceDiscountSubtotal": worth("-3.6"),
        },
        {"total": "49.9", "discount_total": "3.6"},
    ),
    "members that a listing without promotions has not": (
        {
            "lineItems.1.appliedPromotions": None,
            "lineItems.0.discountedLineItemCost": None,
            "lineItems.0.sku": None,
            "salesRecordReference": None,
        },
        {"total": "49.9", "discount_total": "3.6"},
    ),
}


@pytest.mark.parametrize("shape", ORDERS)
def test_an_order_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, wanted = ORDERS[shape]

    told = numbers(facts_of(order(changes)))

    assert told["balanced"]
    assert {name: Decimal(told[name]) for name in wanted} == {
        name: Decimal(value) for name, value in wanted.items()
    }


def test_a_refund_without_an_id_is_named_by_its_reference_and_joined_by_its_moment() -> None:
    changes = {
        "paymentSummary.refunds": [of_order("10.82", refundReferenceId="5341000017")],
        "lineItems.1.refunds": [of_line("12.50")],
    }

    (made,) = facts_of(order(changes)).refunds

    assert made.ref.id == "5341000017"
    assert (made.credit.plain(), made.paid.plain()) == ("12.50", "12.50")
    assert refund_breaches(made) == []


def test_refunds_without_ids_are_told_apart_by_their_moments() -> None:
    later = "2026-04-13T08:00:00.000Z"
    changes = {
        "paymentSummary.refunds": [
            of_order("10.82", refundReferenceId="5341000017"),
            of_order("4.30", later, refundReferenceId="5341000018"),
        ],
        "lineItems.0.refunds": [of_line("5.00", later)],
        "lineItems.1.refunds": [of_line("12.50")],
    }

    made = facts_of(order(changes)).refunds

    assert {each.ref.id: each.paid.plain() for each in made} == {
        "5341000017": "12.50",
        "5341000018": "5.00",
    }


@pytest.mark.parametrize(
    ("of_orders", "of_lines", "place"),
    [
        (
            [
                of_order("10.82", refundReferenceId="1"),
                of_order("2.00", refundReferenceId="2"),
            ],
            [of_line("12.50")],
            "lineItems[1].refunds[0].refundId",
        ),
        ([of_order("10.82")], [of_line("12.50")], "paymentSummary.refunds[0].refundId"),
        (
            [of_order("10.82", refundReferenceId="1")],
            [of_line("12.50", "2026-04-30T00:00:00.000Z")],
            "lineItems[1].refunds[0].refundId",
        ),
    ],
    ids=["two of one moment", "neither id nor reference", "a moment of no refund"],
)
def test_a_refund_that_cannot_be_told_from_others_is_held_in_its_place(
    of_orders: list[Any], of_lines: list[Any], place: str
) -> None:
    reading = order({"paymentSummary.refunds": of_orders, "lineItems.1.refunds": of_lines})

    assert reading.facts is None
    assert place in {problem.place for problem in reading.problems}


def moved(name: str, number: str, amount: str, entry: str, **members: Any) -> dict[str, Any]:
    told = {
        "transactionId": number,
        "transactionType": name,
        "amount": worth(amount),
        "bookingEntry": entry,
        "transactionDate": "2026-04-12T10:00:00.000Z",
        "transactionStatus": "PAYOUT",
        "payoutId": "6556000080",
        "salesRecordReference": "0",
    }
    return {**told, **members}


CASE = [{"referenceId": "5341000017", "referenceType": "CASE_ID"}]
OF_ORDER = [
    {"referenceId": "355590000027", "referenceType": "ITEM_ID"},
    {"referenceId": "11-00001-00001", "referenceType": "ORDER_ID"},
]
MOVEMENTS: dict[str, tuple[dict[str, Any], tuple[PayoutLineKind, str, str]]] = {
    "a hold for a dispute": (
        moved(
            "DISPUTE",
            "DISPUTE_HOLD-6361",
            "43.98",
            "DEBIT",
            orderId="11-00001-00001",
            references=CASE,
        ),
        (PayoutLineKind.DISPUTE, "-43.98", "11-00001-00001"),
    ),
    "the hold given back, which calls itself a credit": (
        moved(
            "CREDIT",
            "DISPUTE_HOLD_REVERSE-6361-6123",
            "43.98",
            "CREDIT",
            orderId="11-00001-00001",
            references=CASE,
        ),
        (PayoutLineKind.DISPUTE, "43.98", "11-00001-00001"),
    ),
    "any other credit": (
        moved("CREDIT", "GOODWILL-77", "3.00", "CREDIT"),
        (PayoutLineKind.ADJUSTMENT, "3.00", ""),
    ),
    "what was taken from the seller's bank to pay eBay": (
        moved("TRANSFER", "18107000044", "56.33", "CREDIT", transactionMemo="TRANSFER_FROM"),
        (PayoutLineKind.TRANSFER, "56.33", ""),
    ),
    "an advertising fee given back with its order": (
        moved(
            "NON_SALE_CHARGE",
            "FEE-5341000017-e91286c3-2016-49a8-b15f-e8dae1fc54ec_42",
            "3.41",
            "CREDIT",
            feeType="AD_FEE",
            references=OF_ORDER,
        ),
        (PayoutLineKind.FEE, "3.41", "11-00001-00001"),
    ),
    "a fee of a type that is not known": (
        moved(
            "NON_SALE_CHARGE",
            "FEE-6244_11",
            "56.33",
            "DEBIT",
            feeType="STORE_SUBSCRIPTION_EARLY_TERMINATION_FEE",
        ),
        (PayoutLineKind.FEE, "-56.33", ""),
    ),
}


@pytest.mark.parametrize("shape", MOVEMENTS)
def test_a_movement_of_that_shape_is_one_line_of_a_payout(shape: str) -> None:
    told, wanted = MOVEMENTS[shape]

    reading = loose_transactions(Node({"transactions": [told]}, "", []), "shop")

    assert reading.problems == ()
    assert reading.payout is not None
    (line,) = reading.payout.lines
    assert (line.kind, line.net.plain(), line.order_id) == wanted


def test_a_refund_by_a_case_bears_the_number_that_its_order_knows_it_by() -> None:
    told = moved(
        "REFUND", "RRP-6362-CCM_CHARGE", "22.31", "DEBIT", orderId="1-2-3", references=CASE
    )

    reading = loose_transactions(Node({"transactions": [told]}, "", []), "shop")

    assert reading.payout is not None
    assert [line.refund_id for line in reading.payout.lines] == ["5341000017"]


def test_a_fee_in_the_buyers_currency_is_held_and_never_added_to_the_payouts() -> None:
    told = moved("SALE", "1-2-3", "140.40", "CREDIT", totalFeeAmount=worth("21.78", "GBP"))

    reading = loose_transactions(Node({"transactions": [told]}, "", []), "shop")

    assert reading.payout is None
    assert [(problem.code, problem.place) for problem in reading.problems] == [
        (Code.PAYLOAD_INVALID, "transactions[0].totalFeeAmount.currency")
    ]
