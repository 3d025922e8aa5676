"""Magento's documents give the numbers that an accountant expects of them."""

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
from carts.magento.readings import Followers, credit_memo_reading, whole_order
from carts.registry import adapter
from commerce.identity import order_breaches, order_sums, refund_breaches
from commerce.money import Money, MoneyError
from commerce.orders import (
    AdjustmentKind,
    ChargeKind,
    Facts,
    FulfilmentLine,
    GiftCardUse,
    LineKind,
    Order,
    OrderStatus,
    PaymentState,
    PaymentStatus,
)

_EVENTS = Path(__file__).parents[3] / "events" / "magento"
_EXPECTED: dict[str, Any] = json.loads((_EVENTS / "expected.json").read_bytes())
_CANCELLED, _PAID = 0, 1
Change = Callable[[dict[str, Any]], None]


def plain_order(index: int = _PAID) -> dict[str, Any]:
    page = json.loads((_EVENTS / "rest_orders_page.json").read_bytes())
    order: dict[str, Any] = page["items"][index]
    return order


def parsed(document: Any) -> Any:
    return parse(json.dumps(document).encode())


def read(order: dict[str, Any], followers: Followers | None = None) -> Reading:
    return whole_order(Node(parsed(order), "", []), "shop", followers, is_presented=True)


def order_of(reading: Reading) -> Order:
    assert reading.facts is not None, reading.problems
    assert reading.facts.order is not None
    return reading.facts.order


def changed(change: Change) -> Order:
    order = plain_order()
    change(order)
    return order_of(read(order))


def memo(change: Change | None = None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_EVENTS / "creditmemo.json").read_bytes())
    if change is not None:
        change(document)
    return document


def facts_with(
    invoices: list[Any] | None = None,
    shipments: list[Any] | None = None,
    memos: list[Any] | None = None,
    order: dict[str, Any] | None = None,
) -> Facts:
    followers = Followers(parsed(invoices or []), parsed(shipments or []), parsed(memos or []))
    reading = read(order or plain_order(), followers)
    assert reading.facts is not None, reading.problems
    return reading.facts


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


@pytest.mark.parametrize("index", [_CANCELLED, _PAID])
def test_an_order_maps_to_its_expected_numbers(index: int) -> None:
    wanted = _EXPECTED["rest_orders_page"]["orders"][index]

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


def test_a_credit_memo_maps_to_its_expected_numbers() -> None:
    wanted = _EXPECTED["creditmemo"]

    reading = credit_memo_reading(Node(parsed(memo()), "", []), "shop")

    assert reading.facts is not None, reading.problems
    (refund,) = reading.facts.refunds
    breakdown = wanted["refund_breakdown"]
    net = Decimal(breakdown["lines"]) - Decimal(breakdown["discount"])
    assert (refund.ref.id, refund.order_id) == (wanted["refund_id"], wanted["order_id"])
    assert len(refund.lines) == wanted["line_count"]
    assert refund.lines[0].subtotal.amount == net
    assert refund.lines[0].tax.plain() == breakdown["line_tax"]
    assert {part.kind: part.amount.plain() for part in refund.adjustments} == {
        AdjustmentKind.GOODWILL: breakdown["adjustment_positive"],
        AdjustmentKind.RESTOCKING_FEE: f"-{breakdown['adjustment_negative']}",
    }
    assert refund.paid.plain() == refund.credit.plain() == wanted["refunded_total"]
    assert refund_breaches(refund) == []


@pytest.mark.parametrize(
    "topic", ["sales_order_save_commit_after", "sales_order_creditmemo_save_after"]
)
def test_an_event_is_a_hint_to_fetch_its_order(topic: str) -> None:
    event = parse((_EVENTS / "io_event_sales_order_save_commit_after.json").read_bytes())

    assert adapter("magento").read("shop", topic, event) == Reading(None, needs_fetch=True)


def test_a_topic_without_meaning_is_said_so() -> None:
    with pytest.raises(UnknownTopicError):
        adapter("magento").read("shop", "catalog_product_save_after", {})


