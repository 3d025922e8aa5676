"""BigCommerce orders in the commerce model: the V2 order with its sub-resources (reference §11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from carts.adapter import Reading
from carts.assembly import order_reading as assembled
from carts.bigcommerce import lines, payments
from carts.bigcommerce.models import (
    CART,
    address,
    buyer,
    currency_of,
    is_guest,
    required_moment,
    tax,
)
from carts.bigcommerce.refunds import refunds
from carts.documents import Node
from commerce.orders import (
    FulfillmentStatus,
    Order,
    OrderStatus,
    Payment,
    PaymentStatus,
    Ref,
    Version,
)

PARTS = ("products", "shipping_addresses", "shipments", "transactions", "refunds")
"""What stands beside `order` in the document that is read: the sub-resources' lists."""

_INCOMPLETE, _CANCELLED, _DECLINED = 0, 5, 6
_WAITING = frozenset({_INCOMPLETE, 1, _DECLINED, 7, 12})
"""Incomplete, pending, declined, awaiting payment, to be verified by hand."""

_LAST_STATUS = 14
_PAYMENT = {
    "": PaymentStatus.UNKNOWN,
    "authorized": PaymentStatus.AUTHORIZED,
    "capture pending": PaymentStatus.AUTHORIZED,
    "captured": PaymentStatus.PAID,
    "paid": PaymentStatus.PAID,
    "partially refunded": PaymentStatus.PARTIALLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
    "void": PaymentStatus.VOIDED,
    "void pending": PaymentStatus.VOIDED,
    "pending": PaymentStatus.PENDING,
    "declined": PaymentStatus.PENDING,
    "held for review": PaymentStatus.PENDING,
}
_FULFILLMENT = {2: FulfillmentStatus.FULFILLED, 3: FulfillmentStatus.PARTIAL}
_COMPLETED = 10


def order_reading(root: Node, store: str) -> Reading:
    """The order of `{"order": ..., "products": [...], ...}` with all that belongs to it."""
    node = root.node("order")
    if node is None:
        root.refuse("order", "given")
        node = Node({}, "order", root.problems)
    parts = {name: list(root.nodes(name)) for name in PARTS}
    order = _order(node, parts, store)
    told = payments.payments(parts["transactions"], order.ref.id, store)
    moved = (*told, *payments.implied(order, told))
    order = replace(
        payments.captured(order, moved),
        is_test=any(payment.is_test for payment in told),
        gateways=_gateways(node, moved),
    )
    return assembled(
        root,
        order,
        payments=moved,
        fulfilments=payments.parcels(parts["shipments"], node, order),
        refunds=refunds(parts["refunds"], node, order),
    )


def _order(node: Node, parts: Mapping[str, Sequence[Node]], store: str) -> Order:
    currency = currency_of(node)
    stated = lines.sums(node, currency)
    sold = lines.sold(node, parts["products"], stated, currency)
    changed_at = required_moment(node, "date_modified")
    status = _status(node)
    billing = address(node.node("billing_address"))
    deliveries = parts["shipping_addresses"]
    return Order(
        ref=Ref(CART, store, "order", node.identifier("id")),
        number=node.text("id"),
        version=Version(changed_at, ""),
        placed_at=required_moment(node, "date_created"),
        status=_order_status(status),
        payment_status=_payment_status(node),
        fulfillment_status=_fulfillment_status(status),
        currency=currency,
        total=stated.total,
        lines=sold.lines,
        shipping_lines=sold.shipping,
        charges=sold.charges,
        taxes=() if sold.has_taxes else tax(stated.tax),
        stated_tax=stated.tax,
        stated_discount=stated.discount,
        gift_cards_applied=sold.gift_cards,
        buyer=buyer(node, billing),
        billing=billing,
        shipping=address(deliveries[0]) if deliveries else None,
        channel=CART,
        sub_channel=node.text("channel_id"),
        gateways=_gateways(node, ()),
        cancelled_at=changed_at if status == _CANCELLED else None,
        is_guest=is_guest(node),
        source_flags=_flags(sold),
    )


def _status(node: Node) -> int:
    value = node.get("status_id")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LAST_STATUS:
        return value
    node.refuse("status_id", "a known status of an order")
    return _INCOMPLETE


def _order_status(status: int) -> OrderStatus:
    if status == _CANCELLED:
        return OrderStatus.CANCELLED
    return OrderStatus.PENDING if status in _WAITING else OrderStatus.OPEN


def _payment_status(node: Node) -> PaymentStatus:
    return _PAYMENT.get(node.text("payment_status").strip().lower(), PaymentStatus.UNKNOWN)


def _fulfillment_status(status: int) -> FulfillmentStatus:
    if status == _COMPLETED:
        return FulfillmentStatus.FULFILLED
    return _FULFILLMENT.get(status, FulfillmentStatus.UNFULFILLED)


def _gateways(node: Node, moved: Sequence[Payment]) -> tuple[str, ...]:
    """Those of the transactions; the order's own word where there are none."""
    told = dict.fromkeys(payment.gateway for payment in moved if payment.gateway)
    stated = node.text("payment_provider_id") or node.text("payment_method")
    return tuple(told) or ((stated,) if stated else ())


def _flags(sold: lines.Sold) -> tuple[str, ...]:
    return ("LINE_WITHOUT_SKU",) if any(not line.sku for line in sold.lines) else ()
