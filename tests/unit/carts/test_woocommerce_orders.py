"""Orders of WooCommerce map to their expected numbers, and each status is understood."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading, UnknownTopicError
from carts.documents import Node
from carts.woocommerce.orders import stated_refunds
from commerce.identity import order_breaches, order_sums
from commerce.money import Money, total
from commerce.orders import ChargeKind, FulfilmentLine, LineKind, Order, OrderStatus, PaymentStatus
from tests.unit.carts.woocommerce_readings import (
    EXPECTED,
    PROCESSING,
    REFUNDED,
    document,
    gbp,
    read,
)

_CANCELLED = "order_updated_cancelled_jpy"


def order_of(reading: Reading) -> Order:
    assert reading.facts is not None, reading.problems
    assert reading.facts.order is not None
    return reading.facts.order


@pytest.mark.parametrize("name", [PROCESSING, REFUNDED, _CANCELLED])
def test_an_order_maps_to_its_expected_numbers(name: str) -> None:
    content = document(name)

    order = order_of(read(content))

    sums = order_sums(order)
    fees = [each.amount for each in order.charges if each.kind is ChargeKind.FEE]
    refunds = stated_refunds(Node(content, "", []), order.currency)
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
        "fee_total": total(fees, order.currency).plain(),
        "line_count": len(order.lines),
        "is_test": order.is_test,
        "is_cancelled": order.cancelled_at is not None,
        "balanced": order_breaches(order) == [],
    }
    wanted = EXPECTED[name]
    assert actual == {member: wanted[member] for member in actual}
    refunded = total(refunds.values(), order.currency)
    assert refunded == Money.of(wanted["refunded_total"], order.currency)
    assert list(refunds) == wanted.get("refund_ids", [])


def test_a_paid_order_implies_one_receipt_through_its_gateway() -> None:
    reading = read(document(PROCESSING))

    assert reading.facts is not None
    (payment,) = reading.facts.payments
    assert payment.is_implied
    assert payment.is_receipt
    assert (payment.gateway, payment.external_id) == ("stripe", "pi_test_7001")
    assert payment.amount == order_of(reading).captured == gbp("73.08")
    assert payment.processed_at == datetime(2026, 4, 2, 9, 2, 9, tzinfo=UTC)


def test_times_are_those_of_the_gmt_members() -> None:
    order = order_of(read(document(_CANCELLED)))

    assert order.placed_at == datetime(2026, 4, 3, 0, 0, tzinfo=UTC)
    assert order.version.updated_at == datetime(2026, 4, 3, 1, 0, tzinfo=UTC)


def test_an_unpaid_cancelled_order_has_no_money() -> None:
    reading = read(document(_CANCELLED))

    order = order_of(reading)
    assert reading.facts is not None
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.PENDING)
    assert (order.captured, reading.facts.payments) == (Money.zero("JPY"), ())


def test_line_prices_are_before_the_discount_and_taxes_have_their_rate() -> None:
    (line,) = order_of(read(document(PROCESSING))).lines

    assert (line.unit_price, line.gross, line.discount) == (gbp("20"), gbp("60.00"), gbp("6.00"))
    assert [(tax.title, tax.amount, tax.rate) for tax in line.taxes] == [
        ("VAT", gbp("10.8"), Decimal("0.2"))
    ]
    assert line.variant_id == ""
    assert line.product_id == "310"


def test_a_cent_of_difference_is_found_and_asked_about() -> None:
    def change(order: Any) -> None:
        order["total"] = "73.09"

    reading = read(document(PROCESSING, change))

    (breach,) = order_breaches(order_of(reading))
    assert breach.difference == gbp("0.01")
    assert reading.needs_fetch


def test_gift_cards_are_tender_that_the_total_no_longer_holds() -> None:
    def change(order: Any) -> None:
        order["gift_cards"] = [{"id": 3, "code": "secret-code", "amount": "10.00"}]
        order["total"] = "63.08"

    order = order_of(read(document(PROCESSING, change)))

    assert [(use.id, use.amount) for use in order.gift_cards_applied] == [("3", gbp("10.00"))]
    assert order_breaches(order) == []
    assert order.captured == gbp("63.08")


def test_a_negative_fee_is_a_charge_below_zero() -> None:
    def change(order: Any) -> None:
        fee = order["fee_lines"][0]
        fee.update(total="-2.00", total_tax="-0.40")
        fee["taxes"][0]["total"] = "-0.4"
        order.update(total="68.28", total_tax="11.38")

    order = order_of(read(document(PROCESSING, change)))

    assert order.charges[0].amount == gbp("-2.00")
    assert order_breaches(order) == []


def test_parts_of_a_bundle_without_money_are_components() -> None:
    def change(order: Any) -> None:
        free = {"subtotal": "0.00", "total": "0.00", "total_tax": "0.00", "taxes": []}
        part = order["line_items"][0] | free | {"id": 777, "bundled_by": "501"}
        order["line_items"].append(part)

    order = order_of(read(document(PROCESSING, change)))

    assert [(line.kind, line.parent_id) for line in order.lines] == [
        (LineKind.PRODUCT, ""),
        (LineKind.COMPONENT, "501"),
    ]
    assert order_breaches(order) == []


def test_a_tax_at_two_rates_is_split_so_that_it_adds_up() -> None:
    def change(order: Any) -> None:
        order["tax_lines"].append({"rate_id": 9, "label": "City", "rate_percent": 1})
        order["line_items"][0]["taxes"] = [
            {"id": 1, "total": "10.257142"},
            {"id": 9, "total": "0.542857"},
        ]

    (line,) = order_of(read(document(PROCESSING, change))).lines

    assert [(tax.title, tax.amount) for tax in line.taxes] == [
        ("VAT", gbp("10.26")),
        ("City", gbp("0.54")),
    ]


def test_a_completed_order_was_handed_over_whole() -> None:
    def change(order: Any) -> None:
        order.update(status="completed", date_completed_gmt="2026-04-04T08:00:00")

    reading = read(document(PROCESSING, change))

    assert reading.facts is not None
    (parcel,) = reading.facts.fulfilments
    assert parcel.ref.id == "completed:7001"
    assert parcel.shipped_at == datetime(2026, 4, 4, 8, tzinfo=UTC)
    assert parcel.lines == (FulfilmentLine("501", Decimal(3)),)


@pytest.mark.parametrize(
    ("status", "paid", "expected"),
    [
        ("pending", None, OrderStatus.PENDING),
        ("on-hold", None, OrderStatus.PENDING),
        ("failed", None, OrderStatus.PENDING),
        ("processing", None, OrderStatus.OPEN),
        ("packed-by-plugin", None, OrderStatus.PENDING),
        ("packed-by-plugin", "2026-04-02T09:02:09", OrderStatus.OPEN),
        ("refunded", "2026-04-02T09:02:09", OrderStatus.CLOSED),
        ("trash", None, OrderStatus.CANCELLED),
    ],
)
def test_a_status_is_understood_even_when_a_plugin_made_it(
    status: str, paid: str | None, expected: OrderStatus
) -> None:
    def change(order: Any) -> None:
        order.update(status=status, date_paid_gmt=paid)

    assert order_of(read(document(PROCESSING, change))).status is expected


def test_a_paid_order_in_the_trash_waits_for_a_person() -> None:
    def change(order: Any) -> None:
        order["status"] = "trash"

    reading = read(document(PROCESSING, change))

    assert [each.code for each in reading.problems] == [Code.PAYMENT_UNDECIDED]
    assert reading.facts is None


@pytest.mark.parametrize("status", ["checkout-draft", "auto-draft"])
def test_a_draft_means_nothing(status: str) -> None:
    def change(order: Any) -> None:
        order["status"] = status

    assert read(document(PROCESSING, change)) == Reading(None)


def test_a_deleted_order_is_asked_for() -> None:
    assert read(document("order_deleted"), "order.deleted") == Reading(None, needs_fetch=True)


def test_an_error_object_names_the_missing_right_and_nothing_of_its_text() -> None:
    error = {"code": "woocommerce_rest_cannot_view", "message": "text", "data": {"status": 401}}

    (problem,) = read(error).problems

    assert problem.code is Code.CONFIGURATION_MISSING
    assert "text" not in problem.message


def test_a_topic_without_meaning_is_said_so() -> None:
    with pytest.raises(UnknownTopicError):
        read({}, "product.updated")
