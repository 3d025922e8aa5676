"""A product behind API2Cart in the commerce model: itself, or each of its variants (§12.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from carts.api2cart.models import CART, children, instant, is_true
from carts.catalogue import ProductReading
from carts.documents import Node
from commerce.catalogue import Component, InventoryLevel, Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref

_NOT_SOLD = frozenset({"grouped", "external"})
_BUNDLE = "bundle"
_KINDS = {
    _BUNDLE: ProductKind.BUNDLE,
    "giftcard": ProductKind.GIFT_CARD,
    "gift_card": ProductKind.GIFT_CARD,
}
_BARCODES = ("u_upc", "u_gtin", "u_ean", "u_isbn")
_CHILDS_BARCODES = ("upc", "gtin", "ean", "isbn")


def may_have_variants(product: Node) -> bool:
    """Whether its child items are variants: those of a bundle are its parts.

    Types are words of the cart behind, so all others are asked.
    """
    kind = product.text("type").lower()
    return kind != _BUNDLE and kind not in _NOT_SOLD


def product_reading(
    product: Node, variants: Sequence[Node], store: str, currency: str, as_of: datetime
) -> ProductReading:
    """The sellable things of a product.

    Args:
        product: the product.
        variants: its child items; none of one that is sold by itself.
        store: our id of the store.
        currency: the store's; empty where API2Cart does not tell it, and then no amount is known.
        as_of: when it was read, for carts that tell no time of change.
    """
    product_id = product.identifier("id")
    kind = product.text("type").lower()
    rows: list[Product] = []
    if kind not in _NOT_SOLD:
        rows = [_variant(product, each, store, currency, as_of) for each in variants] or [
            _simple(product, store, currency, as_of)
        ]
    problems = [*product.problems, *(each for node in variants for each in node.problems)]
    if problems:
        return ProductReading(product_id, (), tuple(problems))
    return ProductReading(product_id, tuple(rows))


def _simple(product: Node, store: str, currency: str, as_of: datetime) -> Product:
    product_id = product.identifier("id")
    return Product(
        ref=Ref(CART, store, "product", product_id),
        sku=_sku(product),
        title=product.text("name"),
        kind=_KINDS.get(product.text("type").lower(), ProductKind.SIMPLE),
        status=_status(product),
        updated_at=instant(product, "modified_at") or as_of,
        product_id=product_id,
        barcode=_barcode(product, _BARCODES),
        price=_amount(product, "price", currency),
        cost=_cost(product, currency),
        tax_class=product.text("tax_class_id"),
        stock_id=product_id,
        is_stock_kept=_is_counted(product),
        components=tuple(_components(product)),
    )


def _variant(product: Node, variant: Node, store: str, currency: str, as_of: datetime) -> Product:
    """A variant; whatever it does not tell of itself is its product's."""
    product_id, variant_id = product.identifier("id"), variant.identifier("id")
    price = _amount(variant, "default_price", currency)
    changed = [instant(product, "modified_at"), instant(variant, "modified_time")]
    is_sold = not variant.has("avail_for_sale") or is_true(variant, "avail_for_sale")
    return Product(
        ref=Ref(CART, store, "product", variant_id),
        sku=variant.text("sku").strip(),
        title=product.text("name"),
        kind=ProductKind.VARIANT,
        status=_status(product) if is_sold else ProductStatus.INACTIVE,
        updated_at=max((each for each in changed if each is not None), default=as_of),
        product_id=product_id,
        variant=_options(variant),
        barcode=_barcode(variant, _CHILDS_BARCODES),
        price=price if price is not None else _amount(product, "price", currency),
        cost=_cost(variant, currency),
        tax_class=variant.text("tax_class_id") or product.text("tax_class_id"),
        stock_id=stock_id_of(product_id, variant_id),
        is_stock_kept=_is_counted(variant),
    )


def stock_id_of(product_id: str, variant_id: str) -> str:
    """The name of a variant's stock: writes must name the product as well."""
    return f"{product_id}/{variant_id}"


def _sku(product: Node) -> str:
    """Some carts behind call the SKU a model."""
    return product.text("u_sku").strip() or product.text("u_model").strip()


def _status(product: Node) -> ProductStatus:
    hidden = [
        name
        for name in ("avail_sale", "avail_view")
        if product.get(name) is not None and not is_true(product, name)
    ]
    return ProductStatus.INACTIVE if hidden else ProductStatus.ACTIVE


def _barcode(node: Node, names: Sequence[str]) -> str:
    return next((code for name in names if (code := node.text(name).strip())), "")


def _amount(node: Node, name: str, currency: str) -> Money | None:
    return node.money(name, currency) if currency and node.get(name) not in (None, "") else None


def _cost(node: Node, currency: str) -> Money | None:
    """A cost that nobody entered is told as zero by many carts."""
    return _amount(node, "cost_price", currency) or None


def _is_counted(node: Node) -> bool:
    """Whether the cart counts it; where it does not say, it does."""
    for name in ("is_stock_managed", "manage_stock"):
        if node.get(name) not in (None, ""):
            return is_true(node, name)
    return True


def _options(variant: Node) -> str:
    values = (each.text("option_value_name") for each in children(variant, "combination"))
    return " / ".join(filter(None, values))


def _components(product: Node) -> Iterator[Component]:
    """The parts of a bundle, by product."""
    for part in children(product, "group_items"):
        quantity = part.decimal("default_qty_in_pack") or Decimal(1)
        yield Component("", quantity, part.text("child_item_id") or part.text("product_id"))


def levels_of(
    node: Node, sku: str, stock_id: str, quantity: str, as_of: datetime
) -> list[InventoryLevel]:
    """What each warehouse has of a thing; one level without a place where there are none.

    `quantity` is the member that holds the sum.
    """
    if not _is_counted(node):
        return []
    found = []
    for place in children(node, "inventory"):
        units, warehouse = place.decimal("quantity"), place.text("warehouse_id")
        if units is not None:
            found.append(InventoryLevel(sku, warehouse, as_of, available=units, stock_id=stock_id))
    units = node.decimal(quantity)
    if not found and units is not None:
        found.append(InventoryLevel(sku, "", as_of, available=units, stock_id=stock_id))
    return [] if node.problems else found


def product_levels(product: Node, as_of: datetime) -> list[InventoryLevel]:
    """The levels of a product that is sold by itself."""
    return levels_of(product, _sku(product), product.text("id"), "quantity", as_of)


def variant_levels(variant: Node, product_id: str, as_of: datetime) -> list[InventoryLevel]:
    """The levels of a variant."""
    stock_id = stock_id_of(product_id, variant.text("id"))
    return levels_of(variant, variant.text("sku").strip(), stock_id, "inventory_level", as_of)
