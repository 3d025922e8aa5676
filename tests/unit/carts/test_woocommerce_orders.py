"""WooCommerce's documents give the numbers that an accountant expects of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, Reading, UnknownTopicError
from carts.documents import Node, parse
from carts.registry import adapter
from carts.woocommerce.orders import stated_refunds
from carts.woocommerce.readings import refunds_reading, whole_order
from commerce.identity import order_breaches, order_sums, refund_breaches
from commerce.money import Money, total
from commerce.orders import (
    AdjustmentKind,
    ChargeKind,
    Facts,
    FulfilmentLine,
    LineKind,
    Order,
    OrderStatus,
    PaymentStatus,
    RefundAdjustment,
)

_EVENTS = Path(__file__).parents[3] / "events" / "woocommerce"
_EXPECTED: dict[str, Any] = json.loads((_EVENTS / "expected.json").read_bytes())
_PROCESSING = "order_updated_processing"
_REFUNDED = "order_updated_partially_refunded"
_CANCELLED = "order_updated_cancelled_jpy"


def document(name: str, change: Callable[[Any], None] | None = None) -> Any:
    plain = json.loads((_EVENTS / f"{name}.json").read_bytes())
    if change is not None:
        change(plain)
    return parse(json.dumps(plain).encode())


def read(content: Any, topic: str = "order.updated") -> Reading:
    return adapter("woocommerce").read("shop", topic, content)


def order_of(reading: Reading) -> Order:
    assert reading.facts is not None, reading.problems
    assert reading.facts.order is not None
    return reading.facts.order


def with_refunds(refunds: Any, name: str = _REFUNDED) -> Facts:
    reading = whole_order(Node(document(name), "", []), "shop", refunds)
    assert reading.problems == ()
    assert reading.facts is not None
    return reading.facts


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


@pytest.mark.parametrize("name", [_PROCESSING, _REFUNDED, _CANCELLED])
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
    wanted = _EXPECTED[name]
    assert actual == {member: wanted[member] for member in actual}
    refunded = total(refunds.values(), order.currency)
    assert refunded == Money.of(wanted["refunded_total"], order.currency)
    assert list(refunds) == wanted.get("refund_ids", [])


def test_a_refund_maps_to_its_expected_numbers() -> None:
    wanted = _EXPECTED["refunds_of_7001"]

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


def test_a_paid_order_implies_one_receipt_through_its_gateway() -> None:
    reading = read(document(_PROCESSING))

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
    (line,) = order_of(read(document(_PROCESSING))).lines

    assert (line.unit_price, line.gross, line.discount) == (gbp("20"), gbp("60.00"), gbp("6.00"))
    assert [(tax.title, tax.amount, tax.rate) for tax in line.taxes] == [
        ("VAT", gbp("10.8"), Decimal("0.2"))
    ]
    assert line.variant_id == ""
    assert line.product_id == "310"


def test_a_cent_of_difference_is_found_and_asked_about() -> None:
    def change(order: Any) -> None:
        order["total"] = "73.09"

    reading = read(document(_PROCESSING, change))

    (breach,) = order_breaches(order_of(reading))
    assert breach.difference == gbp("0.01")
    assert reading.needs_fetch


def test_refunds_without_their_lines_are_fetched_or_hold_the_order() -> None:
    reading = read(document(_REFUNDED))

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


def test_gift_cards_are_tender_that_the_total_no_longer_holds() -> None:
    def change(order: Any) -> None:
        order["gift_cards"] = [{"id": 3, "code": "secret-code", "amount": "10.00"}]
        order["total"] = "63.08"

    order = order_of(read(document(_PROCESSING, change)))

    assert [(use.id, use.amount) for use in order.gift_cards_applied] == [("3", gbp("10.00"))]
    assert order_breaches(order) == []
    assert order.captured == gbp("63.08")


def test_a_negative_fee_is_a_charge_below_zero() -> None:
    def change(order: Any) -> None:
        fee = order["fee_lines"][0]
        fee.update(total="-2.00", total_tax="-0.40")
        fee["taxes"][0]["total"] = "-0.4"
        order.update(total="68.28", total_tax="11.38")

    order = order_of(read(document(_PROCESSING, change)))

    assert order.charges[0].amount == gbp("-2.00")
    assert order_breaches(order) == []


def test_parts_of_a_bundle_without_money_are_components() -> None:
    def change(order: Any) -> None:
        free = {"subtotal": "0.00", "total": "0.00", "total_tax": "0.00", "taxes": []}
        part = order["line_items"][0] | free | {"id": 777, "bundled_by": "501"}
        order["line_items"].append(part)

    order = order_of(read(document(_PROCESSING, change)))

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

    (line,) = order_of(read(document(_PROCESSING, change))).lines

    assert [(tax.title, tax.amount) for tax in line.taxes] == [
        ("VAT", gbp("10.26")),
        ("City", gbp("0.54")),
    ]


def test_a_completed_order_was_handed_over_whole() -> None:
    def change(order: Any) -> None:
        order.update(status="completed", date_completed_gmt="2026-04-04T08:00:00")

    reading = read(document(_PROCESSING, change))

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

    assert order_of(read(document(_PROCESSING, change))).status is expected


def test_a_paid_order_in_the_trash_waits_for_a_person() -> None:
    def change(order: Any) -> None:
        order["status"] = "trash"

    reading = read(document(_PROCESSING, change))

    assert [each.code for each in reading.problems] == [Code.PAYMENT_UNDECIDED]
    assert reading.facts is None


@pytest.mark.parametrize("status", ["checkout-draft", "auto-draft"])
def test_a_draft_means_nothing(status: str) -> None:
    def change(order: Any) -> None:
        order["status"] = status

    assert read(document(_PROCESSING, change)) == Reading(None)


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


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("total", None),
        ("total", "abc"),
        ("total", "1e400"),
        ("currency", "Pounds"),
        ("id", "a b"),
        ("line_items", {}),
        ("line_items", [1]),
        ("date_modified_gmt", None),
        ("date_modified_gmt", "yesterday"),
        ("date_created_gmt", 7),
        ("customer_id", -1),
        ("refunds", [{"id": None, "total": "-1.00"}]),
    ],
)
def test_a_wrong_member_is_a_problem_in_its_place(member: str, value: Any) -> None:
    def change(order: Any) -> None:
        order[member] = value

    reading = read(document(_PROCESSING, change))

    assert reading.facts is None
    assert any(problem.place.startswith(member) for problem in reading.problems)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
_MEMBERS = sorted(json.loads((_EVENTS / f"{_PROCESSING}.json").read_bytes()))
_LINE_MEMBERS = ["id", "quantity", "subtotal", "total", "total_tax", "taxes", "bundled_by", "sku"]


@given(st.sampled_from(_MEMBERS), _JSON)
def test_no_member_of_any_type_raises(member: str, value: Any) -> None:
    content = document(_PROCESSING)
    content[member] = value

    assert read(content) is not None


@given(st.sampled_from(_LINE_MEMBERS), _JSON)
def test_no_member_of_a_line_raises(member: str, value: Any) -> None:
    content = document(_PROCESSING)
    content["line_items"][0][member] = value

    assert read(content) is not None


@given(_JSON)
def test_no_document_raises(content: Any) -> None:
    assert read(content) is not None
    assert refunds_reading(content, "shop", "GBP") is not None
