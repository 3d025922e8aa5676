"""Who owns which field of an item, and where people changed what the other side owns.

Pure. Fields go by the names of `intacct.masters.Item`. Values are compared by their digests, so
that none of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from commerce.catalogue import Product, ProductKind
from commerce.money import Money
from intacct.item_search import KnownItem
from shared.items.documents import OWNED, digest
from shared.items.links import Condition, ItemLink
from shared.ownership.table import Kind, Ownership, Side
from shared.postings.articles import article_of
from shared.tenants.models import Store, Tenant

_T = TypeVar("_T")

MOST_IN_A_ROW = 4
"""As many looks may find the same article changed on the side that does not own it, one after the
other: a day of them. Somebody, or the system itself, changes it back then: a person must look."""

UNTOLD = "untold"
"""Stands for the digest of a field that the cart owns and tells nothing of."""

BACK: Mapping[str, tuple[Kind, str]] = {
    "title": (Kind.ITEM, "name"),
    "price": (Kind.PRICE, "base_price"),
    "cost": (Kind.ITEM, "standard_cost"),
    "barcode": (Kind.ITEM, "upc"),
}
"""What a cart takes, and where the ownership table speaks of it."""


def writable(ownership: Ownership) -> frozenset[str]:
    """The fields of an item that the connector may set in Sage."""
    return frozenset(
        name
        for name, (kind, field) in OWNED.items()
        if ownership.may_write(kind, field, Side.SAGE).is_allowed
    )


def carried(ownership: Ownership) -> frozenset[str]:
    """What the connector may set in carts, by its names there."""
    return frozenset(
        name
        for name, (kind, owned) in BACK.items()
        if ownership.may_write(kind, owned, Side.CART).is_allowed
    )


def shown_in_sage(item: KnownItem, currency: str) -> dict[str, str]:
    """A digest of each field that Sage shows of an item; no price is a price of nothing."""
    shown = {
        "name": digest(item.name),
        "is_active": digest(item.is_active),
        "upc": digest(item.barcode),
        "base_price": digest(Money(item.base_price or Decimal(0), currency)),
        "standard_cost": digest(Money(item.standard_cost or Decimal(0), currency)),
    }
    if item.is_taxable is not None:
        shown["is_taxable"] = digest(item.is_taxable)
    return shown


def edited_in_sage(
    link: ItemLink, item: KnownItem, ownership: Ownership, currency: str
) -> frozenset[str]:
    """The fields of the cart's that Sage shows otherwise than they were sent, or may not have.

    Of a link that nothing was sent of yet they are all that the cart owns.
    """
    names, shown = writable(ownership), shown_in_sage(item, currency)
    if not link.sent:
        return names
    return frozenset(
        name
        for name, sent in link.sent.items()
        if name in names and sent != UNTOLD and (not sent or shown.get(name, sent) != sent)
    )


def edited_in_cart(link: ItemLink, product: Product, ownership: Ownership) -> frozenset[str]:
    """The fields of Sage's that the cart shows otherwise than they were written to it.

    A cart that shows nothing of a field may be one that does not keep it.
    """
    return frozenset(
        name
        for name, value in _shown_in_cart(product, ownership)
        if link.written.get(name) not in (None, "", value)
    )


def agrees(link: ItemLink, product: Product, ownership: Ownership) -> bool:
    """Whether the cart shows all that Sage owns as it was written to it, and nothing is to be."""
    shown = _shown_in_cart(product, ownership)
    return all(link.written.get(name, value) == value for name, value in shown)


def is_of(link: ItemLink, product: Product) -> bool:
    """Whether the link is that article's: a renamed SKU is another article of the same cart id."""
    return product.ref.id == link.ref_id and article_of(product.sku, product.ref.id) == link.article


def is_followed(link: ItemLink, ownership: Ownership) -> bool:
    """Whether the item follows the cart: it sells, or whether it does is the cart's to say."""
    if link.condition is not Condition.INACTIVE:
        return link.sells
    return "is_active" in link.sent and "is_active" in writable(ownership)


def base_currency(tenant: Tenant, store: Store) -> str:
    """The currency in which Sage keeps prices and costs of the store's items."""
    entity = tenant.entity(store.entity)
    return entity.base_currency if entity else ""


def to_send_again(link: ItemLink, names: Iterable[str]) -> ItemLink:
    """The link, not knowing any more what Sage has of those fields."""
    return replace(link, sent={**link.sent, **dict.fromkeys(names, "")})


def to_write_again(link: ItemLink, names: Iterable[str]) -> ItemLink:
    """The link, not knowing any more what the cart shows of those fields."""
    return replace(link, written={**link.written, **dict.fromkeys(names, "")})


def tugged(link: ItemLink, side: Side) -> ItemLink:
    """The link, once more to be put right on that side."""
    return replace(link, tugs={**link.tugs, side.value: link.tugs.get(side.value, 0) + 1})


def at_rest(link: ItemLink, side: Side) -> ItemLink:
    """The link, found right on that side."""
    return replace(link, tugs=without(link.tugs, (side.value,)))


def is_contested(link: ItemLink, side: Side) -> bool:
    """Whether it was put right on that side so often that a person must look."""
    return link.tugs.get(side.value, 0) >= MOST_IN_A_ROW


def without(members: Mapping[str, _T], names: Iterable[str]) -> dict[str, _T]:
    """The members but those."""
    gone = frozenset(names)
    return {name: value for name, value in members.items() if name not in gone}


def _shown_in_cart(product: Product, ownership: Ownership) -> Iterator[tuple[str, str]]:
    """A digest of each field of Sage's that the cart shows; a variant has its product's title."""
    values: dict[str, str | Money | None] = {
        "title": None if product.kind is ProductKind.VARIANT else product.title,
        "price": product.price,
        "cost": product.cost,
        "barcode": product.barcode,
    }
    for name in carried(ownership):
        value = values[name]
        if value not in (None, ""):
            yield BACK[name][1], digest(value)
