"""EBay's API against its simulator: windows that never page, tokens, refunds, payouts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, ChangedOrder, Headers, StoreAccess
from carts.ebay.access import connected
from carts.ebay.client import EbayClient
from carts.registry import adapter
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import Facts, OrderStatus
from commerce.payouts import PayoutLineKind, PayoutStatus, payout_breaches
from local.cart_simulators.ebay.shapes import book_id, order_id
from local.cart_simulators.ebay.simulator import EbaySimulator
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.unrest import Trouble
from local.cart_simulators.webhooks import Delivering, Signed
from local.intacct_simulator.clock import Clock

BASE = "http://127.0.0.1:1"
START = datetime(2026, 4, 1, 12, tzinfo=UTC)
SALE = Sale(
    lines=(
        SoldLine(
            sku="TROWEL",
            quantity=2,
            unit_price=Decimal("18.00"),
            discount=Decimal("3.60"),
            tax=Decimal("2.67"),
        ),
        SoldLine(sku="TIN", unit_price=Decimal("12.50"), tax=Decimal("1.03")),
    ),
    shipping=Decimal("5.00"),
    shipping_tax=Decimal("0.41"),
)


class Seller:
    """A simulated seller with a frozen clock, and a client whose waiting moves that clock."""

    def __init__(self, *, page_size: int = 50, **options: Any) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.ebay = EbaySimulator(clock=self.clock, **options)
        access = StoreAccess("shop", self.ebay.account, BASE, "", self.ebay.secret())
        connection = connected(access, CartTransport(self.ebay))
        self.client = EbayClient(
            connection.orders,
            connection.finances,
            "shop",
            clock=self.clock.now,
            sleep=self.clock.advance,
            page_size=page_size,
        )

    def sell(self, count: int = 1, seconds: float = 1) -> list[str]:
        orders = []
        for _ in range(count):
            orders.append(order_id(self.ebay.orders.place(SALE)))
            self.clock.advance(seconds)
        return orders

    def changed(self, since: datetime, until: datetime) -> list[ChangedOrder]:
        pages = self.client.changed_orders(since=since, until=until)
        return [row for page in pages for row in page]

    def facts(self, ebay_id: str) -> Facts:
        reading = self.client.order(ebay_id)
        assert reading.problems == ()
        assert reading.facts is not None
        return reading.facts


def test_an_order_is_told_without_the_tax_that_ebay_remits() -> None:
    seller = Seller()
    (sold,) = seller.sell()

    facts = seller.facts(sold)

    assert facts.order is not None
    assert order_breaches(facts.order) == []
    assert facts.order.total.plain() == "49.90"
    assert facts.order.all_taxes == ()
    assert [payment.amount.plain() for payment in facts.payments] == ["49.90"]


def test_a_refund_told_at_two_levels_is_one_and_what_the_buyer_got() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    book = seller.ebay.orders
    tin = book.order(book_id(sold)).lines[1].id
    book.refund(book_id(sold), {tin: 1})

    (refund,) = seller.facts(sold).refunds

    assert refund_breaches(refund) == []
    assert refund.paid.plain() == "12.50"
    assert [(line.line_id, line.quantity) for line in refund.lines] == [(str(tin), Decimal(1))]


def test_a_line_left_when_its_last_parcel_did_whatever_changed_since() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    book = seller.ebay.orders
    trowel, tin = (line.id for line in book.order(book_id(sold)).lines)
    seller.clock.set(START + timedelta(hours=1), freeze=True)
    book.ship(book_id(sold), {trowel: 1})
    seller.clock.advance(3600)
    part = seller.facts(sold).fulfilments
    book.ship(book_id(sold), {trowel: 1, tin: 1})
    seller.clock.advance(86400)
    book.touch(book_id(sold))

    parcels = seller.facts(sold).fulfilments

    assert part == ()
    assert {each.shipped_at for each in parcels} == {START + timedelta(hours=2)}
    assert {each.lines[0].line_id for each in parcels} == {str(trowel), str(tin)}


def test_a_cancelled_order_is_told_as_one() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.ebay.orders.cancel(book_id(sold))

    order = seller.facts(sold).order

    assert order is not None
    assert (order.status, order.cancelled_at is not None) == (OrderStatus.CANCELLED, True)


def test_a_window_of_many_orders_is_halved_and_never_paged() -> None:
    seller = Seller()
    sold = seller.sell(140)
    seller.clock.advance(600)

    rows = seller.changed(START, START + timedelta(hours=1))

    assert sorted(row.order_id for row in rows) == sorted(sold)
    assert len(rows) == len(sold)


def test_bounds_are_half_open_to_the_millisecond() -> None:
    seller = Seller()
    first, second = seller.sell(2)

    rows = seller.changed(START, START + timedelta(seconds=1))

    assert [row.order_id for row in rows] == [first]
    assert [row.order_id for row in seller.changed(rows[0].updated_at, START + timedelta(1))] == [
        first,
        second,
    ][::-1]


def test_more_orders_in_one_millisecond_than_an_answer_holds_are_paged_as_a_last_resort() -> None:
    seller = Seller(page_size=20)
    sold = seller.sell(45, seconds=0)
    seller.clock.advance(600)

    rows = seller.changed(START - timedelta(minutes=1), START + timedelta(minutes=1))

    assert sorted(row.order_id for row in rows) == sorted(sold)


@pytest.mark.parametrize("seed", range(6))
def test_orders_that_change_while_they_are_listed_are_all_found_in_their_last_version(
    seed: int,
) -> None:
    trouble = Trouble(change_chance=0.9, most_changes=4, most_latency_seconds=20)
    seller = Seller(seed=seed, trouble=trouble)
    sold = seller.sell(130)
    seen: dict[str, datetime] = {}
    begin, until = START, START + timedelta(hours=3)

    while begin < until:
        end = begin + timedelta(hours=1)
        seller.clock.set(max(seller.clock.now(), end + timedelta(minutes=2)), freeze=True)
        for row in seller.changed(begin - timedelta(minutes=15), end):
            seen[row.order_id] = max(seen.get(row.order_id, row.updated_at), row.updated_at)
        begin = end

    last = {order_id(order): order.updated_at for order in seller.ebay.orders}
    settled = {name: at for name, at in last.items() if at < until}
    assert sorted(seen) == sorted(sold)
    assert {name: seen[name] for name in settled} == settled


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_the_wire_are_waited_out(seed: int) -> None:
    seller = Seller(seed=seed, trouble=Trouble(fault_chance=0.2))
    sold = seller.sell(30)
    seller.clock.advance(600)

    rows = seller.changed(START, START + timedelta(minutes=5))

    assert {row.order_id for row in rows} == set(sold)


def test_an_ended_token_is_renewed_once_and_unseen() -> None:
    seller = Seller()
    (sold,) = seller.sell()
    seller.client.order(sold)
    seller.ebay.expire_tokens()

    seller.client.order(sold)

    assert [call.status for call in seller.ebay.calls][-3:] == [401, 200, 200]
    assert seller.ebay.tokens.issued == 2


def test_orders_and_finances_share_one_token() -> None:
    seller = Seller()
    seller.changed(START - timedelta(hours=1), START)

    assert list(seller.client.payouts(since=START - timedelta(days=9), until=START)) == []
    assert seller.ebay.tokens.issued == 1


def test_a_payout_adds_up_and_tells_gross_fees_and_refunds() -> None:
    seller = Seller()
    first, second = seller.sell(2)
    book = seller.ebay.orders
    book.refund(book_id(first), {book.order(book_id(first)).lines[1].id: 1})
    seller.clock.advance(14 * 86400)

    (reading,) = seller.client.payouts(since=START, until=seller.clock.now())

    payout = reading.payout
    assert payout is not None
    assert payout_breaches(payout) == []
    assert payout.status is PayoutStatus.PAID
    assert payout.sum_of(PayoutLineKind.CHARGE).plain() == "99.80"
    assert payout.sum_of(PayoutLineKind.REFUND).plain() == "-12.50"
    assert payout.fees.plain() == "10.48"
    assert {line.order_id for line in payout.lines} == {first, second}


def test_what_lies_beyond_ebays_reach_is_said() -> None:
    seller = Seller()

    with pytest.raises(CartApiError, match="730 days, not those of 2024-03-29") as caught:
        seller.changed(START - timedelta(days=733), START - timedelta(days=700))

    assert caught.value.is_lasting


@pytest.mark.parametrize(
    ("base_url", "members"),
    [
        ("", {"refresh_token": ""}),
        ("", {"client_id": None}),
        ("https://evil.example", {}),
        ("https://api.sandbox.ebay.com", {}),
        ("http://api.ebay.com", {}),
    ],
)
def test_credentials_go_to_ebay_only(base_url: str, members: dict[str, Any]) -> None:
    secret = Seller().ebay.secret() | members

    with pytest.raises(CartApiError) as caught:
        adapter("ebay").client(StoreAccess("shop", "x", base_url, "", secret))

    assert caught.value.is_lasting


def test_the_sandbox_has_hosts_of_its_own() -> None:
    secret = Seller().ebay.secret() | {"environment": "sandbox"}

    connection = connected(StoreAccess("shop", "x", "", "", secret))

    assert str(connection.orders.base_url) == "https://api.sandbox.ebay.com"
    assert str(connection.finances.base_url) == "https://apiz.sandbox.ebay.com"


def test_an_unknown_order_is_a_lasting_error() -> None:
    with pytest.raises(CartApiError, match="no such order"):
        Seller().client.order("11-00001-99999")


@pytest.mark.parametrize(
    "document", [[], {}, {"total": -1}, {"total": 1, "orders": [{}]}, {"total": 1, "orders": "x"}]
)
def test_an_answer_of_another_shape_is_refused(document: Any) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=document))
    http = httpx.Client(base_url=BASE, transport=transport)
    client = EbayClient(http, http, "shop", clock=lambda: START)

    with pytest.raises(CartApiError, match="another shape"):
        list(client.changed_orders(since=START - timedelta(hours=1), until=START))


def test_what_the_simulator_signs_is_genuine_and_names_the_order() -> None:
    seller = Seller()
    seller.ebay.outbox.delivering = Delivering(url="https://hooks.example")
    (sold,) = seller.sell()
    seen: list[Signed] = []

    def take(_url: str, signed: Signed) -> int:
        seen.append(signed)
        return 200

    seller.ebay.outbox.pump(take)

    cart, secret = adapter("ebay"), seller.ebay.secret()
    assert len(seen) == 2
    assert all(cart.is_genuine(Headers(each.headers), each.body, secret) for each in seen)
    assert not cart.is_genuine(Headers(seen[0].headers), seen[1].body, secret)
    assert sold.encode() in seen[0].body
