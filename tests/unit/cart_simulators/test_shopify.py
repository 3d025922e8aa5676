"""The simulated Shopify against its real client: points, unknown fields, deliveries that hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, Headers
from carts.documents import parse
from carts.registry import adapter
from carts.shopify.client import ShopifyClient
from carts.shopify.graph_api import API_VERSION
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.shopify.graphql import GraphQlError
from local.cart_simulators.shopify.graphql import parse as parse_query
from local.cart_simulators.shopify.simulator import ACCESS_TOKEN, ShopifySimulator
from local.cart_simulators.transport import CartTransport
from local.cart_simulators.webhooks import Delivering, Signed
from local.intacct_simulator.clock import Clock
from tests.paging.clients import access_of

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
SALE = Sale(
    lines=(
        SoldLine(sku="A", quantity=2, unit_price=Decimal("25.00"), tax=Decimal("4.00")),
        SoldLine(sku="B", unit_price=Decimal("12.50"), discount=Decimal("1.25")),
    ),
    shipping=Decimal("8.00"),
    shipping_tax=Decimal("0.71"),
)


class Shop:
    """The simulator on a frozen clock, and the client in front of it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.set(NOW, freeze=True)
        self.cart = ShopifySimulator(clock=self.clock)
        self.waited: list[float] = []
        self.client = ShopifyClient.connect(
            access_of(self.cart),
            transport=CartTransport(self.cart),
            sleep=self._wait,
            clock=self.clock.now,
        )

    def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.clock.advance(seconds)

    def ask(self, query: str, *, access: str = ACCESS_TOKEN) -> Any:
        http = httpx.Client(base_url="https://x.example", transport=CartTransport(self.cart))
        path = f"/admin/api/{API_VERSION}/graphql.json"
        headers = {"X-Shopify-Access-Token": access}
        return http.post(path, json={"query": query}, headers=headers)


def test_the_client_waits_for_points_and_is_not_refused() -> None:
    shop = Shop()
    order = shop.cart.orders.place(SALE)
    shop.cart.points.take(1999)

    reading = shop.client.order(str(order.id))

    assert reading.facts is not None
    assert len(shop.waited) >= 1
    assert all(0 < seconds < 20 for seconds in shop.waited)


def test_a_field_that_the_api_does_not_have_is_refused() -> None:
    answer = Shop().ask('query A { order(id: "x") { id } nonsense { id } }').json()

    assert "nonsense" in answer["errors"][0]["message"]


def test_another_token_is_refused() -> None:
    assert Shop().ask("query A { orders { id } }", access="other").status_code == 401


@pytest.mark.parametrize("query", ["", "query A {", "query A { a(b: 1) { c } } }"])
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(GraphQlError):
        parse_query(query)


def test_an_unknown_order_is_said_by_the_client() -> None:
    with pytest.raises(CartApiError, match="no such order"):
        Shop().client.order("1")


def test_what_is_pushed_and_what_is_fetched_mean_the_same_order() -> None:
    shop = Shop()
    sent: list[Signed] = []
    shop.cart.outbox.delivering = Delivering(url="http://127.0.0.1/")
    order = shop.cart.orders.place(SALE)
    shop.cart.orders.ship(order.id)
    shop.clock.advance(60)
    shop.cart.orders.refund(order.id, {order.lines[0].id: 1})

    def hear(_: str, signed: Signed) -> int:
        sent.append(signed)
        return 200

    shop.cart.outbox.pump(hear)
    cart, secret = adapter("shopify"), shop.cart.secret()
    last = sent[-1]

    pushed = cart.read("shop", last.headers["X-Shopify-Topic"], parse(last.body))
    fetched = shop.client.order(str(order.id))

    assert all(cart.is_genuine(Headers(each.headers), each.body, secret) for each in sent)
    assert last.headers["X-Shopify-Topic"] == "orders/updated"
    assert pushed.facts is not None
    assert fetched.facts is not None
    assert pushed.problems == fetched.problems == ()
    both = [each.facts.order for each in (pushed, fetched) if each.facts and each.facts.order]
    assert len({(o.total, o.lines, o.shipping_lines, o.version.updated_at) for o in both}) == 1
    assert pushed.facts.refunds == fetched.facts.refunds
    assert pushed.facts.fulfilments == fetched.facts.fulfilments


def test_a_window_leaves_out_what_changed_before_and_after_it() -> None:
    shop = Shop()
    ids = []
    for _ in range(3):
        ids.append(str(shop.cart.orders.place(SALE).id))
        shop.clock.advance(60)
    since, until = NOW + timedelta(seconds=60), NOW + timedelta(seconds=120)

    pages = shop.client.changed_orders(since=since, until=until)

    assert [row.order_id for page in pages for row in page] == [ids[1]]
