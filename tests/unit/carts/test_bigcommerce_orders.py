"""BigCommerce's orders mean what they say: amounts of the sample, and what is done with doubt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, Reading
from carts.documents import parse
from carts.registry import adapter
from commerce.identity import order_breaches, refund_breaches
from commerce.money import Money
from commerce.orders import (
    ChargeKind,
    LineKind,
    OrderStatus,
    PaymentKind,
    PaymentState,
    PaymentStatus,
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

NAME = "order_250"


def read(document: Any) -> Reading:
    return adapter("bigcommerce").read("shop", "order", document)


def changed(changes: dict[str, Any]) -> Reading:
    return read(edited("bigcommerce", NAME, changes))


def places(reading: Reading) -> set[str]:
    assert reading.facts is None
    return {problem.place for problem in reading.problems}


def test_an_order_maps_to_its_expected_numbers() -> None:
    wanted = expected("bigcommerce", NAME)

    facts = facts_of(read(sample("bigcommerce", NAME)))

    assert numbers(facts) == {key: wanted[key] for key in SUM_NAMES}


def test_taxes_are_those_of_the_parts_and_the_sellers_own() -> None:
    order = order_of(read(sample("bigcommerce", NAME)))

    assert [tax.amount.plain() for line in order.lines for tax in line.taxes] == ["4.00", "1.11"]
    assert [tax.amount.plain() for tax in order.shipping_lines[0].taxes] == ["0.71"]
    assert {(charge.kind, charge.amount.plain()) for charge in order.charges} == {
        (ChargeKind.HANDLING, "2.00"),
        (ChargeKind.FEE, "1.50"),
    }
    assert order.taxes == ()


def test_what_was_paid_left_and_went_back_is_told() -> None:
    facts = facts_of(read(sample("bigcommerce", NAME)))

    (payment,) = facts.payments
    (parcel,) = facts.fulfilments
    (refund,) = facts.refunds
    assert (payment.kind, payment.amount.plain()) == (PaymentKind.SALE, "65.13")
    assert parcel.shipped_at == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert refund_breaches(refund) == []
    (line,) = refund.lines
    assert (line.subtotal.plain(), line.tax.plain()) == ("22.50", "2.00")
    assert refund.shipping is not None
    assert refund.shipping_tax is not None
    assert (refund.shipping.plain(), refund.shipping_tax.plain()) == ("8.00", "0.71")


def test_credit_that_the_total_was_not_lowered_by_is_a_payment_like_any_other() -> None:
    order = order_of(changed({"order.total_inc_tax": "75.1300"}))

    assert order.gift_cards_applied == ()
    assert order_breaches(order) == []


def test_credit_that_the_total_was_lowered_by_is_tender() -> None:
    order = order_of(read(sample("bigcommerce", NAME)))

    assert [(use.id, use.amount.plain()) for use in order.gift_cards_applied] == [
        ("gift_certificate", "10.00")
    ]


def test_a_discount_that_only_the_order_states_is_shared_by_value() -> None:
    order = order_of(changed({"products.0.applied_discounts": []}))

    assert [line.discount.plain() for line in order.lines] == ["4.00", "1.00"]


def test_tax_whose_parts_do_not_add_up_stays_with_the_order() -> None:
    order = order_of(changed({"products.0.total_tax": "3.9900"}))

    assert [tax.amount.plain() for tax in order.all_taxes] == ["6.13"]
    assert order_breaches(order) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order.total_inc_tax", "65.1400"),
        ("order.total_tax", "6.1400"),
        ("order.subtotal_ex_tax", "62.5100"),
        ("order.coupon_discount", "5.0100"),
        ("order.shipping_cost_ex_tax", "8.0100"),
        ("order.handling_cost_ex_tax", "1.9900"),
        ("order.fees.0.cost_ex_tax", "1.5100"),
        ("order.gift_certificate_amount", "10.0100"),
        ("order.refunded_amount", "33.2200"),
        ("products.1.total_ex_tax", "12.5100"),
        ("products.0.applied_discounts.0.amount", "4.9900"),
        ("refunds.0.total_amount", 33.22),
        ("refunds.0.total_tax", 2.72),
    ],
)
def test_one_cent_anywhere_is_held_with_its_difference(path: str, value: Any) -> None:
    reading = changed({path: value})

    assert reading.facts is None
    held = [each for each in reading.problems if each.code is Code.UNBALANCED]
    assert {abs(each.difference) for each in held if each.difference} >= {
        Money(Decimal("0.01"), "USD")
    }


def test_amounts_of_which_the_currency_is_in_doubt_are_held() -> None:
    reading = changed({"order.default_currency_code": "EUR"})

    assert places(reading) == {"order.default_currency_code"}
    assert {each.code for each in reading.problems} == {Code.CONFIGURATION_MISSING}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"order.status_id": 99}, "order.status_id"),
        ({"order.status_id": True}, "order.status_id"),
        ({"order.date_modified": "Thu, 09 Apr 2026 08:30:00"}, "order.date_modified"),
        ({"order.date_modified": "yesterday"}, "order.date_modified"),
        ({"order.date_modified": ""}, "order.date_modified"),
        ({"order.currency_code": "dollars"}, "order.currency_code"),
        ({"order": []}, "order"),
        ({"products": []}, "order.products"),
        ({"transactions.0.event": "moon"}, "transactions[0].event"),
        ({"transactions.0.currency": None}, "transactions[0].currency"),
        ({"refunds.0.items.0.item_type": "MOON"}, "refunds[0].items[0].item_type"),
        ({"refunds.0.items": []}, "refunds[0].items"),
        (
            {
                "refunds.0.items.0.requested_amount": None,
                "refunds.0.items.1.requested_amount": None,
            },
            "refunds[0].items",
        ),
        (
            {"refunds.0.items.0.item_type": "ORDER", "refunds.0.items.1.item_type": "ORDER"},
            "refunds[0].total_tax",
        ),
        ({"shipments.0.items.0.order_product_id": {}}, "shipments[0].items[0].order_product_id"),
    ],
)
def test_what_cannot_be_believed_is_told_with_its_place(
    changes: dict[str, Any], place: str
) -> None:
    assert place in places(changed(changes))


def test_a_refund_that_only_the_order_tells_of_is_held() -> None:
    assert "order.refunded_amount" in places(changed({"refunds": []}))


@pytest.mark.parametrize(
    ("status", "paid", "wanted"),
    [
        (0, "", (OrderStatus.PENDING, PaymentStatus.UNKNOWN)),
        (7, "pending", (OrderStatus.PENDING, PaymentStatus.PENDING)),
        (11, "Captured", (OrderStatus.OPEN, PaymentStatus.PAID)),
        (11, "capture pending", (OrderStatus.OPEN, PaymentStatus.AUTHORIZED)),
        (5, "void", (OrderStatus.CANCELLED, PaymentStatus.VOIDED)),
        (4, "refunded", (OrderStatus.OPEN, PaymentStatus.REFUNDED)),
        (10, "moon", (OrderStatus.OPEN, PaymentStatus.UNKNOWN)),
    ],
)
def test_states_are_those_of_the_model(
    status: int, paid: str, wanted: tuple[OrderStatus, PaymentStatus]
) -> None:
    order = order_of(changed({"order.status_id": status, "order.payment_status": paid}))

    assert (order.status, order.payment_status) == wanted
    assert (order.cancelled_at is not None) == (status == 5)


def test_an_order_said_to_be_captured_without_a_transaction_implies_its_receipt() -> None:
    paid = {"transactions": [], "order.payment_status": "captured"}

    (receipt,) = facts_of(changed(paid)).payments

    assert receipt.is_implied
    assert (receipt.gateway, receipt.amount.plain()) == ("Credit Card", "65.13")


def test_a_transaction_of_a_test_makes_the_order_one_and_a_failed_one_no_receipt() -> None:
    facts = facts_of(changed({"transactions.0.test": True, "transactions.0.status": "error"}))

    assert facts.order is not None
    assert facts.order.is_test
    assert facts.payments[0].state is PaymentState.FAILURE
    assert not facts.payments[0].is_receipt


def test_a_completed_order_without_shipments_left_whole() -> None:
    done = {"order.status_id": 10, "shipments": []}

    (parcel,) = facts_of(changed(done)).fulfilments

    assert parcel.shipped_at == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert [line.quantity for line in parcel.lines] == [Decimal(2), Decimal(1)]


def test_a_gift_certificate_sold_and_a_part_of_a_bundle_are_told_as_what_they_are() -> None:
    kinds = {
        "products.1.type": "giftcertificate",
        "products.0.applied_discounts": [],
        "order.coupon_discount": "0.0000",
        "order.total_inc_tax": "70.1300",
    }
    document = edited("bigcommerce", NAME, kinds)
    part = dict(document["products"][0], id=903, parent_order_product_id=901)
    part |= dict.fromkeys(("price_ex_tax", "total_ex_tax", "total_tax"), "0.0000")
    document["products"].append(part)

    order = order_of(read(document))

    wanted = [LineKind.PRODUCT, LineKind.GIFT_CARD, LineKind.COMPONENT]
    assert [line.kind for line in order.lines] == wanted
    assert order.lines[2].parent_id == "901"


def test_a_guest_has_no_id() -> None:
    order = order_of(changed({"order.customer_id": 0}))

    assert (order.is_guest, order.buyer.id, order.buyer.email) == (True, "", "lee@example.com")


def test_ids_beyond_what_floats_hold_survive() -> None:
    document = json.dumps(sample("bigcommerce", NAME), default=float)
    document = document.replace('"id": 250,', '"id": 9007199254740993,', 1)

    order = order_of(read(parse(document.encode())))

    assert order.ref.id == "9007199254740993"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
_PLACES = (
    "order.total_inc_tax",
    "order.date_created",
    "order.customer_id",
    "order.fees",
    "order.billing_address",
    "products.0.quantity",
    "products.0.price_ex_tax",
    "products.1.applied_discounts",
    "shipments.0.items",
    "transactions.0.amount",
    "refunds.0.items.0.quantity",
    "refunds.0.payments",
    "refunds",
)


@given(st.sampled_from(_PLACES), _JSON)
def test_any_value_anywhere_is_a_reading_or_a_problem(place: str, value: Any) -> None:
    document = sample("bigcommerce", NAME)
    *parents, last = place.split(".")
    node = document
    for part in parents:
        node = node[int(part)] if isinstance(node, list) else node[part]
    node[int(last) if isinstance(node, list) else last] = value

    reading = read(document)

    assert (reading.facts is None) is bool(reading.problems)
