"""What a cart's client offers beyond orders: products and stock, to read and to write.

Each part is its own protocol: a client has what its cart has. Source: carts reference §12.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from carts.adapter import Problem
from commerce.catalogue import InventoryLevel, Product
from commerce.money import Money

STILL_NOW = timedelta(hours=1)
"""A window that ended longer ago holds nothing of a cart that keeps no time of change: all that it
tells is as it is now, and belongs to a window that comes later."""


@dataclass(frozen=True, slots=True)
class ProductReading:
    """What can be sold of one product of the cart, or every reason why it cannot be said.

    `product_id` names it in any case. A product with variants has one row for each; one that only
    groups others has none. `is_gone` where the cart says that it knows the product no more.
    """

    product_id: str
    products: tuple[Product, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class NewLevel:
    """What is to be available of one thing at one location.

    `expected` is what the cart showed when this was decided: a cart that can compare refuses the
    write when it shows something else by now.
    """

    sku: str
    location: str
    available: Decimal
    stock_id: str = ""
    product_id: str = ""
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProductChange:
    """Fields of one sellable thing that the books own; None leaves a field as it is.

    `ref_id` and `product_id` are those of `commerce.catalogue.Product`.
    """

    ref_id: str
    sku: str
    product_id: str = ""
    title: str | None = None
    price: Money | None = None
    cost: Money | None = None
    barcode: str | None = None
    is_active: bool | None = None


class WriteOutcome(StrEnum):
    """What became of one row of a write to a cart.

    ACCEPTED is a row of a feed that the cart works on by and by. CONFLICT: the cart showed another
    value than the one expected. UNKNOWN: the answer was lost; writing again is safe.
    """

    DONE = "done"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to one row; `updated_at` is the time of change the cart gave it, where it does.

    `feed` is the cart's id of the feed that an ACCEPTED row is in: see `FeedClient`.
    """

    outcome: WriteOutcome
    message: str = ""
    updated_at: datetime | None = None
    feed: str = ""


@runtime_checkable
class CatalogueClient(Protocol):
    """A store's API that tells products; its client is a `CartClient` as well."""

    def changed_products(
        self, *, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of products changed in the half-open window, of all up to `until` without `since`.

        Complete whatever changes meanwhile: what moves while it is read comes twice or later,
        never not at all. A cart that keeps no time of change tells all of them every time.
        """
        ...

    def product(self, product_id: str) -> ProductReading:
        """The product as it is now; `is_gone` where the cart knows it no more."""
        ...


@runtime_checkable
class StockClient(Protocol):
    """A store's API that tells stock and takes it; its client is a `CartClient` as well."""

    @property
    def counts_on_hand(self) -> bool:
        """Whether a level is what is there, from which the cart takes its own orders off.

        Else it is what buyers can still order.
        """
        ...

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels, of all things without `skus`."""
        ...

    def set_stock(self, levels: Sequence[NewLevel]) -> Sequence[Written]:
        """Set what is available, in the cart's bulk form; one answer for each, in their order.

        Safe to repeat: quantities are absolute.
        """
        ...


@runtime_checkable
class ProductWriter(Protocol):
    """A store's API that takes changes of products; its client is a `CartClient` as well."""

    def change_products(self, changes: Sequence[ProductChange]) -> Sequence[Written]:
        """Set the named fields, in the cart's bulk form; one answer for each, in their order.

        Safe to repeat: values are absolute.
        """
        ...


@runtime_checkable
class FeedClient(Protocol):
    """A store's API that takes rows in feeds, and works on them by and by."""

    def feed_outcomes(self, feed: str) -> Mapping[str, Written] | None:
        """What became of a feed's rows, REFUSED ones above all; None while it is worked on.

        By the cart's id of the thing (`ref.id`, a SKU at Walmart); what the cart does not name is
        not there. A feed that it does not know, or could not read, raises `CartApiError`.
        """
        ...


class Catalogue(Protocol):
    """What keeps one store's products and stock for its client."""

    def changed_products(
        self, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """As `CatalogueClient`."""
        ...

    def product(self, product_id: str) -> ProductReading:
        """As `CatalogueClient`."""
        ...

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """As `StockClient`."""
        ...

    def set_stock(self, levels: Sequence[NewLevel]) -> Sequence[Written]:
        """As `StockClient`."""
        ...

    def change_products(self, changes: Sequence[ProductChange]) -> Sequence[Written]:
        """As `ProductWriter`."""
        ...


class CatalogueCalls:
    """The part of a client that passes calls for products and stock on to its catalogue.

    `CatalogueClient`, `StockClient` and `ProductWriter` say what each promises.
    """

    counts_on_hand = False
    _catalogue: Catalogue

    def changed_products(
        self, *, since: datetime | None, until: datetime
    ) -> Iterator[Sequence[ProductReading]]:
        """Pages of products changed in `[since, until)`, of all up to `until` without `since`."""
        return self._catalogue.changed_products(since, until)

    def product(self, product_id: str) -> ProductReading:
        """The product as it is now; `is_gone` where the cart knows it no more."""
        return self._catalogue.product(product_id)

    def stock(self, skus: Sequence[str] = ()) -> Iterator[Sequence[InventoryLevel]]:
        """Pages of levels of what the cart counts, of all things without `skus`."""
        return self._catalogue.stock(skus)

    def set_stock(self, levels: Sequence[NewLevel]) -> Sequence[Written]:
        """Set what is available, in the cart's bulk form; one answer for each, in their order."""
        return self._catalogue.set_stock(levels)

    def change_products(self, changes: Sequence[ProductChange]) -> Sequence[Written]:
        """Set the named fields, in the cart's bulk form; one answer for each, in their order."""
        return self._catalogue.change_products(changes)
