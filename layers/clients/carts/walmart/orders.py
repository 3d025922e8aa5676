"""Walmart orders in the commerce model (carts reference §9.4).

The payload states no total: it is the sum of the lines' charges and taxes. A cancelled line comes
back with zero amounts and is no longer part of the order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from carts.adapter import Reading
from carts.assembly import order_reading as assembled
from carts.documents import Node
from carts.walmart.lines import Sold, sold
from carts.walmart.models import (
    CART,
    CURRENCY,
    EPOCH,
    ChargesPer,
    address,
    buyer,
    moment,
    required_moment,
)
from carts.walmart.refunds import refunds
from commerce.money import Money, total
from commerce.orders import (
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
    Order,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    Refund,
    Version,
    implied_receipt_id,
)


def order_reading(node: Node, store: str, charges_per: ChargesPer = ChargesPer.UNKNOWN) -> Reading:
    """One purchase order with its parcels, the receipts they imply, and its refunds."""
    holder = node.node("orderLines")
    lines = [sold(each, charges_per) for each in holder.nodes("orderLine")] if holder else []
    if not lines:
        node.refuse("orderLines", "given")
    if len({line.line.id for line in lines}) != len(lines):
        node.refuse("orderLines", "a list of lines with numbers of their own")
    order_id = node.identifier("purchaseOrderId")
    kept = [line for line in lines if not line.is_cancelled]
    is_replacement = node.text("orderType").upper() == "REPLACEMENT"
    if is_replacement:
        kept = [_without_money(line) for line in kept]
    order = _order(node, store, order_id, lines, kept)
    left = [line for line in kept if line.shipped_at is not None]
    returned = () if is_replacement else _refunds(lines, store, order_id)
    return assembled(
        node,
        replace(order, is_replacement=is_replacement),
        payments=tuple(_receipt(line, store, order_id) for line in left if line.worth),
        fulfilments=tuple(_parcel(line, store, order_id) for line in left),
        refunds=returned,
    )


def newest_change(node: Node) -> datetime | None:
    """When a line of the order changed last; Walmart tells no time of the order itself."""
    holder = node.node("orderLines")
    found = [moment(each, "statusDate") for each in holder.nodes("orderLine")] if holder else []
    return max((each for each in found if each is not None), default=None)


def shows_refund(node: Node) -> bool:
    """Whether a line of the order tells of money that went back."""
    holder = node.node("orderLines")
    return any(each.get("refund") for each in (holder.nodes("orderLine") if holder else ()))


def _refunds(lines: list[Sold], store: str, order_id: str) -> tuple[Refund, ...]:
    return tuple(refund for line in lines for refund in refunds(line, store, order_id))


def _without_money(line: Sold) -> Sold:
    """A replacement shows amounts although nothing is paid: it has no revenue (§9.4)."""
    nothing = Money.zero(CURRENCY)
    bare = replace(line.line, unit_price=nothing, gross=nothing, discount=nothing, taxes=())
    return replace(line, line=bare, shipping=(), fees=())


def _order(node: Node, store: str, order_id: str, lines: list[Sold], kept: list[Sold]) -> Order:
    changed_at = max((line.changed_at for line in lines), default=EPOCH)
    is_cancelled = bool(lines) and not kept
    left = [line for line in kept if line.shipped_at is not None]
    shipping = address(node)
    worth = total((line.worth for line in kept), CURRENCY)
    placed_at = required_moment(node, "orderDate")
    ship_node = node.node("shipNode")
    return Order(
        ref=Ref(CART, store, "order", order_id),
        number=node.text("customerOrderId"),
        version=Version(changed_at, ""),
        placed_at=placed_at,
        status=OrderStatus.CANCELLED if is_cancelled else OrderStatus.OPEN,
        payment_status=_payment_status(kept, left),
        fulfillment_status=_fulfillment_status(kept, left),
        currency=CURRENCY,
        total=worth,
        lines=tuple(line.line for line in kept),
        shipping_lines=tuple(part for line in kept for part in line.shipping),
        charges=tuple(part for line in kept for part in line.fees),
        buyer=buyer(node, shipping),
        shipping=shipping,
        channel=CART,
        sub_channel=ship_node.text("type") if ship_node else "",
        location_id=ship_node.optional_identifier("id") if ship_node else "",
        gateways=(CART,),
        cancelled_at=changed_at if is_cancelled else None,
        captured=total((line.worth for line in left), CURRENCY),
        is_guest=node.flag("isGuest"),
        source_flags=_flags(lines, kept),
    )


def _flags(lines: list[Sold], kept: list[Sold]) -> tuple[str, ...]:
    flags = ["CANCELLED_LINES"] if len(kept) < len(lines) else []
    if any(not line.line.sku for line in kept):
        flags.append("LINE_WITHOUT_SKU")
    return tuple(flags)


def _payment_status(kept: list[Sold], left: list[Sold]) -> PaymentStatus:
    """Walmart charges the buyer as lines leave."""
    if not kept:
        return PaymentStatus.VOIDED
    if not left:
        return PaymentStatus.AUTHORIZED
    return PaymentStatus.PAID if len(left) == len(kept) else PaymentStatus.PARTIALLY_PAID


def _fulfillment_status(kept: list[Sold], left: list[Sold]) -> FulfillmentStatus:
    if not left:
        return FulfillmentStatus.UNFULFILLED
    return FulfillmentStatus.FULFILLED if len(left) == len(kept) else FulfillmentStatus.PARTIAL


def _receipt(line: Sold, store: str, order_id: str) -> Payment:
    """What Walmart takes from the buyer for a line that left, and owes to the seller."""
    return Payment(
        ref=Ref(CART, store, "payment", implied_receipt_id(f"{order_id}:{line.line.id}")),
        order_id=order_id,
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway=CART,
        amount=line.worth,
        processed_at=line.shipped_at or line.changed_at,
    )


def _parcel(line: Sold, store: str, order_id: str) -> Fulfilment:
    return Fulfilment(
        ref=Ref(CART, store, "fulfilment", f"{order_id}:{line.line.id}"),
        order_id=order_id,
        shipped_at=line.shipped_at or line.changed_at,
        lines=(FulfilmentLine(line.line.id, line.line.quantity),),
    )
