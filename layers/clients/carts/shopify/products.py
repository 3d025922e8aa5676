"""A Shopify product in the commerce model: one row for each variant, which is what is sold (§4.8).

A product that the shop gave no options has one variant all the same; it is a simple product here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from carts.adapter import CartApiError
from carts.catalogue import ProductReading
from carts.documents import Node, believed_currency, to_identifier
from carts.shopify.graphql import last_part
from commerce.catalogue import Component, InventoryLevel, Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref

_CART = "shopify"
_ONLY_VARIANT = "Default Title"


def product_reading(
    product: Any, variants: Iterable[Any], store: str, currency: str
) -> ProductReading:
    """The variants of a product node; `currency` is the shop's, in which variants state prices."""
    node = Node(product, "", [])
    product_id = node.identifier("legacyResourceId")
    believed = believed_currency(node, currency, "shop.currencyCode")
    rows = [
        _row(Node(entry, f"variants[{index}]", node.problems), node, store, believed)
        for index, entry in enumerate(variants)
    ]
    if node.problems:
        return ProductReading(product_id, (), tuple(node.problems))
    return ProductReading(product_id, tuple(rows))


def _row(variant: Node, product: Node, store: str, currency: str) -> Product:
    title = variant.text("title")
    has_options = title != _ONLY_VARIANT
    stock = variant.node("inventoryItem")
    is_active = product.text("status") == "ACTIVE"
    return Product(
        ref=Ref(_CART, store, "product", variant.identifier("legacyResourceId")),
        sku=variant.text("sku").strip(),
        title=product.text("title"),
        kind=_kind(product, variant, has_options=has_options),
        status=ProductStatus.ACTIVE if is_active else ProductStatus.INACTIVE,
        updated_at=_later(product, variant),
        product_id=product.identifier("legacyResourceId"),
        variant=title if has_options else "",
        barcode=variant.text("barcode").strip(),
        price=variant.money("price", currency),
        cost=_cost(stock),
        is_taxable=variant.flag("taxable", default=True),
        stock_id=to_identifier(last_part(stock.get("id"))) if stock else "",
        is_stock_kept=stock.flag("tracked") if stock else False,
        components=tuple(_components(variant)),
    )


def _kind(product: Node, variant: Node, *, has_options: bool) -> ProductKind:
    if product.flag("isGiftCard"):
        return ProductKind.GIFT_CARD
    if variant.flag("requiresComponents"):
        return ProductKind.BUNDLE
    return ProductKind.VARIANT if has_options else ProductKind.SIMPLE


def _later(*nodes: Node) -> datetime:
    return max(node.required_instant("updatedAt") for node in nodes)


def _cost(stock: Node | None) -> Money | None:
    cost = stock.node("unitCost") if stock else None
    if cost is None:
        return None
    return cost.money("amount", believed_currency(cost, cost.text("currencyCode"), "currencyCode"))


def _components(variant: Node) -> Iterable[Component]:
    """The parts of a bundle, as they were put beside the variant's own members."""
    for part in variant.nodes("components"):
        quantity, bundled = part.decimal("quantity"), part.node("productVariant")
        if quantity is None or bundled is None:
            part.refuse("", "a part with its quantity")
            continue
        sku = bundled.text("sku").strip()
        owner = bundled.node("product")
        product_id = owner.optional_identifier("legacyResourceId") if owner else ""
        ref_id = bundled.optional_identifier("legacyResourceId")
        yield Component(sku, quantity, product_id, ref_id)


def levels_of(item: Any, levels: Iterable[Any]) -> list[InventoryLevel]:
    """The levels of an inventory item at its locations; none where the shop does not count it.

    Raises:
        CartApiError: an entry has another shape than documented.
    """
    node = Node(item, "", [])
    if not node.flag("tracked"):
        return []
    stock_id, sku = to_identifier(last_part(node.get("id"))), node.text("sku").strip()
    found = []
    for entry in levels:
        level = Node(entry, "inventoryLevels", node.problems)
        place = level.node("location")
        quantities = {
            each.text("name"): each.decimal("quantity") for each in level.nodes("quantities")
        }
        found.append(
            InventoryLevel(
                sku=sku,
                location=place.identifier("legacyResourceId") if place else "",
                as_of=level.required_instant("updatedAt"),
                available=quantities.get("available"),
                on_hand=quantities.get("on_hand"),
                committed=quantities.get("committed"),
                incoming=quantities.get("incoming"),
                stock_id=stock_id,
            )
        )
    if node.problems:
        message = "the shop's levels have another shape than documented"
        raise CartApiError(message, is_lasting=True)
    return found
