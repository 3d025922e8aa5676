"""BigCommerce transactions and shipments: what was paid and what left (reference §11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from carts.bigcommerce.models import CART, moment, required_amount, required_moment
from carts.documents import Node, believed_currency
from commerce.money import total
from commerce.orders import (
    Fulfilment,
    FulfilmentLine,
    Order,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    implied_receipt_id,
)

_KINDS = {
    "purchase": PaymentKind.SALE,
    "capture": PaymentKind.CAPTURE,
    "settled": PaymentKind.CAPTURE,
    "authorization": PaymentKind.AUTHORIZATION,
    "void": PaymentKind.VOID,
    "pending": PaymentKind.SALE,
}
_REFUND = "refund"
_STATES = {"ok": PaymentState.SUCCESS, "error": PaymentState.FAILURE}
_DONE = frozenset({2, 10})
"""Shipped and completed."""


def payments(transactions: Iterable[Node], order_id: str, store: str) -> tuple[Payment, ...]:
    """What the transactions tell but refunds: those are told with what went back."""
    found = []
    for node in transactions:
        event = node.text("event").lower()
        if event == _REFUND:
            continue
        kind = _KINDS.get(event)
        if kind is None:
            node.refuse("event", "a known event of a transaction")
            continue
        state = _STATES.get(node.text("status").lower(), PaymentState.PENDING)
        currency = believed_currency(node, node.text("currency"), "currency")
        found.append(
            Payment(
                ref=Ref(CART, store, "payment", node.identifier("id")),
                order_id=order_id,
                kind=kind,
                state=PaymentState.PENDING if event == "pending" else state,
                gateway=node.text("gateway") or node.text("method"),
                amount=required_amount(node, "amount", currency),
                processed_at=required_moment(node, "date_created"),
                parent_id=node.text("reference_transaction_id"),
                external_id=node.text("gateway_transaction_id"),
                is_test=node.flag("test"),
            )
        )
    return tuple(found)


def implied(order: Order, told: Sequence[Payment]) -> tuple[Payment, ...]:
    """The one receipt of an order that is said to be captured and tells no transaction."""
    is_paid = order.payment_status is PaymentStatus.PAID
    if not is_paid or any(payment.is_receipt for payment in told) or len(order.gateways) != 1:
        return ()
    receipt = Payment(
        ref=Ref(CART, order.ref.store, "payment", implied_receipt_id(order.ref.id)),
        order_id=order.ref.id,
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway=order.gateways[0],
        amount=order.total,
        processed_at=order.placed_at,
    )
    return (receipt,)


def captured(order: Order, moved: Sequence[Payment]) -> Order:
    """The order with what was received, where every receipt is in its currency."""
    receipts = [payment.amount for payment in moved if payment.is_receipt]
    if any(each.currency != order.currency for each in receipts):
        return order
    return replace(order, captured=total(receipts, order.currency))


def parcels(shipments: Iterable[Node], node: Node, order: Order) -> tuple[Fulfilment, ...]:
    """The shipments; an order that is done without any (picked up, or data) left whole."""
    found = [_parcel(each, order) for each in shipments]
    if found or node.get("status_id") not in _DONE:
        return tuple(found)
    left_at = moment(node, "date_shipped") or order.version.updated_at
    return (_whole(order, left_at),)


def _parcel(node: Node, order: Order) -> Fulfilment:
    shipment_id = node.identifier("id")
    return Fulfilment(
        ref=Ref(CART, order.ref.store, "fulfilment", shipment_id),
        order_id=order.ref.id,
        shipped_at=required_moment(node, "date_created"),
        lines=tuple(
            FulfilmentLine(
                item.identifier("order_product_id"),
                item.decimal("quantity") or Decimal(0),
            )
            for item in node.nodes("items")
        ),
    )


def _whole(order: Order, left_at: datetime) -> Fulfilment:
    return Fulfilment(
        ref=Ref(CART, order.ref.store, "fulfilment", f"done:{order.ref.id}"),
        order_id=order.ref.id,
        shipped_at=left_at,
        lines=tuple(FulfilmentLine(line.id, line.quantity) for line in order.sale_lines),
    )
