"""An Amazon listing in the commerce model (carts reference §7.6 and §12.1).

Every listing has a SKU, which is its id; several may offer one ASIN, which orders name as the
product. The parent of a variation is not sold, and a draft has no summary yet: both tell no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from carts.amazon.models import CART
from carts.catalogue import ProductReading
from carts.documents import Node, believed_currency
from commerce.catalogue import InventoryLevel, Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref

MERCHANT = "DEFAULT"
"""The channel, and the location, of stock that the seller keeps."""

FBA = "FBA"
"""The location of stock that Amazon keeps."""

_SHOWN = frozenset({"BUYABLE", "DISCOVERABLE"})
_CONSUMERS = "B2C"
_INBOUND = ("inboundWorkingQuantity", "inboundShippedQuantity", "inboundReceivingQuantity")


@dataclass(frozen=True, slots=True)
class Listed:
    """A listing and when it changed; None for a draft, which has no summary on the site yet."""

    sku: str
    updated_at: datetime | None
    reading: ProductReading


def listed(item: Any, marketplace: str, store: str) -> Listed:
    """The listing as it stands on one of Amazon's sites."""
    node = Node(item, "", [])
    sku = node.text("sku")
    if not sku.strip():
        node.refuse("sku", "given")
    summary = _of_site(node, "summaries", marketplace)
    updated_at = summary.instant("lastUpdatedDate") if summary else None
    if summary is None or updated_at is None:
        return Listed(sku, None, ProductReading(sku, (), tuple(node.problems)))
    product_id = summary.text("asin") or sku
    rows = () if _has_children(node) else (_row(node, summary, updated_at, marketplace, store),)
    if node.problems:
        return Listed(sku, updated_at, ProductReading(product_id, (), tuple(node.problems)))
    return Listed(sku, updated_at, ProductReading(product_id, rows))


def _row(node: Node, summary: Node, updated_at: datetime, marketplace: str, store: str) -> Product:
    sku = node.text("sku")
    is_shown = not _SHOWN.isdisjoint(summary.texts("status"))
    return Product(
        ref=Ref(CART, store, "product", sku),
        sku=sku.strip(),
        title=summary.text("itemName"),
        kind=ProductKind.SIMPLE,
        status=ProductStatus.ACTIVE if is_shown else ProductStatus.INACTIVE,
        updated_at=updated_at,
        product_id=summary.text("asin") or sku,
        price=_price(node, marketplace),
        stock_id=sku,
    )


def _of_site(node: Node, name: str, marketplace: str) -> Node | None:
    return next(
        (each for each in node.nodes(name) if each.text("marketplaceId") == marketplace), None
    )


def _has_children(node: Node) -> bool:
    """Whether it only groups variations."""
    sites = node.nodes("relationships")
    return any(part.texts("childSkus") for site in sites for part in site.nodes("relationships"))


def _price(node: Node, marketplace: str) -> Money | None:
    """What consumers pay on the site; businesses may have another price."""
    for offer in node.nodes("offers"):
        price = offer.node("price")
        is_it = offer.text("marketplaceId") == marketplace and offer.text("offerType") == _CONSUMERS
        if is_it and price is not None:
            code = price.text("currencyCode") or price.text("currency")
            return price.money("amount", believed_currency(price, code, "currencyCode"))
    return None


def merchant_level(item: Any, as_of: datetime) -> InventoryLevel | None:
    """What the seller has of a listing; None where Amazon keeps its stock or none is stated."""
    node = Node(item, "", [])
    sku = node.text("sku")
    for channel in node.nodes("fulfillmentAvailability"):
        quantity = channel.decimal("quantity")
        if channel.text("fulfillmentChannelCode") == MERCHANT and quantity is not None:
            level = InventoryLevel(
                sku=sku.strip(), location=MERCHANT, as_of=as_of, available=quantity, stock_id=sku
            )
            return None if node.problems else level
    return None


def fba_level(summary: Any, as_of: datetime) -> InventoryLevel | None:
    """What Amazon keeps of a listing; None where its summary cannot be read."""
    node = Node(summary, "", [])
    sku, details = node.text("sellerSku"), node.node("inventoryDetails")
    if not sku or details is None:
        return None
    reserved = details.node("reservedQuantity")
    told = node.text("lastUpdatedTime")
    level = InventoryLevel(
        sku=sku.strip(),
        location=FBA,
        as_of=(node.instant("lastUpdatedTime") if told else None) or as_of,
        available=details.decimal("fulfillableQuantity"),
        on_hand=node.decimal("totalQuantity"),
        committed=reserved.decimal("totalReservedQuantity") if reserved else None,
        incoming=_sum(details.decimal(name) for name in _INBOUND),
        stock_id=sku,
    )
    return None if node.problems or level.available is None else level


def _sum(parts: Any) -> Decimal:
    return sum((part for part in parts if part is not None), Decimal(0))


def with_quantity(attributes: Node, units: int) -> list[dict[str, Any]] | None:
    """The listing's availability with another quantity of the seller's own.

    Amazon takes the attribute as a whole only: what else it says, as the handling time, is kept.
    None where the listing has another channel: a quantity would take it away from Amazon.
    """
    entries = _entries(attributes, "fulfillment_availability")
    if not entries or any(each.get("fulfillment_channel_code") != MERCHANT for each in entries):
        return None
    return [{**entry, "quantity": units} for entry in entries]


def with_price(attributes: Node, marketplace: str, price: Money) -> list[dict[str, Any]] | None:
    """The listing's offers with another price for consumers on the site, all else as it is.

    None where there is no such offer. A price is a JSON number, whose digits a float keeps.
    """
    entries = _entries(attributes, "purchasable_offer")
    found = [each for each in entries if _is_consumers(each, marketplace, price.currency)]
    if len(found) != 1:
        return None
    told = [{"schedule": [{"value_with_tax": float(price.amount)}]}]
    return [{**each, "our_price": told} if each is found[0] else each for each in entries]


def _entries(attributes: Node, name: str) -> Sequence[dict[str, Any]]:
    found = attributes.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return ()
    return found


def _is_consumers(offer: dict[str, Any], marketplace: str, currency: str) -> bool:
    is_theirs = offer.get("audience", "ALL") == "ALL"
    is_here = offer.get("marketplace_id", marketplace) == marketplace
    return is_theirs and is_here and offer.get("currency") == currency
