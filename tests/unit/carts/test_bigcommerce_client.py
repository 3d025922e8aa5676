"""BigCommerce's API against its simulator: windows by id, sub-resources, a limit on calls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, ChangedOrder, Headers, StoreAccess
from carts.bigcommerce.adapter import BigCommerceAdapter
from carts.bigcommerce.client import BigCommerceClient
from carts.registry import adapter
from commerce.identity import order_breaches, refund_breaches
from commerce.orders import Facts, OrderStatus, PaymentStatus
from local.cart_simulators.bigcommerce.simulator import BigCommerceSimulator
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
            sku="HOE",
            quantity=2,
            unit_price=Decimal("25.00"),
            discount=Decimal("5.00"),
            tax=Decimal("4.00"),
        ),
        SoldLine(sku="TWINE", unit_price=Decimal("12.50"), tax=Decimal("1.11")),
    ),
    shipping=Decimal("8.00"),
    shipping_tax=Decimal("0.71"),
)


class Shop:
    """A simulated store with a frozen clock, and a client whose waiting moves that clock."""

    def __init__(self, *, page_size: int = 50, **options: Any) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.cart = BigCommerceSimulator(clock=self.clock, **options)
        self.client = self.connected(CartTransport(self.cart), page_size=page_size)

    def connected(self, transport: httpx.BaseTransport, page_size: int = 50) -> BigCommerceClient:
        token = self.cart.secret()["access_token"]
        return BigCommerceClient.connect(
            StoreAccess("shop", self.cart.account, BASE, token),
            transport=transport,
            sleep=self.clock.advance,
            monotonic=lambda: self.clock.now().timestamp(),
            page_size=page_size,
        )

    def sell(self, count: int = 1, seconds: float = 1, sale: Sale = SALE) -> list[str]:
        orders = []
        for _ in range(count):
            orders.append(str(self.cart.orders.place(sale).id))
            self.clock.advance(seconds)
        return orders

    def changed(self, since: datetime, until: datetime) -> list[ChangedOrder]:
        pages = self.client.changed_orders(since=since, until=until)
        return [row for page in pages for row in page]

    def facts(self, order_id: str) -> Facts:
        reading = self.client.order(order_id)
        assert reading.problems == ()
        assert reading.facts is not None
        return reading.facts


def test_an_order_is_told_with_payment_parcels_and_refunds() -> None:
    shop = Shop()
    (sold,) = shop.sell()
    book = shop.cart.orders
    hoe, twine = (line.id for line in book.order(sold).lines)
    book.ship(sold, {hoe: 1})
    book.ship(sold, {hoe: 1, twine: 1})
    book.refund(sold, {hoe: 1})
    book.refund(sold, {twine: 1})

    facts = shop.facts(sold)

    assert facts.order is not None
    assert order_breaches(facts.order) == []
    assert facts.order.total.plain() == "71.32"
    assert facts.order.payment_status is PaymentStatus.PARTIALLY_REFUNDED
    assert [payment.amount.plain() for payment in facts.payments] == ["71.32"]
    assert len(facts.fulfilments) == 2
    assert [breach for refund in facts.refunds for breach in refund_breaches(refund)] == []
    assert [refund.paid.plain() for refund in facts.refunds] == ["24.50", "13.61"]
    assert [refund.lines[0].tax.plain() for refund in facts.refunds] == ["2.00", "1.11"]


def test_a_cancelled_order_is_told_as_one() -> None:
    shop = Shop()
    (sold,) = shop.sell()
    shop.cart.orders.cancel(sold)

    order = shop.facts(sold).order

    assert order is not None
    assert order.status is OrderStatus.CANCELLED


def test_an_order_paid_in_test_mode_is_a_test() -> None:
    shop = Shop(takes_test_payments=True)
    (sold,) = shop.sell()

    order = shop.facts(sold).order

    assert order is not None
    assert order.is_test


def test_an_order_that_changes_between_its_parts_is_read_anew() -> None:
    shop = Shop()
    (sold,) = shop.sell()
    book = shop.cart.orders
    refunded: list[str] = []

    class Meddling(CartTransport):
        """Gives a unit back after the products were told."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            if request.url.path.endswith("/refunds") and not refunded:
                refunded.append(sold)
                shop.clock.advance(5)
                book.refund(sold, {book.order(sold).lines[0].id: 1})
            return response

    reading = shop.connected(Meddling(shop.cart)).order(sold)

    assert reading.problems == ()
    assert reading.facts is not None
    assert len(reading.facts.refunds) == 1


