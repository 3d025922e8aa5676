"""A shop order as eBay's Fulfillment API writes it, and its payouts (carts reference §8.4, §8.5).

Prices are without tax; eBay collects and remits the tax, outside the order's total. The fee is 12 %
of the total, and comes back with a refund in proportion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, Parcel, ShopOrder

SELLER = "demo_seller"

_FEE = Decimal("0.12")
_CENT = Decimal("0.01")
_EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
_WEEK = timedelta(days=7)

Json = dict[str, Any]


def order_id(order: ShopOrder) -> str:
    """EBay's id of an order of the book."""
    return f"11-00001-{order.id:05d}"


def book_id(ebay_id: str) -> str:
    """The id in the book; empty for what is no id of eBay's."""
    prefix, _, number = ebay_id.rpartition("-")
    return str(int(number)) if prefix == "11-00001" and number.isdigit() else ""


def total_of(order: ShopOrder) -> Decimal:
    """What the buyer pays to the seller: tax is eBay's own business."""
    return order.total - order.tax


def paid_back(refund: GivenBack) -> Decimal:
    """What the buyer gets of it from the seller."""
    return sum((line.net for line in refund.lines), start=refund.shipping)


def order_body(order: ShopOrder, *, shows_cancel_requests: bool) -> Json:
    """The order resource; lists never show requests to cancel."""
    total = total_of(order)
    body: Json = {
        "orderId": order_id(order),
        "legacyOrderId": order_id(order),
        "salesRecordReference": order.number,
        "creationDate": text(order.placed_at),
        "lastModifiedDate": text(order.updated_at),
        "orderFulfillmentStatus": _fulfilment(order),
        "orderPaymentStatus": _payment(order),
        "sellerId": SELLER,
        "buyer": {"username": f"demo_buyer_{order.sale.buyer_id}"},
        "pricingSummary": {
            "priceSubtotal": _money(order, order.goods),
            "priceDiscount": _money(order, -order.discount),
            "deliveryCost": _money(order, order.sale.shipping),
            "total": _money(order, total),
        },
        "cancelStatus": _cancellation(order, shows_requests=shows_cancel_requests),
        "paymentSummary": _paid(order, total),
        "fulfillmentStartInstructions": [{"shippingStep": {"shipTo": _ship_to(order)}}],
        "lineItems": [
            _line(order, line, is_first=index == 0) for index, line in enumerate(order.lines)
        ],
        "totalMarketplaceFee": _money(order, fee_of(total)),
    }
    return body


def _fulfilment(order: ShopOrder) -> str:
    if not order.parcels:
        return "NOT_STARTED"
    return "FULFILLED" if order.is_shipped else "IN_PROGRESS"


def _payment(order: ShopOrder) -> str:
    if order.paid_at is None:
        return "PENDING"
    refunded = sum((paid_back(each) for each in order.refunds), start=Decimal(0))
    if not refunded:
        return "PAID"
    return "FULLY_REFUNDED" if refunded >= total_of(order) else "PARTIALLY_REFUNDED"


def _cancellation(order: ShopOrder, *, shows_requests: bool) -> Json:
    if order.cancelled_at is None:
        return {"cancelState": "NONE_REQUESTED", "cancelRequests": []}
    requests = [{"cancelReason": "BUYER_ASKED_CANCEL"}] if shows_requests else []
    return {
        "cancelState": "CANCELED",
        "cancelledDate": text(order.cancelled_at),
        "cancelRequests": requests,
    }


def _paid(order: ShopOrder, total: Decimal) -> Json:
    payments = []
    if order.paid_at:
        payments.append(
            {
                "paymentMethod": "EBAY",
                "paymentReferenceId": f"{order.id}_S",
                "paymentDate": text(order.paid_at),
                "amount": _money(order, total - fee_of(total)),
                "paymentStatus": "PAID",
            }
        )
    refunds = [
        {
            "refundDate": text(each.at),
            "amount": _money(order, paid_back(each) - fee_of(paid_back(each))),
            "refundStatus": "REFUNDED",
            "refundReferenceId": str(each.id),
            "refundId": str(each.id),
        }
        for each in order.refunds
    ]
    return {"payments": payments, "refunds": refunds}


def _ship_to(order: ShopOrder) -> Json:
    return {
        "fullName": f"{order.sale.buyer_first_name} {order.sale.buyer_last_name}",
        "contactAddress": {
            "addressLine1": "1 Analytical Row",
            "city": "New York",
            "stateOrProvince": "NY",
            "postalCode": "10001",
            "countryCode": "US",
        },
        "email": f"relay{order.id}@members.ebay.example",
    }


