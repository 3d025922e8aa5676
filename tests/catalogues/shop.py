"""What a cart's catalogue has and lacks, and one simulated shop with its client.

A new cart is one line in `CARTS`; what a cart cannot do is said in its line, and tested as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce.catalogue import InventoryLevel, Product
from commerce.money import Money
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.registry import simulator
from local.intacct_simulator.clock import Clock
from tests.paging.clients import CONNECT

START = datetime(2026, 4, 1, 4, tzinfo=UTC)
LONG_AGO = START - timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Trait:
    """What a cart's catalogue has; `places` are locations to write to."""

    cart: str
    places: tuple[str, ...] = ("",)
    tells_variants: bool = True
    tells_bundles: bool = True
    tells_cost: bool = True
    tells_barcode: bool = True
    tells_price: bool = True
    compares: bool = False
    writes_title: bool = True
    writes_price: bool = True
    takes_fractions: bool = False
    counts_on_hand: bool = False
    """What it shows is what is there: an order lowers it when the goods leave."""
    knows_nameless: bool = True
    """It also tells what has no SKU."""
    says_gone: bool = True
    """It can tell that it knows a product no more."""
    writes_singly: bool = False
    """Each row is a request."""
    is_fed: bool = False
    """Writes are ACCEPTED and done by and by."""


CARTS = (
    Trait("woocommerce"),
    Trait("shopify", places=("71001", "71002"), compares=True),
    Trait(
        "magento",
        places=("default", "east"),
        tells_variants=False,
        tells_barcode=False,
        takes_fractions=True,
        counts_on_hand=True,
    ),
    Trait("bigcommerce", places=("1", "2"), tells_bundles=False),
    Trait(
        "ebay",
        tells_variants=False,
        tells_bundles=False,
        tells_cost=False,
        writes_title=False,
        knows_nameless=False,
        says_gone=False,
    ),
    Trait(
        "walmart",
        places=("10000001", "10000002"),
        tells_variants=False,
        tells_bundles=False,
        tells_cost=False,
        writes_title=False,
        knows_nameless=False,
    ),
    Trait(
        "amazon",
        places=("DEFAULT",),
        tells_variants=False,
        tells_bundles=False,
        tells_cost=False,
        tells_barcode=False,
        writes_title=False,
        knows_nameless=False,
        is_fed=True,
        writes_singly=True,
    ),
    Trait("api2cart", places=("w1", "w2"), writes_singly=True),
)


def carts_that(has: Callable[[Trait], bool]) -> pytest.MarkDecorator:
    """The test runs for each cart that has it."""
    chosen = [trait for trait in CARTS if has(trait)]
    return pytest.mark.parametrize("trait", chosen, ids=lambda trait: trait.cart)


each_cart = carts_that(lambda _: True)


class Shop:
    """One simulated shop and its client."""

    def __init__(self, trait: Trait, seed: int = 0, page_size: int = 3) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.cart: CartSimulator = simulator(trait.cart, clock=self.clock, seed=seed)
        self.client: Any = CONNECT[trait.cart](self.cart, page_size)
        self.catalogue = self.cart.catalogue

    def products(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> dict[str, Product]:
        """What is sold, by SKU."""
        until = until or self.clock.now() + timedelta(seconds=1)
        pages = self.client.changed_products(since=since, until=until)
        readings = [reading for page in pages for reading in page]
        assert [reading.problems for reading in readings if reading.problems] == []
        return {product.sku: product for reading in readings for product in reading.products}

    def levels(self, *skus: str) -> dict[tuple[str, str], Decimal | None]:
        """What is available, by SKU and location."""
        rows = [level for page in self.client.stock(skus) for level in page]
        return {(level.sku, level.location): level.available for level in rows}

    def level(self, sku: str) -> InventoryLevel:
        """The first level of a SKU."""
        first: InventoryLevel = next(level for page in self.client.stock([sku]) for level in page)
        return first


def usd(amount: str) -> Money:
    """An amount in dollars."""
    return Money(Decimal(amount), "USD")


def offer(sku: str, trait: Trait, level: int = 5, **more: Any) -> Offer:
    """An offer with `level` units at each of the cart's places."""
    return Offer(sku=sku, levels=dict.fromkeys(trait.places, Decimal(level)), **more)
