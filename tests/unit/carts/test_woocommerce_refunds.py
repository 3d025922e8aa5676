"""Refunds of WooCommerce are whole before they are believed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from carts.adapter import Code
from carts.documents import Node
from carts.woocommerce.readings import refunds_reading, whole_order
from commerce.identity import refund_breaches
from commerce.orders import AdjustmentKind, Facts, PaymentStatus, RefundAdjustment
from tests.unit.carts.woocommerce_readings import EXPECTED, REFUNDED, document, gbp, read


def with_refunds(refunds: Any, change: Callable[[Any], None] | None = None) -> Facts:
    reading = whole_order(Node(document(REFUNDED, change), "", []), "shop", refunds)
    assert reading.problems == ()
    assert reading.facts is not None
    return reading.facts


def told_back(amount: str) -> Callable[[Any], None]:
    """The order says that so much went back."""

    def change(order: Any) -> None:
        order["refunds"][0]["total"] = f"-{amount}"

    return change


def test_a_refund_maps_to_its_expected_numbers() -> None:
    wanted = EXPECTED["refunds_of_7001"]

    reading = refunds_reading(document("refunds_of_7001"), "shop", "GBP", "stripe")

    assert reading.facts is not None
    (refund,) = reading.facts.refunds
    breakdown = wanted["refund_breakdown"]
    assert reading.facts.ref.id == refund.order_id == wanted["order_id"]
    assert refund.ref.id == wanted["refund_id"]
    assert refund.paid.plain() == wanted["refunded_total"]
    assert len(refund.lines) == wanted["line_count"]
    assert refund.lines[0].line_id == "501"
    assert refund.lines[0].quantity == 1
    assert refund.lines[0].subtotal.plain() == breakdown["lines"]
    assert refund.lines[0].tax.plain() == breakdown["line_tax"]
    assert (refund.shipping, refund.shipping_tax, refund.adjustments) == (None, None, ())
    assert refund.created_at == datetime(2026, 4, 6, 14, 29, 58, tzinfo=UTC)
    assert refund_breaches(refund) == []


def test_refunds_without_their_lines_are_fetched_or_hold_the_order() -> None:
    reading = read(document(REFUNDED))

    assert reading.needs_fetch
    assert [(each.code, each.place) for each in reading.problems] == [
        (Code.CONFIGURATION_MISSING, "refunds[7015]")
    ]


def test_an_order_with_its_refunds_is_whole() -> None:
    facts = with_refunds(document("refunds_of_7001"))

    assert facts.order is not None
    assert facts.order.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert facts.refunds[0].transactions[0].gateway == "stripe"
    assert facts.refunds[0].paid == gbp("21.60")


def test_an_amount_without_lines_is_goodwill() -> None:
    def change(refunds: Any) -> None:
        refunds[0]["line_items"] = []

    (refund,) = with_refunds(document("refunds_of_7001", change)).refunds

    assert refund.adjustments == (
        RefundAdjustment(AdjustmentKind.GOODWILL, gbp("21.60"), gbp("0")),
    )
    assert refund_breaches(refund) == []


def test_the_amount_wins_over_the_sum_of_the_lines() -> None:
    def change(refunds: Any) -> None:
        refunds[0]["amount"] = "20.00"

    (refund,) = with_refunds(document("refunds_of_7001", change)).refunds

    assert refund.adjustments == (
        RefundAdjustment(AdjustmentKind.DISCREPANCY, gbp("-1.60"), gbp("0")),
    )
    assert refund.credit == refund.paid == gbp("20.00")


def test_shipping_and_fees_given_back_are_positive() -> None:
    def change(refunds: Any) -> None:
        refunds[0]["amount"] = "29.88"
        refunds[0]["shipping_lines"] = [{"id": 1, "total": "-4.90", "total_tax": "-0.98"}]
        refunds[0]["fee_lines"] = [{"id": 2, "total": "-2.00", "total_tax": "-0.40"}]

    (refund,) = with_refunds(document("refunds_of_7001", change)).refunds

    assert (refund.shipping, refund.shipping_tax) == (gbp("4.90"), gbp("0.98"))
    assert refund.adjustments == (
        RefundAdjustment(AdjustmentKind.DISCREPANCY, gbp("2.00"), gbp("0.40")),
    )
    assert refund.credit == gbp("29.88")


def test_a_refund_by_hand_moves_no_money_that_the_site_knows_of() -> None:
    def change(refunds: Any) -> None:
        refunds[0]["refunded_payment"] = False

    (refund,) = with_refunds(document("refunds_of_7001", change)).refunds

    assert (refund.transactions, refund.credit) == ((), gbp("21.60"))


def test_a_refund_line_that_names_no_order_line_is_not_believed() -> None:
    def change(refunds: Any) -> None:
        refunds[0]["line_items"][0]["meta_data"] = []

    reading = refunds_reading(document("refunds_of_7001", change), "shop", "GBP")

    assert [each.place for each in reading.problems] == ["refunds[0].line_items[0].meta_data"]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_line_with_an_amount_and_no_units_is_an_allowance_with_its_tax(*, by_hand: bool) -> None:
    def change(refunds: Any) -> None:
        refunds[0]["line_items"][0] |= {"quantity": 0, "total": "-5.00", "total_tax": "-1.00"}
        refunds[0] |= {"amount": "6.00", "refunded_payment": not by_hand}

    (refund,) = with_refunds(document("refunds_of_7001", change), told_back("6.00")).refunds

    assert refund.lines == ()
    assert refund.adjustments == (
        RefundAdjustment(AdjustmentKind.GOODWILL, gbp("5.00"), gbp("1.00"), "501"),
    )
    assert refund.credit == gbp("6.00")
    assert refund_breaches(refund) == []


def test_what_an_allowance_on_a_line_leaves_unexplained_is_a_discrepancy() -> None:
    def change(refunds: Any) -> None:
        refunds[0]["line_items"][0] |= {"quantity": 0, "total": "-5.00", "total_tax": "-1.00"}
        refunds[0]["amount"] = "6.50"

    (refund,) = with_refunds(document("refunds_of_7001", change), told_back("6.50")).refunds

    assert [(part.kind, part.amount) for part in refund.adjustments] == [
        (AdjustmentKind.GOODWILL, gbp("5.00")),
        (AdjustmentKind.DISCREPANCY, gbp("0.50")),
    ]


def test_a_line_of_which_nothing_went_back_says_nothing() -> None:
    def change(refunds: Any) -> None:
        nothing = copy.deepcopy(refunds[0]["line_items"][0])
        refunds[0]["line_items"].append(nothing | {"quantity": 0, "total": "0", "total_tax": "0"})

    (refund,) = with_refunds(document("refunds_of_7001", change)).refunds

    assert [line.quantity for line in refund.lines] == [1]
    assert refund.adjustments == ()
