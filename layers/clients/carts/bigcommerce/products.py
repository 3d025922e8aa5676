"""A BigCommerce product in the commerce model: one row for each of its variants (§12.1).

Every product has a variant, if only its base variant, which has no option values: orders name that
one as well, so it is what a product without options is known by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carts.bigcommerce.models import CART, required_moment
from carts.catalogue import ProductReading
from carts.documents import Node, to_identifier
from commerce.catalogue import InventoryLevel, Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref

_DISABLED = "disabled"
_OF_PRODUCT, _OF_VARIANT = "product", "variant"


@dataclass(frozen=True, slots=True)
class Known:
    """A product as writes must know it: the ids of its variants, one or none if it has no options.

    `base` is the id of the base variant; empty where the product is sold as variants.
    """

    id: str
    base: str
    variants: frozenset[str]


def known(document: Any) -> Known:
    """What a write must know of the product."""
    node = Node(document, "", [])
    parts = list(node.nodes("variants"))
    ids = [to_identifier(part.get("id")) for part in parts]
    is_base = _is_base(parts)
    return Known(to_identifier(node.get("id")), ids[0] if is_base else "", frozenset(ids))


def product_reading(document: Any, store: str, currency: str) -> ProductReading:
    """The sellable things of a product; `currency` is the store's, in which all prices are."""
    node = Node(document, "", [])
    product_id = node.identifier("id")
    parts = list(node.nodes("variants"))
    is_base = _is_base(parts)
    kind = ProductKind.SIMPLE if is_base else ProductKind.VARIANT
    rows = tuple(_row(part, node, kind, store, currency) for part in parts)
    if not parts:
        node.refuse("variants", "given")
    if node.problems:
        return ProductReading(product_id, (), tuple(node.problems))
    return ProductReading(product_id, rows)


def _is_base(parts: Sequence[Node]) -> bool:
    """Whether all that there is of a product is its base variant."""
    return len(parts) == 1 and not any(True for _ in parts[0].nodes("option_values"))


def _row(part: Node, whole: Node, kind: ProductKind, store: str, currency: str) -> Product:
    row_id = part.identifier("id")
    is_base = kind is ProductKind.SIMPLE
    tracked = whole.text("inventory_tracking")
    return Product(
        ref=Ref(CART, store, "product", row_id),
        sku=part.text("sku").strip() or (whole.text("sku").strip() if is_base else ""),
        title=whole.text("name"),
        kind=kind,
        status=_status(part, whole),
        updated_at=required_moment(whole, "date_modified"),
        product_id=whole.identifier("id"),
        variant=" / ".join(each.text("label") for each in part.nodes("option_values")),
        barcode=_barcode(part) or (_barcode(whole) if is_base else ""),
        price=_price(part, currency) or _price(whole, currency),
        cost=_cost(part, currency) or _cost(whole, currency),
        tax_class=whole.text("tax_class_id"),
        stock_id=row_id,
        is_stock_kept=tracked == _OF_VARIANT or (is_base and tracked == _OF_PRODUCT),
    )


def _status(part: Node, whole: Node) -> ProductStatus:
    is_shown = whole.flag("is_visible", default=True) and whole.text("availability") != _DISABLED
    is_sold = is_shown and not part.flag("purchasing_disabled")
    return ProductStatus.ACTIVE if is_sold else ProductStatus.INACTIVE


def _barcode(node: Node) -> str:
    return node.text("upc").strip() or node.text("gtin").strip()


def _price(node: Node, currency: str) -> Money | None:
    """A variant without a price of its own has its product's."""
    return node.money("price", currency)


def _cost(node: Node, currency: str) -> Money | None:
    """BigCommerce keeps a cost that nobody entered as zero."""
    return node.money("cost_price", currency) or None


def levels_of(item: Any, as_of: datetime) -> Iterator[InventoryLevel]:
    """What each location has of an inventory item; when it changed is not told."""
    node = Node(item, "", [])
    identity = node.node("identity")
    if identity is None:
        return
    sku = identity.text("sku").strip()
    stock_id = to_identifier(identity.get("variant_id"))
    for place in node.nodes("locations"):
        location = to_identifier(place.get("location_id"))
        available = place.decimal("available_to_sell")
        on_hand = place.decimal("total_inventory_onhand")
        if location and available is not None and stock_id and not node.problems:
            yield InventoryLevel(
                sku=sku,
                location=location,
                as_of=as_of,
                available=available,
                on_hand=on_hand,
                stock_id=stock_id,
            )
