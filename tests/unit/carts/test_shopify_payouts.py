"""Shopify Payments: payouts with all their lines, linked to orders, proved and never forced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.adapter import CartApiError, PayoutCart, PayoutClient
from carts.documents import parse
from carts.registry import adapter
from carts.shopify.client import REACH, ShopifyClient
from carts.shopify.payouts import payout_reading
from commerce.money import Money
from commerce.payouts import (
    Payout,
    PayoutLineKind,
    PayoutStatus,
    decode_payout,
    encode_payout,
    payout_breaches,
)
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.shopify.payouts import ShopifyPayments
from local.cart_simulators.shopify.simulator import ShopifySimulator
from local.cart_simulators.transport import CartTransport
from local.intacct_simulator.clock import Clock
from tests.paging.clients import access_of
from tests.unit.carts.numbers import EVENTS

NOW = datetime(2026, 4, 7, 12, tzinfo=UTC)
SAMPLE = EVENTS / "shopify" / "payout_balance_transactions.json"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def sample(**changes: Any) -> Any:
    """The sample with members of its charge replaced."""
    document = parse(SAMPLE.read_bytes())
    document["transactions"][1].update(changes)
    return document


def read(document: Any) -> Payout:
    cart = adapter("shopify")
    assert isinstance(cart, PayoutCart)
    reading = cart.read_payout("shop", document)
    assert reading.payout is not None, reading.problems
    return reading.payout


def problems(document: Any) -> set[str]:
    cart = adapter("shopify")
    assert isinstance(cart, PayoutCart)
    reading = cart.read_payout("shop", document)
    assert reading.payout is None
    return {problem.place for problem in reading.problems}


def test_the_sample_adds_up_to_its_deposit_and_names_its_orders() -> None:
    payout = read(sample())

    assert (payout.ref.id, payout.status, payout.amount) == (
        "88000001",
        PayoutStatus.PAID,
        usd("69.10"),
    )
    assert payout_breaches(payout) == []
    assert (payout.net, payout.fees) == (usd("69.10"), usd("3.72"))
    assert [(line.kind, line.order_id) for line in payout.lines] == [
        (PayoutLineKind.CHARGE, "5900000002001"),
        (PayoutLineKind.REFUND, "5900000002001"),
    ]
    assert decode_payout(encode_payout(payout)) == payout


def test_a_payout_that_does_not_add_up_is_told_with_its_difference() -> None:
    payout = read(sample(net="114.24"))

    differences = {breach.place: breach.difference for breach in payout_breaches(payout)}

    assert differences == {"lines[77000002]": usd("-0.01"), "amount": usd("0.01")}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"currency": "EUR"}, "transactions[1].currency"),
        ({"test": True}, "transactions[1].test"),
        ({"fee": None}, "transactions[1].fee"),
        ({"amount": "much"}, "transactions[1].amount"),
        ({"payout_id": 88000002}, "transactions"),
    ],
)
def test_what_cannot_be_believed_is_refused_with_its_place(
    changes: dict[str, Any], place: str
) -> None:
    assert place in problems(sample(**changes))


@pytest.mark.parametrize(
    ("name", "kind", "is_recognized"),
    [
        ("dispute", PayoutLineKind.DISPUTE, True),
        ("reserve", PayoutLineKind.RESERVE, True),
        ("payout_failure", PayoutLineKind.TRANSFER, True),
        ("refund_failure", PayoutLineKind.REFUND, True),
        ("shop_cash_credit", PayoutLineKind.ADJUSTMENT, False),
    ],
)
def test_each_type_has_its_meaning_and_an_unknown_one_says_that_it_has_none(
    name: str,
    kind: PayoutLineKind,
    is_recognized: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    line = read(sample(type=name)).lines[0]

    assert (line.kind, line.is_recognized, line.type_name) == (kind, is_recognized, name)


def test_a_payout_in_transit_is_not_in_the_bank() -> None:
    payout = {"id": 1, "status": "in_transit", "date": "2026-04-07", "currency": "USD"}
    reading = payout_reading({**payout, "amount": "0.00"}, [], "shop")

    assert reading.payout is not None
    assert (reading.payout.status, reading.payout.arrived_at) == (PayoutStatus.IN_TRANSIT, None)


class Shop:
    """A simulated shop with Shopify Payments, and the real client in front of it."""

    def __init__(self, page_size: int = 2) -> None:
        clock = Clock()
        clock.set(NOW, freeze=True)
        self.cart = ShopifySimulator(clock=clock)
        self.cart.payments = ShopifyPayments(self.cart.orders, clock, page_size=page_size)
        self.client = ShopifyClient.connect(
            access_of(self.cart),
            transport=CartTransport(self.cart),
            sleep=clock.advance,
            clock=clock.now,
        )

    def sell(self, cents: int) -> int:
        line = SoldLine(sku="A", quantity=2, unit_price=Decimal(cents) / 100, tax=Decimal("0.40"))
        return self.cart.orders.place(Sale(lines=(line,))).id

    def take_back(self, order_id: int) -> None:
        order = self.cart.orders.order(order_id)
        self.cart.orders.refund(order_id, {order.lines[0].id: 1})

    def payouts(self) -> list[Payout]:
        assert isinstance(self.client, PayoutClient)
        until = self.cart.clock.now() + timedelta(days=1)
        found = [each.payout for each in self.client.payouts(since=NOW, until=until)]
        assert None not in found
        return [each for each in found if each is not None]


@settings(max_examples=25, deadline=None)
@given(cents=st.lists(st.integers(100, 99_999), min_size=1, max_size=9), data=st.data())
def test_payouts_of_any_shop_add_up_over_all_pages(cents: list[int], data: Any) -> None:
    shop = Shop(page_size=data.draw(st.integers(1, 4)))
    orders = [shop.sell(each) for each in cents]
    for order_id in data.draw(st.sets(st.sampled_from(orders))):
        shop.take_back(order_id)
    shop.cart.payments.pay_out()
    shop.sell(1000)
    shop.cart.payments.pay_out("in_transit")

    later, first = shop.payouts()

    assert payout_breaches(first) == payout_breaches(later) == []
    assert {line.order_id for line in first.lines} == {str(order_id) for order_id in orders}
    kept = [order.total - order.refunded for order in shop.cart.orders]
    assert first.net + later.net + first.fees + later.fees == Money(
        sum(kept, start=Decimal(0)), "USD"
    )


def test_a_shop_without_shopify_payments_is_said() -> None:
    shop = Shop()
    shop.cart._routes = ()

    with pytest.raises(CartApiError, match="no Shopify Payments"):
        shop.payouts()


def test_orders_older_than_the_scopes_show_are_refused_with_what_to_do() -> None:
    shop = Shop()
    since = NOW - REACH - timedelta(days=1)

    with pytest.raises(CartApiError, match=r"read_all_orders.*last 60 days only") as raised:
        list(shop.client.changed_orders(since=since, until=NOW))

    assert raised.value.is_lasting
    assert "2026-02-05" in str(raised.value)


def test_with_the_scope_the_whole_past_is_shown_and_it_is_asked_for_once() -> None:
    shop = Shop()
    shop.cart.scopes.append("read_all_orders")
    since = NOW - timedelta(days=400)

    for _ in range(3):
        list(shop.client.changed_orders(since=since, until=NOW))

    assert len(shop.cart.calls) == 4
