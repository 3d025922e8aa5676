"""An eBay inventory item and its offers in the commerce model (carts reference §12.1).

Every item has a SKU, which is its id, and is sold under it: a listing with variations is told as
its items. Neither an item nor an offer tells when it changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carts.catalogue import ProductReading
from carts.documents import Node, believed_currency
from carts.ebay.models import CART
from commerce.catalogue import InventoryLevel, Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref

_PUBLISHED = "PUBLISHED"
_FIXED_PRICE = "FIXED_PRICE"


@dataclass(frozen=True, slots=True)
class Offer:
    """An item's offer on one of eBay's sites; `is_sold` where it is a listing that sells now.

    `price` is None for an auction, and for an offer that has none yet.
    """

    id: str
    is_sold: bool
    price: Money | None


def offer_of(document: Any) -> tuple[Offer | None, ProductReading]:
    """The offer, or every reason why it cannot be read."""
    node = Node(document, "offer", [])
    offer_id, sku = node.identifier("offerId"), node.text("sku")
    price = _price(node) if node.text("format") == _FIXED_PRICE else None
    if node.problems:
        return None, ProductReading(sku, (), tuple(node.problems))
    return Offer(offer_id, node.text("status") == _PUBLISHED, price), ProductReading(sku)


def product_reading(
    item: Any, offers: Sequence[Offer] | None, store: str, as_of: datetime
) -> ProductReading:
    """The item as one row.

    Args:
        item: the inventory item.
        offers: its offers; None where they were not asked for, and then neither its price nor
            whether it is sold is known.
        store: our id of the store.
        as_of: when it was read: that is the newest that its change can be.
    """
    node = Node(item, "", [])
    sku = node.text("sku")
    if not sku.strip():
        node.refuse("sku", "given")
    about = node.node("product")
    is_sold = offers is None or any(offer.is_sold for offer in offers)
    row = Product(
        ref=Ref(CART, store, "product", sku),
        sku=sku.strip(),
        title=about.text("title") if about else "",
        kind=ProductKind.SIMPLE,
        status=ProductStatus.ACTIVE if is_sold else ProductStatus.INACTIVE,
        updated_at=as_of,
        product_id=sku,
        barcode=_barcode(about) if about else "",
        price=_one_price(offers or ()),
        stock_id=sku,
    )
    if node.problems:
        return ProductReading(sku, (), tuple(node.problems))
    return ProductReading(sku, (row,))


def level_of(item: Any, as_of: datetime) -> InventoryLevel | None:
    """What buyers can still have sent to them; None where the item tells no quantity."""
    node = Node(item, "", [])
    sku = node.text("sku")
    availability = node.node("availability")
    shipped = availability.node("shipToLocationAvailability") if availability else None
    quantity = shipped.decimal("quantity") if shipped else None
    if quantity is None or not sku or node.problems:
        return None
    return InventoryLevel(
        sku=sku.strip(), location="", as_of=as_of, available=quantity, stock_id=sku
    )


def _barcode(about: Node) -> str:
    for name in ("upc", "ean", "isbn"):
        if found := next((each.strip() for each in about.texts(name) if each.strip()), ""):
            return found
    return ""


def _price(offer: Node) -> Money | None:
    summary = offer.node("pricingSummary")
    price = summary.node("price") if summary else None
    if price is None:
        return None
    return price.money("value", believed_currency(price, price.text("currency"), "currency"))


def _one_price(offers: Sequence[Offer]) -> Money | None:
    """The price of all that sells; None where eBay's sites have different ones."""
    prices = {offer.price for offer in offers if offer.is_sold and offer.price is not None}
    return prices.pop() if len(prices) == 1 else None
