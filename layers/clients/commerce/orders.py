"""The commerce documents: order, payment, fulfilment, refund, cancellation (carts reference §3).

Amounts are `Money` in the shop's own currency, positive unless a field says otherwise; instants are
aware UTC datetimes; ids are text exactly as the cart gave them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from commerce.kinds import (
    AdjustmentKind,
    ChargeKind,
    FulfillmentStatus,
    LineKind,
    OrderStatus,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Restock,
    TaxCollector,
)
from commerce.money import Money, total

__all__ = [
    "Address",
    "AdjustmentKind",
    "Buyer",
    "Charge",
    "ChargeKind",
    "Edition",
    "Facts",
    "FulfillmentStatus",
    "Fulfilment",
    "FulfilmentLine",
    "GiftCardUse",
    "LineKind",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Payment",
    "PaymentKind",
    "PaymentState",
    "PaymentStatus",
    "Ref",
    "Refund",
    "RefundAdjustment",
    "RefundLine",
    "Restock",
    "ShippingLine",
    "TaxCollector",
    "TaxLine",
    "Version",
    "implied_receipt_id",
]


@dataclass(frozen=True, slots=True)
class Ref:
    """One document of one store: cart platform, our store id, type, the cart's own id as text."""

    cart: str
    store: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Version:
    """How new a document is: the cart's update time, then a digest of the mapped document."""

    updated_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address with its person; personal data, never logged."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region_code: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought; personal data, never logged. `id` is empty for guests."""

    id: str = ""
    email: str = ""
    name: str = ""
    company: str = ""
    tax_id: str = ""
    tax_exempt: bool = False
    is_relay_email: bool = False


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax as the cart states it; `rate` is a fraction (0.075)."""

    title: str
    amount: Money
    rate: Decimal | None = None
    jurisdiction: str = ""
    collected_by: TaxCollector = TaxCollector.SELLER


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One sold line: `gross` before discounts, with or without tax as `tax_included` says."""

    id: str
    sku: str
    title: str
    quantity: Decimal
    unit_price: Money
    gross: Money
    discount: Money
    taxes: tuple[TaxLine, ...] = ()
    kind: LineKind = LineKind.PRODUCT
    parent_id: str = ""
    product_id: str = ""
    variant_id: str = ""
    product_type: str = ""
    quantity_cancelled: Decimal = Decimal(0)
    taxable: bool = True
    requires_shipping: bool = True
    unit_cost: Money | None = None

    @property
    def net(self) -> Money:
        """What the buyer pays for the line: gross less discount (R-1.1)."""
        return self.gross - self.discount


