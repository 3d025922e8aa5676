"""Shops of several carts beside the demo's own: simulated, served on loopback, heard or polled."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.orders import ShopOrder
from local.cart_simulators.registry import simulator
from local.cart_simulators.serving import served
from local.cart_simulators.webhooks import Delivering, Signed
from local.intacct_simulator.clock import Clock

_BEHIND = timedelta(minutes=3)
"""The shops' clocks are behind, by more than the two minutes that a poller leaves alone and by less
than what it reaches back over (carts reference §2.4): what is sold is polled at once."""

_SINCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CartShop:
    """A simulated shop with the name of its store with us, and where its API listens."""

    store: str
    cart: CartSimulator
    base_url: str
    more: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Members of the store's configuration beside those that the cart decides."""

    @property
    def polled_since(self) -> str:
        """A go-live date that lies before everything the shop has sold."""
        return (self.cart.clock.now() - _SINCE).date().isoformat()

    def members(self) -> dict[str, Any]:
        """The members of the store's configuration that are this shop's own."""
        return {
            **self.more,
            "id": self.store,
            "cart": self.cart.name,
            "domain": self.cart.account,
            "api_base_url": self.base_url,
            "go_live_on": self.polled_since,
        }

    def secret(self) -> Mapping[str, Any]:
        """The store's secret."""
        return self.cart.secret()

    def deliver_to(self, api_url: str, **rules: Any) -> None:
        """Send webhooks to the deployed API from now on; `rules` as `Delivering` takes them."""
        url = f"{api_url.rstrip('/')}/webhooks/{self.cart.name}/{self.store}"
        self.cart.outbox.delivering = Delivering(url=url, **rules)

    def tell_queue(self, sqs: Any, queue_url: str, **rules: Any) -> None:
        """Put what the cart tells into a queue from now on, as Amazon does."""

        def send(url: str, signed: Signed) -> int:
            sqs.send_message(QueueUrl=url, MessageBody=signed.body.decode())
            return 200

        self.cart.send = send
        self.cart.outbox.delivering = Delivering(url=queue_url, **rules)

    def ship(self, order: ShopOrder) -> None:
        """Send everything."""
        with self.cart.lock:
            self.cart.orders.ship(order.id)

    def take_back(self, order: ShopOrder, *, units: int) -> None:
        """Take units of the first line back, and pay them back."""
        with self.cart.lock:
            self.cart.orders.refund(order.id, {order.lines[0].id: units})


class CartShops:
    """The shops, served from this process while the block lasts."""

    def __init__(self) -> None:
        """Nothing is open yet."""
        self._open = ExitStack()
        self.shops: dict[str, CartShop] = {}

    def __enter__(self) -> Self:
        """Open nothing yet: `add` does."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every shop."""
        self._open.close()

    def add(
        self, store: str, cart: str, *, members: Mapping[str, Any] | None = None, **options: Any
    ) -> CartShop:
        """Open a shop of that cart for a store.

        Args:
            store: the name of its store with us.
            cart: which cart it is.
            members: more of the store's configuration.
            options: as the simulator takes them.
        """
        clock = Clock()
        clock.set(datetime.now(UTC) - _BEHIND)
        built = simulator(cart, clock=clock, **options)
        base_url = self._open.enter_context(served(built))
        self.shops[store] = CartShop(store, built, base_url, members or {})
        return self.shops[store]

    def secrets(self) -> dict[str, Mapping[str, Any]]:
        """The secrets of all stores, by store."""
        return {store: shop.secret() for store, shop in self.shops.items()}
