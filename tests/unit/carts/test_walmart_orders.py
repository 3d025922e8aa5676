"""Walmart's documents mean what they say: amounts of the samples, and what is done with doubt."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, Reading, UnknownTopicError
from carts.documents import Node
from carts.registry import adapter
from carts.walmart.orders import order_reading
from carts.walmart.readings import page_orders
from commerce.identity import refund_breaches
from commerce.money import Money
from commerce.orders import (
    AdjustmentKind,
    FulfillmentStatus,
    OrderStatus,
    PaymentStatus,
    TaxCollector,
)
from tests.unit.carts.numbers import (
    SUM_NAMES,
    edited,
    expected,
    facts_of,
    numbers,
    order_of,
    sample,
)

LINES = "order.orderLines.orderLine"
REFUND = f"{LINES}.2.refund.refundCharges.refundCharge"


def read(document: Any, topic: str = "order") -> Reading:
    return adapter("walmart").read("shop", topic, document)


@pytest.mark.parametrize("name", ["get_order", "get_order_refunded_line"])
def test_an_order_maps_to_its_expected_numbers(name: str) -> None:
    wanted = expected("walmart", name)

    facts = facts_of(read(sample("walmart", name)))

    assert numbers(facts) == {key: wanted[key] for key in SUM_NAMES}
    assert order_of(read(sample("walmart", name))).number == wanted["order_number"]


def test_a_page_holds_orders_of_which_cancelled_lines_are_no_part() -> None:
    wanted = expected("walmart", "orders_page")["orders"]

    nodes = page_orders(Node(sample("walmart", "orders_page"), "", []))
    orders = [order_of(order_reading(node, "shop")) for node in nodes]

    actual = [(o.ref.id, o.total.plain(), len(o.lines)) for o in orders]
    assert actual == [(o["order_id"], o["total"], o["line_count"]) for o in wanted]
    assert [o.source_flags for o in orders] == [(), ("CANCELLED_LINES",)]


def test_all_tax_is_the_marketplaces() -> None:
    order = order_of(read(sample("walmart", "get_order")))

    assert {tax.collected_by for tax in order.all_taxes} == {TaxCollector.MARKETPLACE}


def test_a_refund_takes_back_goods_and_tax_whatever_its_sign() -> None:
    wanted = expected("walmart", "get_order_refunded_line")["refund_breakdown"]
    positive = {
        f"{REFUND}.0.charge.chargeAmount.amount": 12.5,
        f"{REFUND}.0.charge.tax.taxAmount.amount": 1.03,
    }

    first = facts_of(read(sample("walmart", "get_order_refunded_line"))).refunds
    again = facts_of(read(edited("walmart", "get_order_refunded_line", positive))).refunds

    line = first[0].lines[0]
    assert (line.subtotal.plain(), line.tax.plain()) == (wanted["lines"], wanted["line_tax"])
    assert first == again
    assert first[0].ref.id.startswith("3800000000001:3:")


def test_a_second_refund_of_a_line_leaves_the_first_one_its_name() -> None:
    def part(amount: float) -> dict[str, Any]:
        money = {"currency": "USD", "amount": amount}
        charge = {"chargeType": "PRODUCT", "chargeName": "Item Price", "chargeAmount": money}
        return {"refundReason": "Damaged", "charge": charge}

    name = "get_order_refunded_line"
    once = facts_of(read(edited("walmart", name, {REFUND: [part(-5)]}))).refunds
    twice = facts_of(read(edited("walmart", name, {REFUND: [part(-5), part(-2)]}))).refunds
    equal = facts_of(read(edited("walmart", name, {REFUND: [part(-5), part(-5)]}))).refunds

    assert once[0] == twice[0]
    assert [refund.paid.plain() for refund in twice] == ["5.00", "2.00"]
    assert once[0] == equal[0]
    assert len({refund.ref.id for refund in equal}) == 2


def test_a_part_of_a_lines_price_is_an_allowance_for_nobody_tells_the_units() -> None:
    changes = {
        f"{REFUND}.0.charge.chargeAmount.amount": -5,
        f"{REFUND}.0.charge.tax.taxAmount.amount": -0.41,
    }

    (refund,) = facts_of(read(edited("walmart", "get_order_refunded_line", changes))).refunds

    assert refund.lines == ()
    assert [(part.kind, part.amount.plain(), part.tax.plain()) for part in refund.adjustments] == [
        (AdjustmentKind.GOODWILL, "5.00", "0.41")
    ]
    assert refund_breaches(refund) == []


def test_a_refund_above_the_sale_is_held_with_the_difference() -> None:
    changes = {f"{REFUND}.0.charge.chargeAmount.amount": -12.51}

    reading = read(edited("walmart", "get_order_refunded_line", changes))

    assert reading.facts is None
    assert [(p.code, p.difference) for p in reading.problems] == [
        (Code.UNBALANCED, Money.of("0.01", "USD"))
    ]


def test_lines_that_left_are_receipts_and_parcels() -> None:
    shipped = {f"{LINES}.0.orderLineStatuses.orderLineStatus.0.status": "Shipped"}

    waiting = facts_of(read(sample("walmart", "get_order")))
    partly = facts_of(read(edited("walmart", "get_order", shipped)))
    whole = facts_of(read(sample("walmart", "get_order_refunded_line")))

    orders = [facts.order for facts in (waiting, partly, whole)]
    assert [o.payment_status for o in orders if o] == [
        PaymentStatus.AUTHORIZED,
        PaymentStatus.PARTIALLY_PAID,
        PaymentStatus.PAID,
    ]
    assert [o.fulfillment_status for o in orders if o] == [
        FulfillmentStatus.UNFULFILLED,
        FulfillmentStatus.PARTIAL,
        FulfillmentStatus.FULFILLED,
    ]
    assert (waiting.payments, waiting.fulfilments) == ((), ())
    assert [str(p.amount) for p in partly.payments] == ["33.53 USD"]
    assert partly.payments[0].ref == whole.payments[0].ref
    assert sum(p.amount.amount for p in whole.payments) == Decimal("74.11")
    assert len(whole.fulfilments) == 3


@pytest.mark.parametrize("states", [["Refund"], ["Shipped", "Refund"]])
def test_a_line_first_heard_of_when_refunded_was_sent_and_paid(states: list[str]) -> None:
    name = "get_order_refunded_line"
    status = f"{LINES}.2.orderLineStatuses.orderLineStatus"
    one = {"unitOfMeasurement": "EACH", "amount": "1"}
    listed = [{"status": each, "statusQuantity": one} for each in states]

    shipped = facts_of(read(sample("walmart", name)))
    late = facts_of(read(edited("walmart", name, {status: listed})))

    assert (late.payments, late.fulfilments) == (shipped.payments, shipped.fulfilments)
    assert late.refunds == shipped.refunds
    assert late.order is not None
    assert late.order.payment_status is PaymentStatus.PAID


def test_what_left_before_it_was_refunded_left_when_its_tracking_says() -> None:
    left_at = datetime(2026, 4, 1, 12, tzinfo=UTC)
    none, one = ({"unitOfMeasurement": "EACH", "amount": amount} for amount in ("0", "1"))
    tracking = {"shipDateTime": int(left_at.timestamp() * 1000)}
    states = [
        {"status": "Shipped", "statusQuantity": none, "trackingInfo": tracking},
        {"status": "Refund", "statusQuantity": one, "trackingInfo": None},
    ]
    changes = {f"{LINES}.2.orderLineStatuses.orderLineStatus": states}

    facts = facts_of(read(edited("walmart", "get_order_refunded_line", changes)))

    assert facts.fulfilments[2].shipped_at == left_at


@pytest.mark.parametrize(
    "emptied",
    [
        {"charges": None},
        {"charges": {"charge": None}},
        {"charges": {"charge": [{"chargeType": "PRODUCT", "chargeAmount": None}]}},
        {"orderLineQuantity": {"unitOfMeasurement": "EACH", "amount": "0"}},
        {"orderLineQuantity": None, "charges": None},
    ],
    ids=str,
)
def test_a_cancelled_line_comes_back_emptied(emptied: dict[str, Any]) -> None:
    changes = {f"{LINES}.2.{name}": value for name, value in emptied.items()}
    cancelled = {f"{LINES}.2.orderLineStatuses.orderLineStatus.0.status": "Cancelled"}

    wanted = order_of(read(edited("walmart", "get_order", cancelled)))
    order = order_of(read(edited("walmart", "get_order", cancelled | changes)))

    assert (order.lines, order.total) == (wanted.lines, wanted.total)
    assert order.source_flags == ("CANCELLED_LINES",)
    assert read(edited("walmart", "get_order", changes)).facts is None, "a line that is sold is not"


def test_an_order_of_cancelled_lines_is_cancelled_and_worth_nothing() -> None:
    states = {
        f"{LINES}.{i}.orderLineStatuses.orderLineStatus.0.status": "Cancelled" for i in range(3)
    }

    order = order_of(read(edited("walmart", "get_order", states)))

    assert order.status is OrderStatus.CANCELLED
    assert order.cancelled_at == datetime(2026, 4, 2, 16, 5, tzinfo=UTC)
    assert (str(order.total), order.lines) == ("0.00 USD", ())


def test_a_replacement_has_no_revenue() -> None:
    order = order_of(read(edited("walmart", "get_order", {"order.orderType": "REPLACEMENT"})))

    assert order.is_replacement
    assert not order.total
    assert len(order.lines) == 3


@pytest.mark.parametrize(
    ("path", "value", "place", "code"),
    [
        (
            f"{LINES}.0.orderLineQuantity.amount",
            "2",
            "order.orderLines.orderLine[0].orderLineQuantity",
            Code.CONFIGURATION_MISSING,
        ),
        (
            f"{LINES}.0.charges.charge.0.chargeAmount.currency",
            "MXN",
            "order.orderLines.orderLine[0].charges.charge[0].chargeAmount.currency",
            Code.PAYLOAD_INVALID,
        ),
        (
            f"{LINES}.0.charges.charge.0.chargeType",
            "MAGIC",
            "order.orderLines.orderLine[0].charges.charge[0].chargeType",
            Code.PAYLOAD_INVALID,
        ),
        (
            f"{LINES}.0.charges.charge.1.chargeAmount.amount",
            -5.99,  # nothing is charged that it could lower
            "order.orderLines.orderLine[0].charges.charge[1].chargeAmount",
            Code.PAYLOAD_INVALID,
        ),
        (
            f"{LINES}.0.orderLineStatuses.orderLineStatus.0.status",
            "Lost",
            "order.orderLines.orderLine[0].orderLineStatuses.orderLineStatus[0].status",
            Code.PAYLOAD_INVALID,
        ),
        (f"{LINES}.0.statusDate", "x", "order.orderLines.orderLine[0].statusDate", None),
        (f"{LINES}.1.lineNumber", "1", "order.orderLines", None),
        (LINES, [], "order.orderLines", None),
        ("order.purchaseOrderId", None, "order.purchaseOrderId", None),
        ("order.orderDate", None, "order.orderDate", None),
    ],
)
def test_doubt_is_held_at_its_place(path: str, value: Any, place: str, code: Code | None) -> None:
    reading = read(edited("walmart", "get_order", {path: value}))

    assert reading.facts is None
    found = {problem.place: problem.code for problem in reading.problems}
    assert found.get(place) is (code or Code.PAYLOAD_INVALID)


@pytest.mark.parametrize(("amount", "gross", "off"), [(-2.5, "24.99", "2.50"), (2.5, "", "")])
def test_a_subscription_discount_counts_below_zero_and_is_held_above(
    amount: float, gross: str, off: str
) -> None:
    document = edited("walmart", "get_order", {})
    document["order"]["orderLines"]["orderLine"][0]["charges"]["charge"].append(
        {
            "chargeType": "PRODUCT",
            "chargeName": "SubscriptionDiscount",
            "chargeAmount": {"currency": "USD", "amount": Decimal(str(amount))},
        }
    )

    reading = read(document)

    if gross:
        line = order_of(reading).lines[0]
        assert (line.gross.plain(), line.discount.plain()) == (gross, off)
        assert numbers(facts_of(reading))["balanced"]
        assert order_of(reading).total.plain() == "71.61"
    else:
        assert "its sign is not documented" in reading.problems[0].message


def test_one_cent_more_is_one_cent_more_of_the_total_and_another_version() -> None:
    changes = {f"{LINES}.0.charges.charge.0.chargeAmount.amount": 25.00}

    before = order_of(read(sample("walmart", "get_order")))
    after = order_of(read(edited("walmart", "get_order", changes)))

    assert after.total - before.total == Money.of("0.01", "USD")
    assert after.version.digest != before.version.digest


def test_notifications_say_nothing_but_fetch() -> None:
    for topic in ("PO_CREATED", "PO_LINE_AUTOCANCELLED", "ORDER_UPDATES"):
        assert read({}, topic) == Reading(None, needs_fetch=True)
    with pytest.raises(UnknownTopicError):
        read({}, "OFFER_UNPUBLISHED")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(index=st.integers(0, 400), value=_JSON)
def test_any_value_anywhere_is_a_reading_or_a_problem(index: int, value: Any) -> None:
    document = edited("walmart", "get_order_refunded_line", {})
    places: list[tuple[Any, Any]] = []
    _walk(document, places)
    holder, key = places[index % len(places)]
    holder[key] = value

    reading = read(document)

    assert (reading.facts is None) == bool(reading.problems)


def _walk(value: Any, places: list[tuple[Any, Any]]) -> None:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in pairs:
        places.append((value, key))
        if isinstance(member, dict | list):
            _walk(member, places)
