"""An article of a cart as an item of Sage Intacct, field by field."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence

from commerce.catalogue import Product, ProductStatus
from commerce.money import Money
from intacct.masters import CostMethod, Item, ItemType, KitPart
from shared.ownership.table import Kind
from shared.policy.items import ItemPolicy

LONGEST_ID = 30
"""As many characters as an item id has here; the references state no limit of Sage's."""

_LONGEST_NAME = 100
_FIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/+-]*[A-Za-z0-9]|[A-Za-z0-9]")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")

OWNED: Mapping[str, tuple[Kind, str]] = {
    "name": (Kind.ITEM, "name"),
    "sales_description": (Kind.ITEM, "sales_description"),
    "is_active": (Kind.ITEM, "is_active"),
    "is_taxable": (Kind.ITEM, "is_taxable"),
    "upc": (Kind.ITEM, "upc"),
    "standard_cost": (Kind.ITEM, "standard_cost"),
    "base_price": (Kind.PRICE, "base_price"),
}
"""The fields of an item that a cart can tell, and where the ownership table speaks of them."""


def item_id(sku: str) -> str:
    """The id of the item that is made for a SKU: the SKU itself where it is fit to be one.

    Another one keeps its readable part and is told apart by a digest, the same every time.
    """
    if len(sku) <= LONGEST_ID and _FIT.fullmatch(sku):
        return sku
    digest = base64.b32encode(hashlib.sha256(sku.encode()).digest()).decode()[:8]
    readable = _UNFIT.sub("-", sku).strip("-._")[: LONGEST_ID - 9].rstrip("-._")
    return f"{readable}-{digest}" if readable else digest


COMPONENTS = "components"
"""Where a link remembers what its kit was made of; no field of the ownership table's."""


def item_of(
    product: Product,
    policy: ItemPolicy,
    item: str,
    *,
    base_currency: str,
    parts: Sequence[KitPart] = (),
) -> Item:
    """The item that a product is; amounts in another currency than the books' are left out.

    Args:
        product: the article as the cart tells it.
        policy: what its store's new items are like.
        item: the id in Sage.
        base_currency: the one in which Sage keeps prices and costs of items.
        parts: what it is a kit of; without any it is of the policy's type.
    """
    title = f"{product.title} {product.variant}".strip() or product.sku
    return Item(
        id=item,
        name=title[:_LONGEST_NAME],
        type=ItemType.KIT if parts else ItemType(policy.item_type),
        is_active=product.status is ProductStatus.ACTIVE,
        sales_description=title,
        product_line=policy.product_line,
        cost_method=CostMethod(policy.cost_method) if policy.cost_method and not parts else None,
        gl_group=policy.gl_group,
        unit_group=policy.unit_group,
        base_price=_in_base(product.price, base_currency),
        standard_cost=None if parts else _in_base(product.cost, base_currency),
        is_taxable=product.is_taxable,
        upc=product.barcode,
        components=tuple(parts),
    )


def digests(item: Item) -> dict[str, str]:
    """A digest of each field that a cart can tell; of those it tells nothing of, none."""
    values = {name: getattr(item, name) for name in OWNED}
    told = {name: digest(value) for name, value in values.items() if value not in (None, "")}
    return told | ({COMPONENTS: parts_digest(item.components)} if item.components else {})


def parts_digest(parts: Sequence[KitPart]) -> str:
    """What the parts of a kit are remembered by, in whatever order they are told."""
    rows = sorted(f"{part.item}\t{part.quantity.normalize():f}" for part in parts)
    return digest("\n".join(rows))


def digest(value: str | Money | bool) -> str:  # noqa: FBT001  # a value like any other
    """What a value is remembered by; 12.5 and 12.50 are one price, and no value is kept."""
    text = (
        f"{value.amount.normalize():f} {value.currency}" if isinstance(value, Money) else str(value)
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _in_base(amount: Money | None, base_currency: str) -> Money | None:
    return amount if amount is not None and amount.currency == base_currency else None
