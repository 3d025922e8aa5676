"""A Walmart item in the commerce model (carts reference §12.1).

Every item has a SKU, which is its id; those of one variant group are items each. None tells when it
changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from carts.catalogue import ProductReading
from carts.documents import Node, believed_currency
from carts.walmart.models import CART
from commerce.catalogue import InventoryLevel, Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref

_ACTIVE, _PUBLISHED = "ACTIVE", "PUBLISHED"
_TAKEN_BACK = frozenset({"RETIRED", "ARCHIVED"})


def product_reading(item: Any, store: str, as_of: datetime) -> ProductReading:
    """The item as one row; `as_of` is when it was read, the newest that its change can be."""
    node = Node(item, "", [])
    sku = node.text("sku")
    if not sku.strip():
        node.refuse("sku", "given")
    row = Product(
        ref=Ref(CART, store, "product", sku),
        sku=sku.strip(),
        title=node.text("productName"),
        kind=ProductKind.SIMPLE,
        status=_status(node),
        updated_at=as_of,
        product_id=sku,
        barcode=node.text("upc").strip() or node.text("gtin").strip(),
        price=_price(node),
        stock_id=sku,
    )
    if node.problems:
        return ProductReading(sku, (), tuple(node.problems))
    return ProductReading(sku, (row,))


def _status(node: Node) -> ProductStatus:
    lifecycle = node.text("lifecycleStatus")
    if lifecycle in _TAKEN_BACK:
        return ProductStatus.DELETED
    is_sold = lifecycle in ("", _ACTIVE) and node.text("publishedStatus") in ("", _PUBLISHED)
    return ProductStatus.ACTIVE if is_sold else ProductStatus.INACTIVE


def _price(node: Node) -> Money | None:
    """An item that was never priced has none."""
    price = node.node("price")
    if price is None or price.get("amount") is None:
        return None
    return price.money("amount", believed_currency(price, price.text("currency"), "currency"))


def levels_of(item: Any, as_of: datetime, *, counts_on_hand: bool) -> Iterator[InventoryLevel]:
    """What each ship node has of an item: what can be sold, or what was put in."""
    node = Node(item, "", [])
    sku = node.text("sku")
    for place in node.nodes("nodes"):
        ship_node = place.text("shipNode")
        put_in, reserved = _units(place, "inputQty"), _units(place, "reservedQty")
        sold = _units(place, "availToSellQty")
        available = put_in if counts_on_hand else sold
        if ship_node and sku and available is not None and not node.problems:
            yield InventoryLevel(
                sku=sku.strip(),
                location=ship_node,
                as_of=as_of,
                available=available,
                on_hand=put_in,
                committed=reserved,
                stock_id=sku,
            )


def _units(place: Node, name: str) -> Decimal | None:
    quantity = place.node(name)
    return quantity.decimal("amount") if quantity else None
