"""A shop order as Walmart writes it: charges and states per line, no total (carts reference §9.4).

Walmart sells single units: two of one article are two lines. Without `splits_units` they are one
line, whose charges are those of the whole line. A refund is told inside its line, below zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, ShopOrder

PARTNER = "10001234567"
SHIP_NODES = ("SellerFulfilled", "WFSFulfilled", "3PLFulfilled")

_FIRST = 3_800_000_000_000
_CUSTOMERS = 200_000_000_000_000
_NOTHING = Decimal("0.00")

Json = dict[str, Any]


def order_id(order: ShopOrder) -> str:
    """Walmart's id of an order of the book."""
    return str(_FIRST + order.id)


def book_id(purchase_order_id: str) -> str:
    """The id in the book; empty for what is no id of Walmart's."""
    is_number = purchase_order_id.isascii() and purchase_order_id.isdigit()
    return str(int(purchase_order_id) - _FIRST) if is_number else ""


def ship_node(order: ShopOrder) -> str:
    """Who ships it."""
    return SHIP_NODES[order.id % len(SHIP_NODES)]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one line of Walmart's is: some units of a line of the book, from the `first` on."""

    number: str
    line: OrderLine
    first: int
    units: int
    shipping: Decimal
    shipping_tax: Decimal

    def share(self, amount: Decimal) -> Decimal:
        """Its part of an amount of the whole line."""
        return self.line.share(amount, self.first, self.units)


def pieces(order: ShopOrder, *, splits_units: bool) -> Iterator[Piece]:
    """The lines as Walmart has them; shipping is charged with the first one."""
    number = 0
    for line in order.lines:
        count = line.quantity if splits_units else 1
        for at in range(count):
            number += 1
            is_first = number == 1
            yield Piece(
                str(number),
                line,
                at,
                1 if splits_units else line.quantity,
                order.sale.shipping if is_first else _NOTHING,
                order.sale.shipping_tax if is_first else _NOTHING,
            )


def order_body(order: ShopOrder, changed_at: datetime, *, splits_units: bool) -> Json:
    """The purchase order; its lines changed at `changed_at`."""
    lines = [_line(order, each, changed_at) for each in pieces(order, splits_units=splits_units)]
    return {
        "purchaseOrderId": order_id(order),
        "customerOrderId": str(_CUSTOMERS + order.id),
        "customerEmailId": f"relay-{order.id}@relay.walmart.example",
        "orderType": "REGULAR",
        "originalCustomerOrderID": None,
        "orderDate": _millis(order.placed_at),
        "shippingInfo": _ship_to(order),
        "orderLines": {"orderLine": lines},
        "shipNode": {"type": ship_node(order), "name": "Demo", "id": "10000000001"},
    }


def _ship_to(order: ShopOrder) -> Json:
    return {
        "phone": "+15555550191",
        "methodCode": "Standard",
        "postalAddress": {
            "name": f"{order.sale.buyer_first_name} {order.sale.buyer_last_name}",
            "address1": "1 Analytical Row",
            "address2": None,
            "city": "New York",
            "state": "NY",
            "postalCode": "10001",
            "country": "USA",
            "addressType": "RESIDENTIAL",
        },
    }


def _line(order: ShopOrder, piece: Piece, changed_at: datetime) -> Json:
    is_cancelled = order.cancelled_at is not None
    charges = [
        _charge("PRODUCT", "ItemPrice", piece.share(piece.line.gross), piece.share(piece.line.tax))
    ]
    if piece.line.discount:
        discount = piece.share(piece.line.discount)
        charges.append(_charge("PRODUCT", "SubscriptionDiscount", -discount, _NOTHING))
    if piece.shipping:
        charges.append(_charge("SHIPPING", "Shipping", piece.shipping, piece.shipping_tax))
    if is_cancelled:
        charges = [_charge("PRODUCT", "ItemPrice", _NOTHING, _NOTHING)]
    return {
        "lineNumber": piece.number,
        "item": {"productName": piece.line.title, "sku": piece.line.sku, "condition": "New"},
        "charges": {"charge": charges},
        "orderLineQuantity": _units(piece.units),
        "statusDate": _millis(changed_at),
        "orderLineStatuses": {"orderLineStatus": list(_states(order, piece))},
        "refund": _refund(order, piece),
    }


def _states(order: ShopOrder, piece: Piece) -> Iterator[Json]:
    """How many units of the line are where."""
    if order.cancelled_at is not None:
        yield _state("Cancelled", piece.units, None)
        return
    left = min(max(order.shipped(piece.line.id) - piece.first, 0), piece.units)
    if left:
        at = [each.at for each in order.parcels if piece.line.id in each.quantities]
        yield _state("Shipped", left, at[-1])
    if left < piece.units:
        yield _state("Acknowledged" if order.touches else "Created", piece.units - left, None)


def _state(name: str, units: int, shipped_at: datetime | None) -> Json:
    return {
        "status": name,
        "statusQuantity": _units(units),
        "cancellationReason": None,
        "trackingInfo": {"shipDateTime": _millis(shipped_at)} if shipped_at else None,
    }


def _refund(order: ShopOrder, piece: Piece) -> Json | None:
    """What went back of the line's own units, each refund a charge below zero."""
    charges, before = [], 0
    for refund in order.refunds:
        for part in refund.lines:
            if part.line_id != piece.line.id:
                continue
            units = [
                unit
                for unit in range(before, before + part.quantity)
                if piece.first <= unit < piece.first + piece.units
            ]
            before += part.quantity
            if units:
                net = piece.line.share(piece.line.net, units[0], len(units))
                tax = piece.line.share(piece.line.tax, units[0], len(units))
                charge = _charge("PRODUCT", "Item Price", -net, -tax)
                charges.append({"refundReason": "Damaged", "charge": charge})
    if not charges:
        return None
    return {"refundId": None, "refundComments": "", "refundCharges": {"refundCharge": charges}}


def return_body(order: ShopOrder, refund: GivenBack) -> Json:
    """The return that a refund was paid for; money is told by the order."""
    listed = [
        {
            "returnOrderLineNumber": at + 1,
            "purchaseOrderId": order_id(order),
            "refundedQty": _units(part.quantity),
            "currentRefundStatus": "REFUND_COMPLETED",
        }
        for at, part in enumerate(refund.lines)
    ]
    return {
        "returnOrderId": str(refund.id),
        "customerOrderId": str(_CUSTOMERS + order.id),
        "returnOrderDate": text(refund.at),
        "returnOrderLines": listed,
    }


def _charge(kind: str, name: str, amount: Decimal, tax: Decimal) -> Json:
    return {
        "chargeType": kind,
        "chargeName": name,
        "chargeAmount": {"currency": "USD", "amount": amount},
        "tax": {"taxName": "Tax1", "taxAmount": {"currency": "USD", "amount": tax}}
        if tax
        else None,
    }


def _units(count: int) -> Json:
    return {"unitOfMeasurement": "EACH", "amount": str(count)}


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def text(moment: datetime) -> str:
    """A time as events and returns carry it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
