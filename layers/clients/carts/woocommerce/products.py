"""A WooCommerce product in the commerce model: one row for each thing that can be sold (§12.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from carts.catalogue import ProductReading
from carts.documents import Node, to_identifier
from carts.woocommerce.models import CART, money_or_none, required_gmt
from commerce.catalogue import Component, InventoryLevel, Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref

VARIABLE = "variable"
"""The type of a product that is sold as its variations only."""

_NOT_SOLD = frozenset({"grouped", "external"})
_BUNDLES = frozenset({"bundle", "composite", "yith_bundle", "woosb"})
_GIFT_CARDS = frozenset({"gift-card", "gift_card", "pw-gift-card"})
_STATUSES = {"publish": ProductStatus.ACTIVE, "trash": ProductStatus.DELETED}


def product_reading(
    product: Mapping[str, Any], variations: Iterable[Any], store: str, currency: str
) -> ProductReading:
    """The sellable things of a product; none of one that only groups or links to others.

    Args:
        product: the site's document of it.
        variations: the documents of its variations, where it is a variable one.
        store: our id of the store.
        currency: the site's, in which all prices are; the product does not name it.
    """
    node = Node(product, "", [])
    product_id = node.identifier("id")
    kind = node.text("type")
    if kind in _NOT_SOLD:
        return ProductReading(product_id, (), tuple(node.problems))
    if kind == VARIABLE:
        parts = [
            Node(entry, f"variations[{index}]", node.problems)
            for index, entry in enumerate(variations)
        ]
        rows = [_row(part, node, store, currency) for part in parts]
    else:
        rows = [_row(node, None, store, currency)]
    if node.problems:
        return ProductReading(product_id, (), tuple(node.problems))
    return ProductReading(product_id, tuple(rows))


def _row(node: Node, parent: Node | None, store: str, currency: str) -> Product:
    row_id = node.identifier("id")
    whole = parent or node
    return Product(
        ref=Ref(CART, store, "product", row_id),
        sku=node.text("sku").strip(),
        title=whole.text("name"),
        kind=ProductKind.VARIANT if parent else _kind(node),
        status=_status(node, parent),
        updated_at=_updated_at(node, parent),
        product_id=whole.identifier("id"),
        variant=_variant(node) if parent else "",
        barcode=node.text("global_unique_id").strip(),
        price=money_or_none(node, "regular_price", currency)
        or money_or_none(node, "price", currency),
        cost=_cost(node, currency),
        is_taxable=node.text("tax_status") != "none",
        tax_class=node.text("tax_class"),
        stock_id=row_id,
        is_stock_kept=_keeps_stock(node),
        components=tuple(_components(node)),
    )


def _kind(node: Node) -> ProductKind:
    kind = node.text("type")
    if kind in _GIFT_CARDS:
        return ProductKind.GIFT_CARD
    return ProductKind.BUNDLE if kind in _BUNDLES else ProductKind.SIMPLE


def _status(node: Node, parent: Node | None) -> ProductStatus:
    """A variation is to be had when both it and its product are."""
    statuses = [
        _STATUSES.get(each.text("status"), ProductStatus.INACTIVE)
        for each in (node, parent)
        if each is not None
    ]
    if ProductStatus.DELETED in statuses:
        return ProductStatus.DELETED
    is_active = all(status is ProductStatus.ACTIVE for status in statuses)
    return ProductStatus.ACTIVE if is_active else ProductStatus.INACTIVE


def _updated_at(node: Node, parent: Node | None) -> datetime:
    times = [required_gmt(each, "date_modified_gmt") for each in (node, parent) if each]
    return max(times)


def _variant(node: Node) -> str:
    return " / ".join(each.text("option") for each in node.nodes("attributes"))


def _cost(node: Node, currency: str) -> Money | None:
    """The cost that the site itself keeps; it is a feature that a shop turns on (UNCONFIRMED)."""
    kept = node.node("cost_of_goods_sold")
    return money_or_none(kept, "total_value", currency) if kept else None


def _components(node: Node) -> Iterable[Component]:
    """The parts as the bundle plug-in tells them: by product, never by SKU."""
    for part in node.nodes("bundled_items"):
        quantity = part.decimal("quantity_default") or Decimal(1)
        product_id = part.optional_identifier("product_id")
        yield Component("", quantity, product_id, is_chosen=part.get("optional") is True)


def _keeps_stock(node: Node) -> bool:
    """Whether the thing has a quantity of its own; `parent` means that its product has it."""
    return node.get("manage_stock") is True


def level_of(entry: Any) -> InventoryLevel | None:
    """What the site shows of one product or variation; None where it keeps no quantity of it."""
    node = Node(entry, "", [])
    quantity = node.decimal("stock_quantity")
    if not _keeps_stock(node) or quantity is None:
        return None
    level = InventoryLevel(
        sku=node.text("sku").strip(),
        location="",
        as_of=required_gmt(node, "date_modified_gmt"),
        available=quantity,
        stock_id=to_identifier(node.get("id")),
    )
    return None if node.problems else level
