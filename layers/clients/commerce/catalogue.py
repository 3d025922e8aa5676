"""Products and stock as carts keep them, one row for what can be sold (carts reference §3.5).

Standard library only. The SKU joins a product to the item in the books; it is compared exactly,
after blanks around it are gone (carts reference §12.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from commerce.money import Money
from commerce.orders import Ref


class ProductKind(StrEnum):
    """What is sold; a VARIANT belongs to a product that is itself not sold."""

    SIMPLE = "simple"
    VARIANT = "variant"
    BUNDLE = "bundle"
    GIFT_CARD = "gift_card"


class ProductStatus(StrEnum):
    """Whether buyers can have it; DELETED is told by the cart of what it still shows."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a bundle, by its SKU; empty where the cart does not tell it.

    `product_id` is the product that it belongs to, `ref_id` the cart's id of the very thing, where
    the cart tells them. What `is_chosen` is in the bundle only if the buyer takes it.
    """

    sku: str
    quantity: Decimal
    product_id: str = ""
    ref_id: str = ""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that can be sold: a simple product, a variant, or a bundle with its parts.

    `ref.id` is the cart's id of that very thing, the variant's for a variant; `product_id` is what
    it belongs to. `stock_id` is the name the cart's stock has for it, where that is another one.
    `unit` is the cart's word for the unit of measure, empty where the cart has none. `cost` and
    `price` are per unit; None where the cart does not tell.
    """

    ref: Ref
    sku: str
    title: str
    kind: ProductKind
    status: ProductStatus
    updated_at: datetime
    product_id: str = ""
    variant: str = ""
    barcode: str = ""
    price: Money | None = None
    cost: Money | None = None
    is_taxable: bool = True
    tax_class: str = ""
    unit: str = ""
    weight_grams: Decimal | None = None
    stock_id: str = ""
    is_stock_kept: bool = True
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryLevel:
    """What a cart shows of one thing at one of its locations; None where it does not tell.

    `available` is what buyers can order. `location` is the cart's id of the place; empty where the
    cart knows one place only. `stock_id` is as in `Product`.
    """

    sku: str
    location: str
    as_of: datetime
    available: Decimal | None = None
    on_hand: Decimal | None = None
    committed: Decimal | None = None
    incoming: Decimal | None = None
    stock_id: str = ""
