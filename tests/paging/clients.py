"""How each cart's client is put in front of its simulator; a new cart is one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from carts.adapter import CartClient, ChangedOrder, Reading, StoreAccess
from carts.amazon.client import AmazonClient
from carts.api2cart.client import Api2CartClient
from carts.bigcommerce.client import BigCommerceClient
from carts.ebay.client import EbayClient
from carts.magento.client import MagentoClient
from carts.shopify.client import ShopifyClient
from carts.walmart.client import WalmartClient
from carts.woocommerce.client import WooCommerceClient
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.transport import CartTransport

STORE = "shop"

Connect = Callable[[CartSimulator, int], CartClient]
"""Gives a client whose pages hold so many entries; waiting moves the simulator's clock."""


def connected(kind: Any) -> Connect:
    """The way of clients whose `connect` takes a transport, a sleep and a page size."""

    def connect(cart: CartSimulator, page_size: int) -> CartClient:
        client: CartClient = kind.connect(
            access_of(cart),
            transport=CartTransport(cart),
            sleep=cart.clock.advance,
            page_size=page_size,
        )
        return client

    return connect


def timed(kind: Any, *clocks: str) -> Connect:
    """The way of clients that also look at the time: as an instant, or in seconds."""

    def connect(cart: CartSimulator, page_size: int) -> CartClient:
        ways = {"clock": cart.clock.now, "monotonic": lambda: cart.clock.now().timestamp()}
        client: CartClient = kind.connect(
            access_of(cart),
            transport=CartTransport(cart),
            sleep=cart.clock.advance,
            page_size=page_size,
            **{name: ways[name] for name in clocks},
        )
        return client

    return connect


def access_of(cart: CartSimulator, base_url: str = "") -> StoreAccess:
    """The access that the simulated shop gives."""
    secret = cart.secret()
    token = secret.get("access_token", "")
    return StoreAccess(STORE, cart.account, base_url, token, secret)


CONNECT: dict[str, Connect] = {
    "shopify": timed(ShopifyClient, "clock"),
    "woocommerce": connected(WooCommerceClient),
    "magento": connected(MagentoClient),
    "amazon": timed(AmazonClient, "clock", "monotonic"),
    "ebay": timed(EbayClient, "clock"),
    "walmart": timed(WalmartClient, "clock"),
    "api2cart": timed(Api2CartClient, "clock"),
    "bigcommerce": timed(BigCommerceClient, "clock", "monotonic"),
}

OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "woocommerce": ({}, {"sorts_by_change": False}),
    "amazon": ({"is_hurried": True}, {"is_hurried": True, "defers": True}),
    "api2cart": ({}, {"is_odd": True}),
    "walmart": (
        {"splits_units": False},
        {"splits_units": False, "refunds_touch_orders": False},
    ),
}
"""Shops of one cart that behave differently: one is drawn."""


class Watched:
    """A client that notes an order told twice for one time of change in one window."""

    def __init__(self, client: CartClient) -> None:
        self._client = client
        self.doubled: list[ChangedOrder] = []

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        seen: set[ChangedOrder] = set()
        for page in self._client.changed_orders(since=since, until=until):
            self.doubled += [
                row
                for row in page
                if row in seen or not (row.is_follower or since <= row.updated_at)
            ]
            seen.update(page)
            yield page

    def order(self, order_id: str) -> Reading:
        return self._client.order(order_id)
