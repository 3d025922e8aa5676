"""API2Cart orders in the commerce model (carts reference §10.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carts.adapter import Reading
from carts.api2cart.lines import Sums, order_lines, sums, taxed
from carts.api2cart.models import (
    CART,
    address,
    buyer,
    child,
    children,
    currency_of,
    extension,
    instant,
    is_bare,
    milliseconds,
    required_instant,
)
from carts.api2cart.parcels import fulfillment_status, left_whole
from carts.api2cart.refunds import refunds
from carts.assembly import order_reading as assembled
from carts.documents import Node
from commerce.money import Money
from commerce.orders import (
    Charge,
    ChargeKind,
    FulfillmentStatus,
    Order,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    ShippingLine,
    Version,
    implied_receipt_id,
)

_CANCELLED = frozenset({"cancelled", "canceled", "voided", "void"})
_WAITING = frozenset({"pending", "on-hold", "on_hold", "awaiting payment", "pending_payment"})
_REFUNDED = frozenset({"refunded", "fully refunded"})
_PARTLY_REFUNDED = frozenset({"refunded_partially", "partially refunded", "partially_refunded"})


def order_reading(node: Node, store: str) -> Reading:
    """One order with the receipt and the parcel that its state implies, and its refunds."""
    order = _order(node, store)
    moved = _implied(order)
    returned = refunds(node, order)
    parcels = left_whole(node, order)
    order = replace(order, fulfillment_status=fulfillment_status(parcels))
    return assembled(node, order, payments=moved, fulfilments=parcels, refunds=returned)


def _order(node: Node, store: str) -> Order:
    currency = currency_of(node)
    stated = sums(node, currency)
    lines = order_lines(node, stated, currency)
    lines, shipping_taxes, taxes = taxed(node, lines, stated, currency)
    changed_at = _changed_at(node)
    states = _states(node)
    is_cancelled = bool(states & _CANCELLED)
    customer = buyer(node)
    method = child(node, "payment_method")
    gateway = method.text("name") if method else ""
    order = Order(
        ref=Ref(CART, store, "order", _id(node)),
        number=node.text("order_id") or node.text("id"),
        version=Version(changed_at, ""),
        placed_at=required_instant(node, "create_at"),
        status=OrderStatus.CANCELLED if is_cancelled else _status(states),
        payment_status=_payment_status(states, stated),
        fulfillment_status=FulfillmentStatus.UNKNOWN,
        currency=currency,
        total=stated.total,
        lines=lines,
        shipping_lines=_shipping(node, stated, currency),
        charges=_wrapping(stated),
        taxes=taxes,
        stated_tax=stated.tax,
        buyer=customer,
        billing=address(node, "billing_address", customer.email),
        shipping=address(node, "shipping_address"),
        channel=CART,
        sub_channel=node.text("channel_id"),
        location_id=node.text("store_id"),
        gateways=(gateway,) if gateway else (),
        cancelled_at=changed_at if is_cancelled else None,
        is_guest=not customer.id,
        source_flags=_flags(node),
    )
    if shipping_taxes and order.shipping_lines:
        first = replace(order.shipping_lines[0], taxes=shipping_taxes)
        order = replace(order, shipping_lines=(first, *order.shipping_lines[1:]))
    return replace(order, captured=order.total if _is_paid(order, stated) else None)


def _changed_at(node: Node) -> datetime:
    """When the order changed last, by the newest of its parts where the cart behind tells no time.

    Without it two readings of one order would be of one age, and a chance which of them counts.
    """
    stated = instant(node, "modified_at")
    if stated is not None:
        return stated
    status = child(node, "status")
    steps = [*children(status, "history")] if status else []
    steps += children(node, "refunds")
    told = [instant(node, "finished_time"), *(instant(step, "modified_time") for step in steps)]
    lines = (extension(line) for line in children(node, "order_products", "product"))
    told += [milliseconds(line, "statusDate") for line in lines if line]
    return max([required_instant(node, "create_at"), *(at for at in told if at is not None)])


def _id(node: Node) -> str:
    """`id` may be empty, then `order_id` is the only one."""
    return node.identifier("id" if node.get("id") not in (None, "") else "order_id")


def _states(node: Node) -> frozenset[str]:
    """The order's status in the words of the cart behind: id and name, in lower case."""
    status = child(node, "status")
    words = (status.text("id"), status.text("name")) if status else ()
    return frozenset(word.strip().lower() for word in words if word)


def _status(states: frozenset[str]) -> OrderStatus:
    return OrderStatus.PENDING if states & _WAITING else OrderStatus.OPEN


def _payment_status(states: frozenset[str], stated: Sums) -> PaymentStatus:
    """By the status where it tells of refunds; else by what was paid; else unknown."""
    if states & _REFUNDED:
        return PaymentStatus.REFUNDED
    if states & _PARTLY_REFUNDED:
        return PaymentStatus.PARTIALLY_REFUNDED
    if stated.paid is None:
        return PaymentStatus.PENDING if states & _WAITING else PaymentStatus.UNKNOWN
    if stated.paid >= stated.total:
        return PaymentStatus.PAID
    return PaymentStatus.PARTIALLY_PAID if stated.paid else PaymentStatus.PENDING


def _is_paid(order: Order, stated: Sums) -> bool:
    return stated.paid is not None and stated.paid == order.total


def _implied(order: Order) -> tuple[Payment, ...]:
    """The one receipt that a fully paid order implies; `order.transaction.list` would tell more."""
    if not order.captured or len(order.gateways) != 1:
        return ()
    receipt = Payment(
        ref=Ref(CART, order.ref.store, "payment", implied_receipt_id(order.ref.id)),
        order_id=order.ref.id,
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway=order.gateways[0],
        amount=order.captured,
        processed_at=order.placed_at,
    )
    return (receipt,)


def _shipping(node: Node, stated: Sums, currency: str) -> tuple[ShippingLine, ...]:
    if not (stated.shipping or stated.shipping_tax or stated.shipping_discount):
        return ()
    method = child(node, "shipping_method")
    title = method.text("name") if method else ""
    whole = stated.shipping
    return (
        ShippingLine("shipping", title, whole, Money.zero(currency) + stated.shipping_discount),
    )


def _wrapping(stated: Sums) -> tuple[Charge, ...]:
    return (Charge(ChargeKind.GIFT_WRAP, stated.wrapping),) if stated.wrapping else ()


def _flags(node: Node) -> tuple[str, ...]:
    bare = any(is_bare(node, name) for name in ("create_at", "modified_at"))
    return ("ZONE_ASSUMED",) if bare else ()
