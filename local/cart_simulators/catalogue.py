"""The products and the stock of a simulated shop, whatever the cart.

A cart's folder renders these in the cart's own shape. Every change has a time of its own that never
goes backwards for one product, as with orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from local.intacct_simulator.clock import Clock

_FIRST_ID = 8001
_VARIANTS_PER_PRODUCT = 100


class UnknownProductError(LookupError):
    """The shop has no such product, or has it no more."""


class Part(BaseModel):
    """A part of a bundle; some carts know it by the number of its product."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str
    quantity: Decimal = Decimal(1)
    product_id: int = 0


class Offer(BaseModel):
    """One thing to sell as the shop's people enter it; `levels` are quantities by location."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str
    title: str = "Article"
    variant: str = ""
    price: Decimal = Decimal("10.00")
    cost: Decimal | None = None
    barcode: str = ""
    is_taxable: bool = True
    parts: tuple[Part, ...] = ()
    levels: dict[str, Decimal] = {}


@dataclass(slots=True)
class Article:
    """One sellable thing of a product as it is now; `id` is the product's own for a simple one."""

    id: int
    offer: Offer
    levels: dict[str, Decimal] = field(default_factory=dict)
    stocked_at: datetime | None = None


@dataclass(slots=True)
class ShopProduct:
    """One product: a simple one has one article, one with variants several."""

    id: int
    title: str
    articles: list[Article]
    updated_at: datetime
    is_active: bool = True
    is_deleted: bool = False
    version: int = 1

    @property
    def has_variants(self) -> bool:
        """Whether its articles are variants of it."""
        return bool(self.articles[0].offer.variant)


class Catalogue:
    """All products of a shop."""

    def __init__(self, clock: Clock, *, default_location: str = "main") -> None:
        """`clock` tells the shop's time; `default_location` is where stock without place is."""
        self._clock = clock
        self._next_id = _FIRST_ID
        self._products: dict[int, ShopProduct] = {}
        self._by_sku: dict[str, tuple[ShopProduct, Article]] = {}
        self.default_location = default_location
        self.listeners: list[Callable[[ShopProduct], None]] = []

    def now(self) -> datetime:
        """The shop's time in whole seconds."""
        return self._clock.stamp()

    def __iter__(self) -> Iterator[ShopProduct]:
        """Every product that is there, in the order of ids."""
        return iter([each for each in self._products.values() if not each.is_deleted])

    def __len__(self) -> int:
        """How many products are there."""
        return sum(1 for _ in self)

    def product(self, product_id: object) -> ShopProduct:
        """The product of that id, given as a number or as text.

        Raises:
            UnknownProductError: there is none (any more).
        """
        text = str(product_id)
        found = self._products.get(int(text)) if text.isdigit() else None
        if found is None or found.is_deleted:
            message = f"no product {text}"
            raise UnknownProductError(message)
        return found

    def article(self, article_id: object) -> tuple[ShopProduct, Article]:
        """The sellable thing of that id with its product.

        Raises:
            UnknownProductError: there is none (any more).
        """
        text = str(article_id)
        number = int(text) if text.isdigit() else 0
        for product_id in (number, number // _VARIANTS_PER_PRODUCT):
            product = self._products.get(product_id)
            if product is None or product.is_deleted:
                continue
            for article in product.articles:
                if str(article.id) == text:
                    return product, article
        message = f"no article {article_id}"
        raise UnknownProductError(message)

    def by_sku(self, sku: str) -> tuple[ShopProduct, Article] | None:
        """The first thing that carries the SKU; None when nothing does."""
        if sku not in self._by_sku:
            pairs = [(product, article) for product in self for article in product.articles]
            self._by_sku = {pair[1].offer.sku: pair for pair in reversed(pairs)}
        return self._by_sku.get(sku)

    def add(self, *offers: Offer) -> ShopProduct:
        """Take a product into the shop: one offer, or the variants of one product."""
        number = self._next_id
        self._next_id += 1
        articles = [
            Article(
                id=number * _VARIANTS_PER_PRODUCT + index if offer.variant else number,
                offer=offer,
                levels=dict(offer.levels),
            )
            for index, offer in enumerate(offers, start=1)
        ]
        product = ShopProduct(number, offers[0].title, articles, self._clock.stamp())
        self._products[number] = product
        self._by_sku.clear()
        self._tell(product)
        return product

    def change(self, article_id: object, fields: Mapping[str, Any]) -> ShopProduct:
        """Change fields of a sellable thing, by their names in `Offer`; `is_active` of its product.

        Raises:
            UnknownProductError: there is none.
        """
        product, article = self.article(article_id)
        told = dict(fields)
        if "is_active" in told:
            product.is_active = told.pop("is_active")
        article.offer = Offer.model_validate({**article.offer.model_dump(), **told})
        if "title" in told and not product.has_variants:
            product.title = told["title"]
        return self._changed(product)

    def delete(self, product_id: object) -> None:
        """Take a product out of the shop."""
        product = self.product(product_id)
        product.is_deleted = True
        self._changed(product)

    def set_level(self, article_id: object, quantity: Decimal, location: str = "") -> ShopProduct:
        """Set what is available of a thing at a location; the product's own time stays."""
        product, article = self.article(article_id)
        article.levels[location or self.default_location] = quantity
        article.stocked_at = self._clock.stamp()
        product.version += 1
        self._tell(product)
        return product

    def sell(self, sku: str, quantity: int) -> None:
        """Take sold units out of the first location that has the SKU; unknown SKUs pass."""
        if (found := self.by_sku(sku)) and found[1].levels:
            location, level = next(iter(found[1].levels.items()))
            self.set_level(found[1].id, level - quantity, location)

    def _changed(self, product: ShopProduct) -> ShopProduct:
        product.updated_at = max(product.updated_at, self._clock.stamp())
        product.version += 1
        self._by_sku.clear()
        self._tell(product)
        return product

    def _tell(self, product: ShopProduct) -> None:
        for listener in self.listeners:
            listener(product)
