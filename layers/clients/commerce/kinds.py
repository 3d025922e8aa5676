"""The states and kinds that commerce documents speak of (carts reference §3)."""

from __future__ import annotations

from enum import StrEnum


class OrderStatus(StrEnum):
    """Where the order stands as a whole."""

    PENDING = "pending"
    OPEN = "open"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class PaymentStatus(StrEnum):
    """What the cart says of the money of an order."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    UNKNOWN = "unknown"


class FulfillmentStatus(StrEnum):
    """What the cart says of the goods of an order."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"
    UNKNOWN = "unknown"


class TaxCollector(StrEnum):
    """Who owes a tax to the authority (R-1.6)."""

    SELLER = "seller"
    MARKETPLACE = "marketplace"
    UNKNOWN = "unknown"


class LineKind(StrEnum):
    """What a line sells; components carry quantity only, and are not posted."""

    PRODUCT = "product"
    GIFT_CARD = "gift_card"
    TIP = "tip"
    SERVICE = "service"
    SHIPPING_PROTECTION = "shipping_protection"
    COMPONENT = "component"


class ChargeKind(StrEnum):
    """A charge on the whole order that is neither goods nor shipping."""

    FEE = "fee"
    GIFT_WRAP = "gift_wrap"
    HANDLING = "handling"
    COD = "cod"
    DUTY = "duty"
    TIP = "tip"
    ROUNDING = "rounding"
    WEEE = "weee"
    DONATION = "donation"
    OTHER = "other"


class PaymentKind(StrEnum):
    """What a payment transaction did; only captures and sales that succeeded are receipts."""

    AUTHORIZATION = "authorization"
    CAPTURE = "capture"
    SALE = "sale"
    VOID = "void"
    REFUND = "refund"


class PaymentState(StrEnum):
    """Whether a payment transaction came to anything."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


class Restock(StrEnum):
    """What became of returned goods (R-3.7); decides the inventory side only."""

    NONE = "none"
    RETURN = "return"
    CANCEL = "cancel"
    SCRAP = "scrap"


class AdjustmentKind(StrEnum):
    """A part of a refund that no line explains."""

    RESTOCKING_FEE = "restocking_fee"
    RETURN_SHIPPING_FEE = "return_shipping_fee"
    GOODWILL = "goodwill"
    DISCREPANCY = "discrepancy"
