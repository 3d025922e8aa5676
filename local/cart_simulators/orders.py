"""The orders of a simulated shop, whatever the cart: what was sold, paid, shipped and given back.

A cart's folder renders these in the cart's own shape. Every change makes a new version with a new
time of update, which never goes backwards for one order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")
_NO_MORE = 1_000_000
"""Where the ids of products lie that were sold and are in no catalogue."""


class SoldLine(BaseModel):
    """One line of a sale: discount and tax are those of the whole line.

    `product_id` is that of one in the shop's catalogue; 0 stands for one that it has no more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str
    title: str = "Article"
    quantity: int = 1
    unit_price: Decimal
    discount: Decimal = _ZERO
    tax: Decimal = _ZERO
    product_id: int = 0


class Sale(BaseModel):
    """What a buyer orders; prices are without tax, `tax_title` and `tax_rate` are shown only.

    Where `shop_currency` is stated, carts that tell both sides of an order tell its amounts in that
    currency too: `shop_rate` is how much of `currency` one unit of it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: tuple[SoldLine, ...]
    number: str = ""
    currency: str = "USD"
    shop_currency: str = ""
    shop_rate: Decimal = Decimal(1)
    shipping: Decimal = _ZERO
    shipping_tax: Decimal = _ZERO
    tax_title: str = "New York State Tax"
    tax_rate: Decimal = Decimal("0.08875")
    buyer_id: int = 730
    buyer_email: str = "grace@example.com"
    buyer_first_name: str = "Grace"
    buyer_last_name: str = "Example"
    is_paid: bool = True


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A sold line with its id."""

    id: int
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    product_id: int = 0

    @property
    def shown_product(self) -> int:
        """The id of the product as the cart's API tells it."""
        return self.product_id or self.id + _NO_MORE

    @property
    def gross(self) -> Decimal:
        """Before the discount, without tax."""
        return self.unit_price * self.quantity

    @property
    def net(self) -> Decimal:
        """After the discount, without tax."""
        return self.gross - self.discount

    def share(self, amount: Decimal, before: int, quantity: int) -> Decimal:
        """The part of a line's amount that the next `quantity` units carry: parts add up."""
        upto = cents(amount * (before + quantity) / self.quantity)
        return upto - cents(amount * before / self.quantity)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What left in one parcel: quantity by line id."""

    id: int
    at: datetime
    quantities: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """Units of one line that came back; amounts are positive, `net` is without tax."""

    line_id: int
    quantity: int
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One refund, paid back at once."""

    id: int
    at: datetime
    lines: tuple[RefundedLine, ...]
    shipping: Decimal = _ZERO
    shipping_tax: Decimal = _ZERO

    @property
    def amount(self) -> Decimal:
        """What the buyer got back."""
        goods = sum((line.net + line.tax for line in self.lines), start=_ZERO)
        return goods + self.shipping + self.shipping_tax


@dataclass(slots=True)
class ShopOrder:
    """One order as it is now."""

    id: int
    sale: Sale
    lines: tuple[OrderLine, ...]
    placed_at: datetime
    updated_at: datetime
    version: int = 1
    touches: int = 0
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    parcels: list[Parcel] = field(default_factory=list)
    refunds: list[GivenBack] = field(default_factory=list)

    @property
    def number(self) -> str:
        """What people call it."""
        return self.sale.number or str(self.id)

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.sale.currency

    @property
    def goods(self) -> Decimal:
        """All lines before discounts."""
        return sum((line.gross for line in self.lines), start=_ZERO)

    @property
    def discount(self) -> Decimal:
        """All discounts, positive."""
        return sum((line.discount for line in self.lines), start=_ZERO)

    @property
    def tax(self) -> Decimal:
        """All tax, that of shipping included."""
        return sum((line.tax for line in self.lines), start=_ZERO) + self.sale.shipping_tax

    @property
    def total(self) -> Decimal:
        """What the buyer owed when ordering; refunds do not change it."""
        return self.goods - self.discount + self.sale.shipping + self.tax

    @property
    def refunded(self) -> Decimal:
        """What went back so far."""
        return sum((each.amount for each in self.refunds), start=_ZERO)

    @property
    def is_shipped(self) -> bool:
        """Whether every unit that was not given back before has left."""
        return all(self.shipped(line.id) >= line.quantity for line in self.lines)

    def shipped(self, line_id: int) -> int:
        """How many units of a line left."""
        return sum(parcel.quantities.get(line_id, 0) for parcel in self.parcels)

    def returned(self, line_id: int) -> int:
        """How many units of a line were given back."""
        listed = (line for each in self.refunds for line in each.lines)
        return sum(line.quantity for line in listed if line.line_id == line_id)


class Event(StrEnum):
    """What happened to an order."""

    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    TOUCHED = "touched"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one order; `part_id` is the parcel's or the refund's id."""

    event: Event
    order: ShopOrder
    version: int
    part_id: int = 0


def cents(amount: Decimal) -> Decimal:
    """The amount at two decimals."""
    return amount.quantize(_CENT, ROUND_HALF_EVEN)