def test_a_gross_discount_is_taken_without_its_tax() -> None:
    order = order_of(read(plain_order()))

    assert order.lines[0].discount == gbp("10")
    assert order.stated_discount == gbp("10")


def test_a_configurable_is_one_sale_and_one_component() -> None:
    order = order_of(read(plain_order(_CANCELLED)))

    assert [(line.id, line.kind, line.parent_id) for line in order.lines] == [
        ("1198", LineKind.PRODUCT, ""),
        ("1199", LineKind.COMPONENT, "1198"),
    ]
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.VOIDED)
    assert order.is_guest


def as_bundle(order: dict[str, Any]) -> None:
    """The sold row becomes a bundle whose two parts carry the money."""
    row = order["items"][0]
    part = {
        "product_type": "simple",
        "parent_item_id": 1201,
        "qty_ordered": 2,
        "discount_amount": 6,
        "discount_tax_compensation_amount": 1,
        "tax_amount": 9,
        "tax_percent": 20,
    }
    order["items"] += [
        part | {"item_id": 1202, "sku": "A", "price": 30, "row_total": 60},
        part | {"item_id": 1203, "sku": "B", "price": 20, "row_total": 40},
    ]
    row["product_type"] = "bundle"
    del row["row_total"]
    for member in ("discount_amount", "tax_amount", "discount_tax_compensation_amount"):
        row[member] = 0


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


def test_a_paid_order_without_invoices_implies_one_receipt() -> None:
    (payment,) = facts_with().payments

    assert payment.is_implied
    assert (payment.amount, payment.gateway) == (gbp("114"), "payflowpro")


def invoice(**members: Any) -> dict[str, Any]:
    document = {
        "entity_id": 402,
        "state": 2,
        "grand_total": 114,
        "order_currency_code": "GBP",
        "created_at": "2026-04-02 08:16:00",
        "transaction_id": "txn",
    }
    return document | members


def test_every_paid_invoice_is_a_receipt() -> None:
    facts = facts_with(
        [
            invoice(grand_total=100),
            invoice(entity_id=403, grand_total=14),
            invoice(entity_id=404, state=3),
        ]
    )

    assert [(p.ref.id, p.amount, p.state) for p in facts.payments] == [
        ("invoice:402", gbp("100"), PaymentState.SUCCESS),
        ("invoice:403", gbp("14"), PaymentState.SUCCESS),
        ("invoice:404", gbp("114"), PaymentState.FAILURE),
    ]
    assert facts.payments[0].processed_at == datetime(2026, 4, 2, 8, 16, tzinfo=UTC)


def test_a_shipment_is_a_parcel() -> None:
    shipment = {
        "entity_id": 9,
        "created_at": "2026-04-03 10:00:00",
        "items": [{"order_item_id": 1201, "qty": 1}],
    }

    (parcel,) = facts_with(shipments=[shipment]).fulfilments

    assert parcel.lines == (FulfilmentLine("1201", Decimal(1)),)
    assert parcel.shipped_at == datetime(2026, 4, 3, 10, tzinfo=UTC)


def test_a_shipped_bundle_ships_the_parts_that_carry_its_money() -> None:
    order = plain_order()
    as_bundle(order)
    shipment = {
        "entity_id": 9,
        "created_at": "2026-04-03 10:00:00",
        "items": [{"order_item_id": 1201, "qty": 1}],
    }

    (parcel,) = facts_with(shipments=[shipment], order=order).fulfilments

    assert parcel.lines == (FulfilmentLine("1202", Decimal(1)), FulfilmentLine("1203", Decimal(1)))


def test_a_refund_of_a_configurable_is_told_once() -> None:
    order = plain_order(_CANCELLED)
    child = {"order_item_id": 1199, "qty": 1, "row_total": 0}
    parent = {"order_item_id": 1198, "qty": 1, "row_total": 31.25, "tax_amount": 6.25}
    document = memo()
    document.update(
        order_id=449, order_currency_code="EUR", items=[parent, child], grand_total=37.5
    )
    document.update(adjustment_positive=0, adjustment_negative=0, discount_amount=0)

    (refund,) = facts_with(memos=[document], order=order).refunds

    assert [line.line_id for line in refund.lines] == ["1198"]
    assert refund.credit == Money.of("37.5", "EUR")