def _line(order: ShopOrder, line: OrderLine, *, is_first: bool) -> Json:
    shipping = order.sale.shipping if is_first else Decimal(0)
    tax = line.tax + (order.sale.shipping_tax if is_first else Decimal(0))
    promotions = [{"discountAmount": _money(order, line.discount), "promotionId": "1"}]
    remitted = {"taxType": "STATE_SALES_TAX", "amount": _money(order, tax)}
    left = order.shipped(line.id) >= line.quantity
    body: Json = {
        "lineItemId": str(line.id),
        "legacyItemId": str(line.id + 330_000_000),
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "lineItemCost": _money(order, line.gross),
        "discountedLineItemCost": _money(order, line.net),
        "listingMarketplaceId": "EBAY_US",
        "purchaseMarketplaceId": "EBAY_US",
        "lineItemFulfillmentStatus": "FULFILLED" if left else "NOT_STARTED",
        "deliveryCost": {"shippingCost": _money(order, shipping)},
        "appliedPromotions": promotions if line.discount else [],
        "taxes": [],
        "ebayCollectAndRemitTaxes": [remitted] if tax else [],
    }
    refunds = [
        {
            "refundDate": text(refund.at),
            "amount": _money(order, sum((p.net for p in parts), start=Decimal(0))),
            "refundId": str(refund.id),
        }
        for refund in order.refunds
        if (parts := [part for part in refund.lines if part.line_id == line.id])
    ]
    return body | ({"refunds": refunds} if refunds else {})


def parcel_body(parcel: Parcel) -> Json:
    """A parcel; without a tracking number its id is the same for all."""
    return {
        "fulfillmentId": "999",
        "shippedDate": text(parcel.at),
        "lineItems": [
            {"lineItemId": str(line_id), "quantity": quantity}
            for line_id, quantity in parcel.quantities.items()
        ],
    }


@dataclass(frozen=True, slots=True)
class Booking:
    """One transaction of Finances: positive amounts, and a sign in words."""

    order: ShopOrder
    id: str
    kind: str
    at: datetime
    gross: Decimal
    sign: int
    refund_id: str = ""

    @property
    def net(self) -> Decimal:
        """What it does to the seller's balance, without its sign."""
        return self.gross - fee_of(self.gross)

    @property
    def payout_id(self) -> str:
        """The weekly payout that it is part of."""
        return str(7_700_000_000 + int((self.at - _EPOCH) / _WEEK))


def bookings(order: ShopOrder) -> Iterator[Booking]:
    """What Finances tells of an order."""
    if order.paid_at:
        yield Booking(order, f"{order_id(order)}_S", "SALE", order.paid_at, total_of(order), 1)
    for each in order.refunds:
        name = str(each.id)
        yield Booking(order, name, "REFUND", each.at, paid_back(each), -1, refund_id=name)


def transaction_body(booking: Booking) -> Json:
    """A transaction; that of a sale tells its fee by line."""
    order, fee = booking.order, fee_of(booking.gross)
    body: Json = {
        "transactionId": booking.id,
        "orderId": order_id(order),
        "payoutId": booking.payout_id,
        "transactionType": booking.kind,
        "amount": _money(order, booking.net),
        "totalFeeAmount": _money(order, fee),
        "bookingEntry": "CREDIT" if booking.sign > 0 else "DEBIT",
        "transactionDate": text(booking.at),
        "transactionStatus": "PAYOUT",
    }
    if booking.refund_id:
        reference = {"referenceId": booking.refund_id, "referenceType": "REFUND_ID"}
        return body | {"references": [reference]}
    kept = {"feeType": "FINAL_VALUE_FEE", "amount": _money(order, fee)}
    line = {"lineItemId": str(order.lines[0].id), "marketplaceFees": [kept]}
    return body | {"orderLineItems": [line]}


def payout_body(payout_id: str, listed: list[Booking]) -> Json:
    """A payout on the Monday after its week."""
    amount = sum((each.net * each.sign for each in listed), start=Decimal(0))
    week = int(payout_id) - 7_700_000_000
    return {
        "payoutId": payout_id,
        "payoutStatus": "SUCCEEDED",
        "payoutDate": text(payout_date(week)),
        "amount": _money(listed[0].order, amount),
        "transactionCount": len(listed),
        "bankReference": f"EBAY{payout_id}",
    }


def payout_date(week: int) -> datetime:
    """When the payout of a week is sent."""
    return _EPOCH + _WEEK * (week + 1)


def fee_of(amount: Decimal) -> Decimal:
    """EBay's fee of an amount."""
    return (amount * _FEE).quantize(_CENT, ROUND_HALF_EVEN)


def _money(order: ShopOrder, amount: Decimal) -> Json:
    return {"value": str(amount.quantize(_CENT)), "currency": order.currency}


def text(moment: datetime) -> str:
    """A time with milliseconds, as eBay writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
