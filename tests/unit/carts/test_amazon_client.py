"""Orders and refunds of Amazon are found by polling, whole and once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import CartApiError, ChangedOrder, Reading, StoreAccess
from carts.amazon import client as amazon_client
from carts.amazon.access import connected
from carts.amazon.client import AmazonClient
from carts.registry import adapter
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import TaxCollector
from local.cart_simulators.amazon.shapes import book_id, order_id
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.unrest import Trouble
from tests.unit.carts.amazon_seller import BASE, SALE, START, Seller, poll_all

MARKETPLACE_OF_CANADA = "A2EUQ1WTGCTBG2"


def test_an_order_is_told_with_its_tax_as_amazons_and_adds_up() -> None:
    seller = Seller()
    (sold,) = seller.sell()

    order = seller.facts(sold).order

    assert order is not None
    assert order_breaches(order) == []
    assert order.total.plain() == "49.67"
    assert {tax.collected_by for tax in order.all_taxes} == {TaxCollector.MARKETPLACE}
    assert order.lines[1].discount.plain() == "1.00"


def test_a_refund_is_told_by_finances_per_line_with_its_tax() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    book = seller.amazon.orders
    number = book_id(sold)
    book.ship(number)
    tin = book.order(number).lines[1].id
    book.refund(number, {tin: 1})

    facts = seller.facts(sold)

    (refund,) = facts.refunds
    (line,) = refund.lines
    assert refund_breaches(refund) == []
    assert (line.line_id, line.quantity) == (str(tin), Decimal(1))
    assert (line.subtotal.plain(), line.tax.plain()) == ("3.67", "0.29")
    assert refund.paid.plain() == "3.96"
    assert [payment.amount.plain() for payment in facts.payments] == ["49.67"]


def test_money_that_was_deferred_and_released_is_refunded_once() -> None:
    seller = Seller(defers=True)
    (sold,) = seller.sell()
    number = book_id(sold)
    seller.amazon.orders.ship(number)
    seller.amazon.orders.refund(number, {seller.amazon.orders.order(number).lines[0].id: 2})

    facts = seller.facts(sold)

    assert [refund.paid.plain() for refund in facts.refunds] == ["32.40"]


def test_an_order_that_is_pending_says_nothing_and_takes_no_call_of_finances() -> None:
    seller = Seller()
    waiting = seller.amazon.orders.place(SALE.model_copy(update={"is_paid": False}))

    assert seller.client.order(order_id(waiting)) == Reading(None)

    assert not [call for call in seller.amazon.calls if "finances" in call.path]


def test_pages_are_followed_to_the_last_by_token() -> None:
    seller = Seller()
    sold = seller.sell(250)
    seller.clock.advance(600)

    rows = seller.changed(START, START + timedelta(minutes=6))

    assert [row.order_id for row in rows] == sold
    searched = [c for c in seller.amazon.calls if c.path.endswith("/orders")]
    assert len(searched) == 3


@pytest.mark.parametrize("seed", range(6))
def test_orders_that_change_during_paging_are_all_found_in_their_last_version(seed: int) -> None:
    trouble = Trouble(change_chance=0.9, most_changes=4, most_latency_seconds=20)
    seller = Seller(seed=seed, trouble=trouble)
    seller.sell(240)

    until = START + timedelta(hours=3)
    seen = poll_all(seller, until)
    last = {order_id(order): order.updated_at for order in seller.amazon.orders}

    settled = {name: at for name, at in last.items() if at < until}
    assert len(seen) == 240
    assert {name: seen[name] for name in settled} == settled


def test_a_refund_that_appears_late_is_found_by_polling_alone_and_once() -> None:
    seller = Seller(finances_lag=timedelta(hours=40))
    (sold,) = seller.sell()
    number = book_id(sold)
    seller.amazon.orders.ship(number)
    seller.clock.advance(7200)
    seller.amazon.orders.refund(number, {seller.amazon.orders.order(number).lines[0].id: 1})

    told: list[ChangedOrder] = []
    for hour in range(3, 60):
        seller.clock.set(START + timedelta(hours=hour), freeze=True)
        until = seller.clock.now() - timedelta(minutes=3)
        told += [
            row for row in seller.changed(until - timedelta(hours=1), until) if row.is_follower
        ]

    assert [row.order_id for row in told] == [sold]
    assert [refund.paid.plain() for refund in seller.facts(sold).refunds] == ["16.20"]


def test_what_lies_beyond_amazons_reach_is_said() -> None:
    seller = Seller()

    with pytest.raises(CartApiError, match="730 days, not those of 2024-03-29") as caught:
        seller.changed(START - timedelta(days=733), START - timedelta(days=700))

    assert caught.value.is_lasting


def test_a_window_up_to_now_is_not_read_halfway() -> None:
    seller = Seller()

    with pytest.raises(CartApiError, match="last two minutes"):
        seller.changed(START - timedelta(hours=1), START)


def test_an_order_of_another_marketplace_is_refused() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    http = connected(
        StoreAccess("shop", "x", BASE, "", seller.amazon.secret()), CartTransport(seller.amazon)
    ).http
    client = AmazonClient(http, "shop", marketplaces=[MARKETPLACE_OF_CANADA])

    with pytest.raises(CartApiError, match="does not sell on"):
        client.order(sold)


def test_refunds_and_settlements_of_other_marketplaces_are_other_stores_business() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.amazon.orders.ship(book_id(sold))
    seller.amazon.orders.refund(book_id(sold), {seller.amazon.orders.order(1000001).lines[0].id: 1})
    seller.clock.set(START + timedelta(days=30), freeze=True)
    canadian = seller.amazon.secret() | {"marketplace_ids": [MARKETPLACE_OF_CANADA]}
    client = AmazonClient.connect(
        StoreAccess("shop", "x", BASE, "", canadian),
        transport=CartTransport(seller.amazon),
        clock=seller.clock.now,
    )
    ours = seller.changed(START - timedelta(days=1), START + timedelta(days=1))
    assert [row.is_follower for row in ours] == [False, True]

    told = client.changed_orders(since=START - timedelta(days=1), until=START + timedelta(days=1))
    settled = list(client.payouts(since=START, until=START + timedelta(days=29)))

    assert [row for page in told for row in page] == []
    assert settled == []


def test_an_unknown_order_is_a_lasting_error() -> None:
    with pytest.raises(CartApiError, match="no such order"):
        Seller().client.order("111-0000001-9999999")


def test_the_lag_of_the_poller_is_longer_than_amazons() -> None:
    rules: Any = adapter("amazon")

    assert rules.polling.lag > amazon_client.LAG
