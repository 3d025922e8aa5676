"""Amazon's API against its simulator: paging, paces, tokens, late refunds, settlements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import CartApiError, ChangedOrder, PayoutReading, Reading, StoreAccess
from carts.amazon import client as amazon_client
from carts.amazon.access import connected
from carts.amazon.client import AmazonClient
from carts.registry import adapter
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import Facts, TaxCollector
from commerce.payouts import PayoutLineKind, PayoutStatus, payout_breaches
from local.cart_simulators.amazon.shapes import MARKETPLACE, book_id, order_id
from local.cart_simulators.amazon.simulator import AmazonSimulator
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.unrest import Trouble
from local.intacct_simulator.clock import Clock

MARKETPLACE_OF_CANADA = "A2EUQ1WTGCTBG2"
BASE = "http://127.0.0.1:1"
START = datetime(2026, 4, 1, 12, tzinfo=UTC)
SALE = Sale(
    lines=(
        SoldLine(sku="MUG", quantity=2, unit_price=Decimal("15.00"), tax=Decimal("2.40")),
        SoldLine(
            sku="TIN",
            quantity=3,
            unit_price=Decimal("4.00"),
            discount=Decimal("1.00"),
            tax=Decimal("0.88"),
        ),
    ),
    shipping=Decimal("4.99"),
    shipping_tax=Decimal("0.40"),
)


class Seller:
    """A simulated seller with a frozen clock, and a client whose waiting moves that clock."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.amazon = AmazonSimulator(clock=self.clock, **options)
        self.slept: list[float] = []
        self.client = self.connect()

    def connect(self) -> AmazonClient:
        """A client of a process that has just begun."""
        access = StoreAccess("shop", self.amazon.account, BASE, "", self.amazon.secret())
        connection = connected(access, CartTransport(self.amazon))
        return AmazonClient(
            connection.http,
            "shop",
            marketplaces=connection.marketplaces,
            clock=self.clock.now,
            sleep=self.sleep,
            monotonic=lambda: self.clock.now().timestamp(),
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def sell(self, count: int = 1) -> list[str]:
        orders = []
        for _ in range(count):
            orders.append(order_id(self.amazon.orders.place(SALE)))
            self.clock.advance(1)
        return orders

    def changed(self, since: datetime, until: datetime) -> list[ChangedOrder]:
        pages = self.client.changed_orders(since=since, until=until)
        return [row for page in pages for row in page]

    def facts(self, amazon_id: str) -> Facts:
        reading = self.client.order(amazon_id)
        assert reading.problems == ()
        assert reading.facts is not None
        return reading.facts


def patiently(seller: Seller, since: datetime, until: datetime) -> list[ChangedOrder]:
    """A window, tried again after ten minutes as long as trying again may help."""
    for _ in range(20):
        try:
            return seller.changed(since, until)
        except CartApiError as exc:
            if exc.is_lasting:
                raise
            seller.clock.advance(600)
    pytest.fail("the window could not be read in twenty tries")


def poll_all(seller: Seller, until: datetime) -> dict[str, datetime]:
    """Windows as a poller reads them: an hour each, with an overlap, waiting out the pace."""
    seen: dict[str, datetime] = {}
    begin = START
    while begin < until:
        end = min(begin + timedelta(hours=1), until)
        seller.clock.set(max(seller.clock.now(), end + timedelta(minutes=3)), freeze=True)
        rows = patiently(seller, begin - timedelta(minutes=5), end)
        for row in rows:
            seen[row.order_id] = max(seen.get(row.order_id, row.updated_at), row.updated_at)
        begin = end
    return seen


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


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_the_wire_are_waited_out(seed: int) -> None:
    seller = Seller(seed=seed, trouble=Trouble(fault_chance=0.2))
    sold = seller.sell(120)

    seen = poll_all(seller, START + timedelta(hours=1))

    assert sorted(seen) == sorted(sold)


def test_a_window_that_outlasts_the_pace_goes_on_where_it_ended() -> None:
    seller = Seller()
    sold = seller.sell(220)
    seller.clock.advance(600)
    window = (START, START + timedelta(minutes=6))
    seller.amazon._buckets["searchOrders"].take(19)  # somebody else's calls

    found: list[str] = []

    def read() -> None:
        for page in seller.client.changed_orders(since=window[0], until=window[1]):
            found.extend(row.order_id for row in page)

    with pytest.raises(CartApiError, match="busy"):
        read()
    assert len(found) == 100
    seller.clock.advance(600)
    found += [row.order_id for row in seller.changed(*window)]

    assert found == sold


def test_the_client_keeps_amazons_pace_by_itself() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.client.order(sold)
    begun = seller.clock.now()

    for _ in range(40):
        seller.client.order(sold)

    assert {call.status for call in seller.amazon.calls} == {200}
    assert (seller.clock.now() - begun).total_seconds() == pytest.approx(62, abs=1)


def test_a_pace_of_minutes_is_an_error_that_says_so_and_no_wait() -> None:
    seller = Seller()
    seller.clock.advance(3600)
    until = START + timedelta(minutes=30)

    for _ in range(20):
        seller.changed(START, until)
    with pytest.raises(CartApiError, match="next searchOrders in") as caught:
        seller.changed(START, until)

    assert not caught.value.is_lasting
    assert max(seller.slept, default=0) < 21


def test_an_ended_token_is_renewed_once_and_unseen() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.client.order(sold)
    seller.amazon.expire_tokens()

    seller.client.order(sold)

    assert [call.status for call in seller.amazon.calls][-4:] == [403, 200, 200, 200]
    assert seller.amazon.tokens.issued == 2


def test_a_refused_refresh_token_is_a_lasting_error_without_the_token() -> None:
    seller = Seller()
    secret = seller.amazon.secret() | {"refresh_token": "Atzr|stolen"}
    access = StoreAccess("shop", "x", BASE, "", secret)
    http = connected(access, CartTransport(seller.amazon)).http
    client = AmazonClient(http, "shop", marketplaces=[MARKETPLACE])

    with pytest.raises(CartApiError, match="connect the store again") as caught:
        client.order("111-0000001-1000001")

    assert caught.value.is_lasting
    assert "stolen" not in str(caught.value)
    assert "stolen" not in repr(access)


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


def test_a_settlement_adds_up_to_what_was_paid() -> None:
    seller = Seller()
    first, second = seller.sell(2)
    book = seller.amazon.orders
    for sold in (first, second):
        book.ship(book_id(sold))
    book.refund(book_id(first), {book.order(book_id(first)).lines[0].id: 1})
    seller.clock.set(START + timedelta(days=30), freeze=True)

    (reading,) = seller.client.payouts(since=START, until=START + timedelta(days=29))

    payout = reading.payout
    assert payout is not None
    assert payout_breaches(payout) == []
    assert payout.status is PayoutStatus.PAID
    assert payout.bank_reference == "TRACE0006"
    assert payout.sum_of(PayoutLineKind.CHARGE).plain() == "99.34"
    assert payout.sum_of(PayoutLineKind.REFUND).plain() == "-16.20"
    assert payout.sum_of(PayoutLineKind.FACILITATOR_TAX).plain() == "-6.16"
    assert {line.order_id for line in payout.lines} == {first, second}


def test_a_settlement_that_lacks_a_transaction_is_not_proved() -> None:
    seller = Seller(finances_lag=timedelta(days=400))
    (sold,) = seller.sell()
    seller.amazon.orders.ship(book_id(sold))
    seller.clock.set(START + timedelta(days=30), freeze=True)

    (reading,) = seller.client.payouts(since=START, until=START + timedelta(days=29))

    assert _places(reading) == ["amount"]


def _places(reading: PayoutReading) -> list[str]:
    assert reading.payout is not None
    return [breach.place for breach in payout_breaches(reading.payout)]


@pytest.mark.parametrize(
    ("base_url", "members"),
    [
        ("", {"refresh_token": ""}),
        ("", {"client_secret": None}),
        ("", {"marketplace_ids": []}),
        ("", {"marketplace_ids": ["NOWHERE"]}),
        ("", {"marketplace_ids": [MARKETPLACE, "A1PA6795UKMFR9"]}),
        ("https://evil.example", {}),
        ("https://sellingpartnerapi-na.amazon.com/elsewhere", {}),
        ("http://sellingpartnerapi-na.amazon.com", {}),
    ],
)
def test_credentials_go_to_amazon_only(base_url: str, members: dict[str, Any]) -> None:
    secret = Seller().amazon.secret() | members

    with pytest.raises(CartApiError) as caught:
        adapter("amazon").client(StoreAccess("shop", "x", base_url, "", secret))

    assert caught.value.is_lasting


def test_the_host_is_that_of_the_marketplaces_region() -> None:
    secret = Seller().amazon.secret() | {"marketplace_ids": ["A1PA6795UKMFR9", "A1F83G8C2ARO7P"]}

    connection = connected(StoreAccess("shop", "x", "", "", secret))

    assert str(connection.http.base_url) == "https://sellingpartnerapi-eu.amazon.com"


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