@dataclass(frozen=True, slots=True)
class ShippingLine:
    """One shipping charge with its own discount and taxes."""

    id: str
    title: str
    amount: Money
    discount: Money
    taxes: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee, tip, duty or rounding on the order; `amount` is signed, positive is charged."""

    kind: ChargeKind
    amount: Money
    taxes: tuple[TaxLine, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class GiftCardUse:
    """A gift card as tender that the platform already took off its total."""

    id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the cart has it now; `total` is the cart's own, never recomputed (R-0.7).

    `captured` is what the cart says was received so far, refunds not taken off; None when unsaid.
    `exchange_rate` is how much of the order's currency one unit of `rate_currency` is, where the
    cart keeps a rate with its order.
    """

    ref: Ref
    number: str
    version: Version
    placed_at: datetime
    status: OrderStatus
    payment_status: PaymentStatus
    fulfillment_status: FulfillmentStatus
    currency: str
    total: Money
    lines: tuple[OrderLine, ...]
    tax_included: bool = False
    tax_known: bool = True
    shipping_lines: tuple[ShippingLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    stated_tax: Money | None = None
    stated_discount: Money | None = None
    gift_cards_applied: tuple[GiftCardUse, ...] = ()
    buyer: Buyer = Buyer()
    billing: Address | None = None
    shipping: Address | None = None
    channel: str = ""
    sub_channel: str = ""
    location_id: str = ""
    tags: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    outstanding: Money | None = None
    captured: Money | None = None
    presentment_currency: str = ""
    presentment_total: Money | None = None
    exchange_rate: Decimal | None = None
    rate_currency: str = ""
    is_test: bool = False
    is_guest: bool = False
    is_replacement: bool = False
    is_b2b: bool = False
    source_flags: tuple[str, ...] = ()

    @property
    def sale_lines(self) -> tuple[OrderLine, ...]:
        """The lines that carry money: components are left out."""
        return tuple(line for line in self.lines if line.kind is not LineKind.COMPONENT)

    @property
    def all_taxes(self) -> tuple[TaxLine, ...]:
        """Every tax of lines, shipping and charges; where none is on a line, those of the order."""
        parts: tuple[OrderLine | ShippingLine | Charge, ...] = (
            *self.lines,
            *self.shipping_lines,
            *self.charges,
        )
        nested = tuple(tax for part in parts for tax in part.taxes)
        return nested or self.taxes


_IMPLIED = "paid:"


def implied_receipt_id(order_id: str) -> str:
    """The id of the one receipt that a paid order without transactions implies."""
    return f"{_IMPLIED}{order_id}"


@dataclass(frozen=True, slots=True)
class Payment:
    """One money movement at a gateway; `amount` is positive whatever the kind.

    `card_id` names the gift card that it was drawn from, where the cart tells. `fee` is what the
    gateway kept of a receipt for itself, above zero; None where only its payouts tell.
    """

    ref: Ref
    order_id: str
    kind: PaymentKind
    state: PaymentState
    gateway: str
    amount: Money
    processed_at: datetime
    parent_id: str = ""
    external_id: str = ""
    is_test: bool = False
    card_id: str = ""
    fee: Money | None = None

    @property
    def is_implied(self) -> bool:
        """Whether a paid order implied it, rather than a transaction that the cart told of."""
        return self.ref.id.startswith(_IMPLIED)

    @property
    def is_receipt(self) -> bool:
        """Whether money arrived with it (R-1.3)."""
        arrived = self.kind in (PaymentKind.CAPTURE, PaymentKind.SALE)
        return arrived and self.state is PaymentState.SUCCESS


@dataclass(frozen=True, slots=True)
class FulfilmentLine:
    """How many of an order line left in one parcel."""

    line_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """One parcel that left; `delivered_at` is when it arrived, None while the cart does not say."""

    ref: Ref
    order_id: str
    shipped_at: datetime
    lines: tuple[FulfilmentLine, ...]
    is_cancelled: bool = False
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Goods of one order line given back or cancelled: amounts are the cart's, after discounts.

    `subtotal` is positive and always net of tax; the adapter takes included tax out.
    """

    line_id: str
    quantity: Decimal
    subtotal: Money
    tax: Money
    restock: Restock = Restock.NONE


@dataclass(frozen=True, slots=True)
class RefundAdjustment:
    """A part of a refund without units: positive is more for the buyer, a fee is negative.

    `line_id` is the order's line that it was given for, empty where the cart names none; the tax is
    then that line's.
    """

    kind: AdjustmentKind
    amount: Money
    tax: Money
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """A credit to the buyer and the money that moved for it; the two may differ (R-3.1)."""

    ref: Ref
    order_id: str
    created_at: datetime
    currency: str
    lines: tuple[RefundLine, ...] = ()
    shipping: Money | None = None
    shipping_tax: Money | None = None
    duties: Money | None = None
    adjustments: tuple[RefundAdjustment, ...] = ()
    transactions: tuple[Payment, ...] = ()

    @property
    def credit(self) -> Money:
        """What the buyer is owed back: lines, shipping, duties, their taxes and adjustments."""
        parts = [line.subtotal + line.tax for line in self.lines]
        parts += [part for part in (self.shipping, self.shipping_tax, self.duties) if part]
        parts += [part.amount + part.tax for part in self.adjustments]
        return total(parts, self.currency)

    @property
    def paid(self) -> Money:
        """What went back to the buyer so far: refund transactions that succeeded."""
        settled = (
            payment.amount
            for payment in self.transactions
            if payment.kind is PaymentKind.REFUND and payment.state is PaymentState.SUCCESS
        )
        return total(settled, self.currency)


@dataclass(frozen=True, slots=True)
class Edition:
    """What an order said of its goods and amounts from the moment `since` on.

    An edit of an order in the cart makes a new edition; a change of its state does not.
    """

    since: datetime
    total: Money
    lines: tuple[OrderLine, ...]
    tax_included: bool = False
    shipping_lines: tuple[ShippingLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    gift_cards_applied: tuple[GiftCardUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one order, from whatever deliveries came, in whatever order.

    `order` is None while only followers (a refund, a parcel) have arrived. `editions` are what it
    said before it was edited, the oldest first; `since` is the earliest moment at which it was
    known to say what it says now, None where that is the moment of its version.
    """

    ref: Ref
    order: Order | None = None
    payments: tuple[Payment, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    editions: tuple[Edition, ...] = ()
    since: datetime | None = None
