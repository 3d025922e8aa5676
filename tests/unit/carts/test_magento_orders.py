"""Orders of Magento map to their expected numbers, and what differs by a cent is found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading, UnknownTopicError
from carts.documents import parse
from carts.registry import adapter
from commerce.identity import order_breaches, order_sums
from commerce.orders import ChargeKind, GiftCardUse, LineKind, OrderStatus, PaymentStatus
from tests.unit.carts.magento_readings import (
    CANCELLED_ORDER,
    EVENTS,
    EXPECTED,
    PAID_ORDER,
    as_bundle,
    changed,
    gbp,
    order_of,
    plain_order,
    read,
)


@pytest.mark.parametrize("index", [CANCELLED_ORDER, PAID_ORDER])
def test_an_order_maps_to_its_expected_numbers(index: int) -> None:
    wanted = EXPECTED["rest_orders_page"]["orders"][index]

    order = order_of(read(plain_order(index)))

    sums = order_sums(order)
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
        "marketplace_tax_total": sums.marketplace_tax.plain(),
        "gift_card_total": sums.gift_cards.plain(),
        "line_count": len(order.sale_lines),
        "is_test": order.is_test,
        "is_cancelled": order.cancelled_at is not None,
        "balanced": order_breaches(order) == [],
    }
    assert actual == {member: wanted[member] for member in actual}


@pytest.mark.parametrize(
    "topic", ["sales_order_save_commit_after", "sales_order_creditmemo_save_after"]
)
def test_an_event_is_a_hint_to_fetch_its_order(topic: str) -> None:
    event = parse((EVENTS / "io_event_sales_order_save_commit_after.json").read_bytes())

    assert adapter("magento").read("shop", topic, event) == Reading(None, needs_fetch=True)


def test_a_topic_without_meaning_is_said_so() -> None:
    with pytest.raises(UnknownTopicError):
        adapter("magento").read("shop", "catalog_product_save_after", {})


def test_a_gross_discount_is_taken_without_its_tax() -> None:
    order = order_of(read(plain_order()))

    assert order.lines[0].discount == gbp("10")
    assert order.stated_discount == gbp("10")


def test_a_configurable_is_one_sale_and_one_component() -> None:
    order = order_of(read(plain_order(CANCELLED_ORDER)))

    assert [(line.id, line.kind, line.parent_id) for line in order.lines] == [
        ("1198", LineKind.PRODUCT, ""),
        ("1199", LineKind.COMPONENT, "1198"),
    ]
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.VOIDED)
    assert order.is_guest


def test_a_dynamic_bundle_is_sold_by_its_parts() -> None:
    def change(order: dict[str, Any]) -> None:
        as_bundle(order)
        order["items"][0]["price"] = 55

    order = changed(change)

    assert [(line.kind, line.gross) for line in order.lines] == [
        (LineKind.COMPONENT, gbp("0")),
        (LineKind.PRODUCT, gbp("60")),
        (LineKind.PRODUCT, gbp("40")),
    ]
    assert order_breaches(order) == []


def test_a_fixed_bundle_is_sold_whole() -> None:
    def change(order: dict[str, Any]) -> None:
        order["items"][0]["product_type"] = "bundle"
        part = {"parent_item_id": 1201, "product_type": "simple", "qty_ordered": 2}
        order["items"].append(part | {"item_id": 1202, "price": 0, "row_total": 0})

    order = changed(change)

    assert [line.kind for line in order.lines] == [LineKind.PRODUCT, LineKind.COMPONENT]
    assert order_breaches(order) == []


def test_a_row_total_after_the_discount_is_seen_through() -> None:
    def change(order: dict[str, Any]) -> None:
        order["items"][0]["row_total"] = 90

    order = changed(change)

    assert order.lines[0].gross == gbp("100")
    assert order_breaches(order) == []


def test_a_rounded_price_gives_way_to_the_row_total() -> None:
    def change(order: dict[str, Any]) -> None:
        order["items"][0].update(price=Decimal("33.3333").__float__(), qty_ordered=3)

    assert changed(change).lines[0].gross == gbp("100")


def test_rows_that_do_not_add_up_to_the_subtotal_hold_the_order() -> None:
    order = plain_order()
    order["items"][0].update(price=49, row_total=49)

    reading = read(order)

    (problem,) = reading.problems
    assert (problem.code, problem.place) == (Code.UNBALANCED, "subtotal")
    assert problem.difference == gbp("51")
    assert reading.facts is None


def test_a_decimal_quantity_and_half_cents_are_kept() -> None:
    def change(order: dict[str, Any]) -> None:
        row = order["items"][0]
        row.update(qty_ordered=2.5, price=4.05, row_total=10.125, tax_amount=2.025)
        row.update(discount_amount=0, discount_tax_compensation_amount=0)
        order.update(subtotal=10.125, tax_amount=2.025, discount_amount=0, shipping_amount=3)
        order.update(shipping_tax_amount=0, grand_total=15.15, total_paid=15.15)
        order.update(discount_tax_compensation_amount=0)

    order = changed(change)

    assert order.lines[0].quantity == Decimal("2.5")
    assert order.lines[0].gross == gbp("10.125")
    assert order_breaches(order) == []


@pytest.mark.parametrize("stated", [2, 3])
def test_a_shipping_discount_is_understood_in_both_readings_of_its_compensation(
    stated: int,
) -> None:
    def change(order: dict[str, Any]) -> None:
        order.update(shipping_amount=10, shipping_discount_amount=6)
        order.update(shipping_discount_tax_compensation_amount=1, discount_amount=-18)
        order.update(discount_tax_compensation_amount=stated, grand_total=114, total_paid=114)

    order = changed(change)

    assert order.shipping_lines[0].discount == gbp("5")
    assert order_breaches(order) == []


def test_a_cent_of_difference_is_found() -> None:
    def change(order: dict[str, Any]) -> None:
        order.update(grand_total=114.01, total_paid=114.01)

    (breach,) = order_breaches(changed(change))

    assert breach.difference == gbp("0.01")


def test_store_credit_and_gift_cards_are_tender_wherever_they_stand() -> None:
    def change(order: dict[str, Any]) -> None:
        order["gift_cards_amount"] = 10
        order["extension_attributes"]["customer_balance_amount"] = 4
        order.update(grand_total=100, total_paid=100)

    order = changed(change)

    assert order.gift_cards_applied == (
        GiftCardUse("gift-cards", gbp("10")),
        GiftCardUse("store-credit", gbp("4")),
    )
    assert order_breaches(order) == []


def test_gift_wrap_and_product_taxes_are_charges() -> None:
    def change(order: dict[str, Any]) -> None:
        order["items"][0]["weee_tax_applied_row_amount"] = 3
        order["extension_attributes"] |= {"gw_price": "5.0000", "gw_tax_amount": "1.0000"}
        order.update(tax_amount=20, grand_total=123, total_paid=123)

    order = changed(change)

    assert [(charge.kind, charge.amount) for charge in order.charges] == [
        (ChargeKind.WEEE, gbp("3")),
        (ChargeKind.GIFT_WRAP, gbp("5")),
    ]
    assert order_breaches(order) == []


def test_a_subtotal_that_counts_fixed_product_taxes_leaves_them_charges() -> None:
    def change(order: dict[str, Any]) -> None:
        order["items"][0]["weee_tax_applied_row_amount"] = 4
        order.update(subtotal=104, grand_total=118, total_paid=118)

    order = changed(change)

    assert [line.gross for line in order.lines] == [gbp("100")]
    assert [(charge.kind, charge.amount) for charge in order.charges] == [
        (ChargeKind.WEEE, gbp("4"))
    ]
    assert order_breaches(order) == []


def test_a_subtotal_off_by_less_than_its_product_taxes_is_held() -> None:
    order = plain_order()
    order["items"][0]["weee_tax_applied_row_amount"] = 4
    order.update(subtotal=103, grand_total=118, total_paid=118)

    assert [each.place for each in read(order).problems] == ["subtotal"]
