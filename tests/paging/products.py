"""One history of products: they change while they are read, and none may be missed."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from carts.adapter import CartApiError
from commerce.catalogue import Product
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.registry import simulator
from local.cart_simulators.unrest import CALM, Trouble
from local.intacct_simulator.clock import Clock
from shared.items.sync import LAG, OVERLAP
from tests.paging.clients import CONNECT, Connect
from tests.paging.history import LostError

_START = datetime(2026, 4, 1, 4, tzinfo=UTC)
_MINUTE = 60.0

OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "woocommerce": ({}, {"sorts_by_change": False}),
    "api2cart": ({}, {"is_odd": True}, {"knows_cursors": False}),
}
"""Shops of one cart that behave differently: one is drawn."""


class ProductHistory:
    """The catalogue of a shop of one cart over some hours, followed window by window."""

    def __init__(self, cart: str, seed: int, connect: Connect | None = None) -> None:
        """Draw everything by `seed`; `connect` puts another client in front of the shop."""
        self.dice = random.Random(f"{cart}/products/{seed}")  # noqa: S311  # repeatable, no secret
        self.clock = Clock()
        self.clock.set(_START, freeze=True)
        options = self.dice.choice(OPTIONS.get(cart, ({},)))
        self.cart: CartSimulator = simulator(cart, clock=self.clock, seed=seed, **options)
        self.client: Any = (connect or CONNECT[cart])(self.cart, self.dice.randint(2, 8))
        self.read_to: datetime | None = None
        self.told: dict[str, Product] = {}
        self._skus = 0

    def live(self) -> None:
        """Offer, change and follow; then a calm look, and all must have been told as it is.

        Raises:
            LostError: it was not.
        """
        for _ in range(self.dice.randint(1, 14)):
            self._offer()
        trouble = Trouble(
            change_chance=self.dice.choice((0.0, 0.3, 0.8)),
            fault_chance=self.dice.choice((0.0, 0.0, 0.05, 0.3)),
            most_latency_seconds=self.dice.choice((0.0, 3.0)),
        )
        for _ in range(self.dice.randint(1, 5)):
            self.cart.unrest.trouble = trouble
            self._follow()
            self.cart.unrest.trouble = CALM
            for _ in range(self.dice.randint(0, 6)):
                self.dice.choice((self._offer, self._change, self._change))()
            self.clock.advance(self.dice.choice((0.0, 5 * _MINUTE, 60 * _MINUTE, 1500 * _MINUTE)))
        self.clock.advance(5 * _MINUTE)
        if not self._follow():
            message = "the last look at a calm shop did not end well"
            raise LostError(message)
        self._check()

    def _offer(self) -> None:
        self.clock.advance(self.dice.choice((0.0, 0.0, 1.0, 30.0, 600.0)))
        self._skus += 1
        names = [f"SKU-{self._skus}-{letter}" for letter in "ABC"[: self.dice.choice((1, 1, 3))]]
        offers = [
            Offer(
                sku=name,
                variant=name[-1] if len(names) > 1 else "",
                price=Decimal(self.dice.randint(100, 9999)) / 100,
                levels={self.cart.default_location: Decimal(5)},
            )
            for name in names
        ]
        self.cart.catalogue.add(*offers)

    def _change(self) -> None:
        self.clock.advance(self.dice.choice((0.0, 1.0, 20.0)))
        product = self.dice.choice(list(self.cart.catalogue))
        article = self.dice.choice(product.articles)
        price = Decimal(self.dice.randint(100, 9999)) / 100
        self.cart.catalogue.change(article.id, {"price": price})

    def _follow(self) -> bool:
        """One window as the sync of items reads it; its end counts only when all was read."""
        since = None if self.read_to is None else self.read_to - OVERLAP
        until = self.clock.now() - LAG
        try:
            for page in self.client.changed_products(since=since, until=until):
                for reading in page:
                    if reading.problems:
                        message = f"product {reading.product_id} has problems: {reading.problems}"
                        raise LostError(message)
                    self.told |= {product.sku: product for product in reading.products}
        except CartApiError:
            return False
        self.read_to = until
        return True

    def _check(self) -> None:
        for product in self.cart.catalogue:
            for article in product.articles:
                told = self.told.get(article.offer.sku)
                if told is None:
                    message = f"{article.offer.sku} was never told"
                    raise LostError(message)
                if told.price is None or told.price.amount != article.offer.price:
                    message = f"the last price of {article.offer.sku} was never told"
                    raise LostError(message)