def test_shipping_given_back_is_less_its_discount() -> None:
    def change(document: dict[str, Any]) -> None:
        document.update(shipping_amount=10, shipping_tax_amount=1, discount_amount=-12)
        document.update(shipping_discount_tax_compensation_amount=1, grand_total=62)

    (refund,) = facts_with(memos=[memo(change)]).refunds

    assert (refund.shipping, refund.shipping_tax) == (gbp("5"), gbp("1"))


def test_an_offline_refund_moved_no_money_that_magento_knows_of() -> None:
    (refund,) = facts_with(memos=[memo(lambda m: m.update(transaction_id=None))]).refunds

    assert (refund.transactions, refund.credit) == ((), gbp("56"))


def test_a_cancelled_memo_is_no_refund() -> None:
    assert facts_with(memos=[memo(lambda m: m.update(state=3))]).refunds == ()


def test_an_open_memo_is_money_on_its_way() -> None:
    (refund,) = facts_with(memos=[memo(lambda m: m.update(state=1))]).refunds

    assert refund.transactions[0].state is PaymentState.PENDING


@pytest.mark.parametrize(
    ("members", "code", "place"),
    [
        ({"state": 9}, Code.PAYMENT_UNDECIDED, "state"),
        ({"grand_total": 57}, Code.UNBALANCED, "grand_total"),
        ({"order_id": None}, Code.PAYLOAD_INVALID, "order_id"),
        ({"created_at": "yesterday"}, Code.PAYLOAD_INVALID, "created_at"),
    ],
)
def test_a_memo_that_is_not_understood_is_held(
    members: dict[str, Any], code: Code, place: str
) -> None:
    document = memo(lambda m: m.update(members))

    reading = credit_memo_reading(Node(parsed(document), "", []), "shop")

    assert reading.facts is None
    assert (code, place) in {(problem.code, problem.place) for problem in reading.problems}


@pytest.mark.parametrize("street", [["22 Weir Road", "Flat 1"], "22 Weir Road\nFlat 1"])
def test_a_street_is_read_in_both_its_forms(street: Any) -> None:
    def change(order: dict[str, Any]) -> None:
        order["billing_address"]["street"] = street

    billing = changed(change).billing

    assert billing is not None
    assert (billing.line1, billing.line2) == ("22 Weir Road", "Flat 1")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("state", "shipped"),
        ("entity_id", None),
        ("grand_total", None),
        ("order_currency_code", "pounds"),
        ("updated_at", None),
        ("items", 7),
        ("items", [7]),
        ("extension_attributes", 7),
    ],
)
def test_a_wrong_member_is_a_problem_in_its_place(member: str, value: Any) -> None:
    order = plain_order()
    order[member] = value

    reading = read(order)

    assert reading.facts is None
    assert any(problem.place.startswith(member) for problem in reading.problems)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


def _survives(call: Callable[[], Reading]) -> bool:
    try:
        return isinstance(call(), Reading)
    except MoneyError:
        return True


@given(st.sampled_from(sorted(plain_order())), _JSON)
def test_no_member_of_an_order_raises(member: str, value: Any) -> None:
    document = parsed(plain_order())
    document[member] = value

    assert _survives(lambda: whole_order(Node(document, "", []), "shop"))


@given(st.sampled_from(sorted(plain_order()["items"][0])), _JSON)
def test_no_member_of_a_row_raises(member: str, value: Any) -> None:
    document = parsed(plain_order())
    document["items"][0][member] = value

    assert _survives(lambda: whole_order(Node(document, "", []), "shop"))


@given(st.sampled_from(sorted(memo())), _JSON)
def test_no_member_of_a_memo_raises(member: str, value: Any) -> None:
    document = parsed(memo())
    document[member] = value

    assert _survives(lambda: credit_memo_reading(Node(document, "", []), "shop"))
