"""A Magento product in the commerce model (carts reference §12.1).

What is sold under its own SKU is a row: simple, virtual and downloadable products, bundles, gift
cards. A configurable or grouped product is sold as its simple ones, which the store lists as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from carts.catalogue import ProductReading
from carts.documents import Node, believed_currency
from carts.magento.models import CART, utc
from commerce.catalogue import Component, InventoryLevel, Product, ProductKind, ProductStatus
from commerce.orders import Ref

BUNDLE = "bundle"
"""The type of a product whose parts only its own document tells."""

PART_IDS = "part_ids"
"""Where the ids of a bundle's parts stand by SKU, put there by whoever asked for them."""

_NOT_SOLD = frozenset({"configurable", "grouped"})
_KINDS = {BUNDLE: ProductKind.BUNDLE, "giftcard": ProductKind.GIFT_CARD}
_ENABLED = 1


def product_reading(product: Any, store: str, currency: str) -> ProductReading:
    """The product as one row; none where it is sold as others. `currency` is the store's own."""
    node = Node(product, "", [])
    product_id, kind = node.identifier("id"), node.text("type_id")
    if kind in _NOT_SOLD and not node.problems:
        return ProductReading(product_id)
    believed = believed_currency(node, currency, "base_currency_code")
    cost = _attribute(node, "cost")
    row = Product(
        ref=Ref(CART, store, "product", product_id),
        sku=node.text("sku").strip(),
        title=node.text("name"),
        kind=_KINDS.get(kind, ProductKind.SIMPLE),
        status=ProductStatus.ACTIVE if node.get("status") == _ENABLED else ProductStatus.INACTIVE,
        updated_at=utc(node, "updated_at"),
        product_id=product_id,
        price=node.money("price", believed),
        cost=cost.money("value", believed) if cost else None,
        is_taxable=_tax_class(node) not in ("", "0"),
        tax_class=_tax_class(node),
        stock_id=node.text("sku"),
        is_stock_kept=kind not in _KINDS,
        components=tuple(_components(node)),
    )
    if node.problems:
        return ProductReading(product_id, (), tuple(node.problems))
    return ProductReading(product_id, (row,))


def part_skus(product: Mapping[str, Any]) -> list[str]:
    """The SKUs of a bundle's parts, as its own document names them."""
    return sorted({part.sku for part in _components(Node(product, "", [])) if part.sku})


def _tax_class(node: Node) -> str:
    found = _attribute(node, "tax_class_id")
    return found.text("value") if found else ""


def _attribute(node: Node, code: str) -> Node | None:
    return next(
        (each for each in node.nodes("custom_attributes") if each.get("attribute_code") == code),
        None,
    )


def _components(node: Node) -> Iterable[Component]:
    """The parts of a bundle; where buyers choose, each choice is told as a part."""
    extension = node.node("extension_attributes")
    ids = node.node(PART_IDS)
    for option in extension.nodes("bundle_product_options") if extension else ():
        links = list(option.nodes("product_links"))
        is_chosen = len(links) > 1 or option.get("required") is False
        for link in links:
            quantity, sku = link.decimal("qty") or Decimal(1), link.text("sku").strip()
            product_id = ids.optional_identifier(sku) if ids else ""
            yield Component(sku, quantity, product_id, product_id, is_chosen)


def level_of(item: Any, as_of: datetime) -> InventoryLevel | None:
    """A source item: what is physically there. Its own time of change is not told."""
    node = Node(item, "", [])
    quantity, source = node.decimal("quantity"), node.text("source_code")
    sku = node.text("sku")
    if quantity is None or not source or not sku or node.problems:
        return None
    return InventoryLevel(
        sku=sku.strip(),
        location=source,
        as_of=as_of,
        available=quantity,
        on_hand=quantity,
        stock_id=sku,
    )
