"""eBay's orders mean what they say: the buyer's money, not what is left of it after fees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Code, Reading, UnknownTopicError
from carts.documents import Node
from carts.ebay.models import remitted_total
from carts.ebay.orders import order_reading
from carts.ebay.readings import page_orders
from carts.registry import adapter
from commerce.identity import order_breaches
from commerce.orders import AdjustmentKind, PaymentStatus, TaxCollector
from tests.unit.carts.numbers import (
    SUM_NAMES,
    edited,
    expected,
    facts_of,
    numbers,
    order_of,
    sample,
)

REFUNDED = "get_order_partial_refund"


def usd(value: str) -> dict[str, str]:
    return {"value": value, "currency": "USD"}


def read(document: Any, topic: str = "order") -> Reading:
    return adapter("ebay").read("shop", topic, document)


@pytest.mark.parametrize("name", ["get_order", REFUNDED, "get_order_cancelled"])
def test_an_order_maps_to_its_expected_numbers(name: str) -> None:
    wanted = expected("ebay", name)
    document = sample("ebay", name)

    facts = facts_of(read(document))

    remitted = remitted_total(Node(document, "", []), "USD").plain()
    found = numbers(facts, tax_outside_total=lambda _: remitted)
    assert found == {key: wanted[key] for key in SUM_NAMES}
    stores = {payment.ref.store for payment in facts.payments}
    assert stores | {refund.ref.store for refund in facts.refunds} == {"shop"}


def test_one_refund_at_two_levels_is_one_refund_of_the_buyers_amount() -> None:
    wanted = expected("ebay", REFUNDED)

    refunds = facts_of(read(sample("ebay", REFUNDED))).refunds

    assert [refund.ref.id for refund in refunds] == wanted["refund_ids"]
    assert refunds[0].paid.plain() == "12.50"


def test_a_refund_of_several_lines_under_one_id_is_one_refund() -> None:
    entry = {"refundId": "6100000001", "refundDate": "2026-04-12T09:59:58.000Z"}
    changes = {"lineItems.0.refunds": [{**entry, "amount": usd("32.4")}]}

    refunds = facts_of(read(edited("ebay", REFUNDED, changes))).refunds

    assert [(refund.paid.plain(), len(refund.lines)) for refund in refunds] == [("44.90", 2)]


def test_a_part_of_a_line_is_an_allowance_since_nobody_tells_its_units() -> None:
    entry = {"refundId": "6100000001", "refundDate": "2026-04-12T09:59:58.000Z"}
    changes = {"lineItems.0.refunds": [{**entry, "amount": usd("16.2")}]}

    (refund,) = facts_of(read(edited("ebay", REFUNDED, changes))).refunds

    assert [line.line_id for line in refund.lines] == ["10000000000102"]
    assert [(a.kind, str(a.amount)) for a in refund.adjustments] == [
        (AdjustmentKind.GOODWILL, "16.20 USD")
    ]
    assert refund.paid.plain() == "28.70"


def test_a_refund_takes_goods_first_then_shipping_then_goodwill() -> None:
    plain = facts_of(read(sample("ebay", "get_order_cancelled"))).refunds[0]
    changes = {"lineItems.0.refunds.0.amount": usd("24.0")}
    beyond = facts_of(read(edited("ebay", "get_order_cancelled", changes))).refunds[0]

    assert (str(plain.lines[0].subtotal), str(plain.shipping)) == ("18.00 USD", "5.00 USD")
    assert [(a.kind, str(a.amount)) for a in beyond.adjustments] == [
        (AdjustmentKind.GOODWILL, "1.00 USD")
    ]


@pytest.mark.parametrize("state", ["PENDING", "FAILED"])
def test_a_refund_that_did_not_go_through_is_not_booked(state: str) -> None:
    changes = {"paymentSummary.refunds.0.refundStatus": state}

    assert facts_of(read(edited("ebay", REFUNDED, changes))).refunds == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"paymentSummary.refunds": []},
        {"paymentSummary.refunds.0.refundStatus": "ODD"},
        {"lineItems.1.refunds": []},
    ],
)
def test_a_refund_told_at_one_level_only_is_held(changes: dict[str, Any]) -> None:
    reading = read(edited("ebay", REFUNDED, changes))

    assert reading.facts is None
    assert {problem.code for problem in reading.problems} == {Code.PAYMENT_UNDECIDED}


def test_the_receipt_is_what_the_buyer_paid_and_not_net_of_the_fee() -> None:
    receipt = facts_of(read(sample("ebay", "get_order"))).payments[0]

    assert str(receipt.amount) == "49.90 USD"
    assert receipt.external_id == "510001_S"
    assert receipt.processed_at.isoformat() == "2026-04-02T16:00:05+00:00"


@pytest.mark.parametrize("status", ["PENDING", "FAILED", "ODD"])
def test_an_order_that_is_not_paid_implies_no_receipt(status: str) -> None:
    facts = facts_of(read(edited("ebay", "get_order", {"orderPaymentStatus": status})))

    assert facts.payments == ()
    assert facts.order is not None
    assert facts.order.payment_status is not PaymentStatus.PAID


def test_a_collected_tax_inside_the_total_counts_once_and_is_the_marketplaces() -> None:
    tax = [{"taxType": "STATE_SALES_TAX", "amount": usd("2.67")}]
    other = [{"taxType": "STATE_SALES_TAX", "amount": usd("1.44")}]
    changes = {
        "pricingSummary.tax": usd("4.11"),
        "pricingSummary.total": usd("54.01"),
        "lineItems.0.taxes": tax,
        "lineItems.1.taxes": other,
    }

    order = order_of(read(edited("ebay", "get_order", changes)))

    assert order_breaches(order) == []
    assert {t.collected_by for t in order.all_taxes} == {TaxCollector.MARKETPLACE}


def test_a_tax_of_the_seller_is_the_sellers() -> None:
    changes = {
        "pricingSummary.tax": usd("1.00"),
        "pricingSummary.total": usd("50.90"),
        "lineItems.0.taxes": [{"taxType": "VAT", "amount": usd("1.00")}],
    }

    order = order_of(read(edited("ebay", "get_order", changes)))

    assert order_breaches(order) == []
    assert [t.collected_by for t in order.all_taxes] == [TaxCollector.SELLER]


def test_prices_that_hide_a_vat_are_said_to() -> None:
    hidden: dict[str, Any] = {
        f"lineItems.{i}.{name}": value
        for i in range(2)
        for name, value in (
            ("listingMarketplaceId", "EBAY_DE"),
            ("ebayCollectAndRemitTaxes", []),
        )
    }

    assert order_of(read(sample("ebay", "get_order"))).tax_known
    assert not order_of(read(edited("ebay", "get_order", hidden))).tax_known


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("pricingSummary.total", "49.91"),
        ("pricingSummary.priceDiscount", "-3.61"),
        ("pricingSummary.deliveryCost", "5.01"),
        ("pricingSummary.deliveryDiscount", "-0.01"),
        ("pricingSummary.fee", "0.01"),
        ("pricingSummary.adjustment", "-0.01"),
        ("pricingSummary.tax", "0.01"),
        ("lineItems.0.lineItemCost", "36.01"),
        ("lineItems.1.lineItemCost", "12.51"),
        ("lineItems.0.discountedLineItemCost", "32.41"),
        ("lineItems.0.appliedPromotions.0.discountAmount", "3.61"),
    ],
)
def test_one_cent_more_anywhere_is_never_believed(path: str, value: str) -> None:
    reading = read(edited("ebay", "get_order", {path: usd(value)}))

    if reading.facts is not None:
        assert order_breaches(order_of(reading))


def test_a_second_currency_is_refused_with_its_place() -> None:
    changes = {"lineItems.1.lineItemCost": {"value": "12.50", "currency": "GBP"}}

    reading = read(edited("ebay", "get_order", changes))

    assert [p.place for p in reading.problems] == ["lineItems[1].lineItemCost.currency"]


def test_lines_that_left_are_parcels() -> None:
    none = facts_of(read(sample("ebay", "get_order"))).fulfilments
    every = facts_of(read(sample("ebay", REFUNDED))).fulfilments
    one = {"lineItems.0.lineItemFulfillmentStatus": "FULFILLED"}
    some = facts_of(read(edited("ebay", "get_order", one))).fulfilments

    assert [len(parcels) for parcels in (none, every, some)] == [0, 2, 1]


def test_a_page_holds_orders() -> None:
    page = {"orders": [sample("ebay", "get_order"), sample("ebay", "get_order_cancelled")]}

    found = [order_of(order_reading(n, "shop")) for n in page_orders(Node(page, "", []))]

    assert [order.ref.id for order in found] == ["11-00001-00001", "11-00001-00002"]


def test_a_notification_says_nothing_but_fetch() -> None:
    assert read({}, "ORDER_CONFIRMATION") == Reading(None, needs_fetch=True)
    with pytest.raises(UnknownTopicError):
        read({}, "MARKETPLACE_ACCOUNT_DELETION")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(index=st.integers(0, 400), value=_JSON)
def test_any_value_anywhere_is_a_reading_or_a_problem(index: int, value: Any) -> None:
    document = edited("ebay", REFUNDED, {})
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