def test_an_order_that_never_rests_is_left_for_later() -> None:
    shop = Shop()
    (sold,) = shop.sell()

    class Restless(CartTransport):
        """Changes the order whenever its products are asked for."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/products"):
                shop.clock.advance(5)
                shop.cart.orders.touch(sold)
            return super().handle_request(request)

    with pytest.raises(CartApiError, match="kept changing") as caught:
        shop.connected(Restless(shop.cart)).order(sold)

    assert not caught.value.is_lasting


def test_an_order_of_many_products_is_read_to_its_last() -> None:
    shop = Shop(page_size=3)
    lines = tuple(SoldLine(sku=f"S{at}", unit_price=Decimal("1.00")) for at in range(7))
    (sold,) = shop.sell(sale=Sale(lines=lines))

    order = shop.facts(sold).order

    assert order is not None
    assert len(order.lines) == 7


def test_a_window_is_half_open_and_an_empty_one_is_empty() -> None:
    shop = Shop()
    first, second = shop.sell(2)

    before = shop.changed(START, START + timedelta(seconds=1))
    after = shop.changed(START + timedelta(seconds=1), START + timedelta(minutes=1))

    assert [row.order_id for row in before] == [first]
    assert [row.order_id for row in after] == [second]
    assert shop.changed(START - timedelta(hours=1), START) == []


@pytest.mark.parametrize("seconds", [0, 1])
def test_all_orders_of_a_window_are_found_page_by_page(seconds: float) -> None:
    shop = Shop(page_size=7)
    sold = shop.sell(40, seconds=seconds)
    shop.clock.advance(600)

    rows = shop.changed(START, START + timedelta(hours=1))

    assert [row.order_id for row in rows] == sold


@pytest.mark.parametrize("seed", range(4))
def test_orders_that_change_while_they_are_listed_are_all_found_in_their_last_version(
    seed: int,
) -> None:
    trouble = Trouble(change_chance=0.9, most_changes=4, most_latency_seconds=20)
    shop = Shop(seed=seed, trouble=trouble, page_size=20)
    sold = shop.sell(100)
    seen: dict[str, datetime] = {}
    begin, until = START, START + timedelta(hours=3)

    while begin < until:
        end = begin + timedelta(hours=1)
        shop.clock.set(max(shop.clock.now(), end + timedelta(minutes=2)), freeze=True)
        for row in shop.changed(begin - timedelta(minutes=5), end):
            seen[row.order_id] = max(seen.get(row.order_id, row.updated_at), row.updated_at)
        begin = end

    last = {str(order.id): order.updated_at for order in shop.cart.orders}
    settled = {name: at for name, at in last.items() if at < until}
    assert sorted(seen) == sorted(sold)
    assert {name: seen[name] for name in settled} == settled


def test_a_spent_limit_is_waited_for_and_no_call_refused() -> None:
    shop = Shop(page_size=4, calls_at_once=2)
    sold = shop.sell(30)

    rows = shop.changed(START, START + timedelta(minutes=5))

    assert {row.order_id for row in rows} == set(sold)
    assert {call.status for call in shop.cart.calls} == {200}


@pytest.mark.parametrize("seed", range(3))
def test_faults_of_the_wire_are_waited_out(seed: int) -> None:
    shop = Shop(seed=seed, trouble=Trouble(fault_chance=0.2), page_size=8)
    sold = shop.sell(30)

    rows = shop.changed(START, START + timedelta(minutes=5))

    assert {row.order_id for row in rows} == set(sold)


@pytest.mark.parametrize(
    ("domain", "base_url", "token"),
    [
        ("demohash01", "", ""),
        ("", "", "token-1"),
        ("shop.example.com", "", "token-1"),
        ("../v3", "", "token-1"),
        ("demohash01", "https://evil.example", "token-1"),
        ("demohash01", "http://api.bigcommerce.com", "token-1"),
    ],
)
def test_the_token_goes_to_bigcommerce_only(domain: str, base_url: str, token: str) -> None:
    with pytest.raises(CartApiError) as caught:
        adapter("bigcommerce").client(StoreAccess("shop", domain, base_url, token))

    assert caught.value.is_lasting
    assert "token-1" not in str(caught.value)


@pytest.mark.parametrize("order_id", ["9999", "../products", "²"])
def test_an_unknown_order_is_a_lasting_error(order_id: str) -> None:
    with pytest.raises(CartApiError, match="no such order") as caught:
        Shop().client.order(order_id)

    assert caught.value.is_lasting


@pytest.mark.parametrize(
    "document",
    [
        {},
        [7],
        [{"id": "251", "date_modified": "Wed, 01 Apr 2026 11:30:00 +0000"}],
        [{"id": 251}],
        [{"id": 251, "date_modified": "yesterday"}],
        [{"id": at, "date_modified": "Wed, 01 Apr 2026 11:30:00 +0000"} for at in (252, 251)],
        [{"id": 251, "date_modified": "Wed, 01 Apr 2026 11:30:00 +0000"}] * 2,
    ],
)
def test_an_answer_of_another_shape_is_refused(document: Any) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=document))
    client = BigCommerceClient(httpx.Client(base_url=BASE, transport=transport), "shop")

    with pytest.raises(CartApiError, match="another shape"):
        list(client.changed_orders(since=START - timedelta(hours=1), until=START))


def test_a_server_that_knows_no_lower_bound_of_ids_is_not_believed() -> None:
    listed = [{"id": 251, "date_modified": "Wed, 01 Apr 2026 11:30:00 +0000"}]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=listed))
    http = httpx.Client(base_url=BASE, transport=transport)

    with pytest.raises(CartApiError, match="another shape"):
        list(
            BigCommerceClient(http, "shop", page_size=1).changed_orders(
                since=START - timedelta(hours=1), until=START
            )
        )


def test_what_the_simulator_signs_is_genuine_and_names_the_order() -> None:
    shop = Shop()
    shop.cart.outbox.delivering = Delivering(url="https://hooks.example")
    (sold,) = shop.sell()
    shop.cart.orders.refund(sold, {shop.cart.orders.order(sold).lines[0].id: 1})
    seen: list[Signed] = []

    def take(_url: str, signed: Signed) -> int:
        seen.append(signed)
        return 200

    shop.cart.outbox.pump(take)

    cart = BigCommerceAdapter(now=lambda: shop.clock.now().timestamp())
    secret = shop.cart.secret()
    told = [cart.describe(Headers(e.headers), e.body, json.loads(e.body)) for e in seen]
    assert all(cart.is_genuine(Headers(each.headers), each.body, secret) for each in seen)
    assert not cart.is_genuine(Headers(seen[0].headers), seen[1].body, secret)
    assert [(each.topic, each.resource_id, each.account) for each in told] == [
        ("store/order/created", sold, "demohash01"),
        ("store/order/refund/created", sold, "demohash01"),
    ]
