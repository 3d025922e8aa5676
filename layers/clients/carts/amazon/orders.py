"""Amazon orders (2026-01-01) in the commerce model (carts reference §7.4).

Refunds and fees never show here: Finances tells them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from carts.adapter import Code, Reading
from carts.amazon.items import Item, read_item
from carts.amazon.marketplaces import MARKETPLACES, TAX_ON_TOP
from carts.amazon.models import (
    CART,
    address,
    breakdowns,
    buyer,
    hold,
    required_money,
)
from carts.assembly import distinct
from carts.assembly import order_reading as assembled
from carts.documents import Node
from commerce.money import Money
from commerce.orders import (
    Charge,
    ChargeKind,
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
    Version,
    implied_receipt_id,
)

_ELSEWHERE = "NON_AMAZON"
_WAITING = frozenset({"PENDING_AVAILABILITY", "PENDING"})
_FULFILLMENT_STATUS = {
    "UNSHIPPED": FulfillmentStatus.UNFULFILLED,
    "PARTIALLY_SHIPPED": FulfillmentStatus.PARTIAL,
    "SHIPPED": FulfillmentStatus.FULFILLED,
    "CANCELLED": FulfillmentStatus.UNFULFILLED,
    "UNFULFILLABLE": FulfillmentStatus.UNFULFILLED,
}
_REPLACING = ("REPLACEMENT", "EXCHANGE")


def order_reading(node: Node, store: str) -> Reading:
    """One order; a pending one has no money yet and says nothing, which is no problem.

    Nor does one of another channel that Amazon only delivers: it was sold, and is told, elsewhere.
    """
    order_id = node.identifier("orderId")
    progress = node.node("fulfillment")
    state = progress.text("fulfillmentStatus") if progress else ""
    channel = node.node("salesChannel")
    is_elsewhere = channel is not None and channel.text("channelName") == _ELSEWHERE
    if (state in _WAITING or is_elsewhere) and not node.problems:
        return Reading(None)
    if state not in _FULFILLMENT_STATUS:
        node.refuse("fulfillment.fulfillmentStatus", "a known state of an order")
    marketplace = channel.text("marketplaceId") if channel else ""
    site = MARKETPLACES.get(marketplace)
    if site is None:
        message = "is a marketplace whose currency is not known"
        hold(node, "salesChannel.marketplaceId", Code.CONFIGURATION_MISSING, message)
        return Reading(None, distinct(node.problems))
    is_cancelled = state == "CANCELLED"
    listed = () if is_cancelled else node.nodes("orderItems")
    sold = [each for each in listed if not _was_cancelled(each, site.currency)]
    is_free = _is_free(node)
    items = [read_item(each, site.currency, is_free=is_free) for each in sold]
    if not items and not is_cancelled:
        node.refuse("orderItems", "given")
    ref = Ref(CART, store, "order", order_id)
    order = _order(node, ref, marketplace, items, state)
    return assembled(
        node,
        order,
        payments=tuple(_receipts(order, state)),
        fulfilments=tuple(_parcels(order, items, state)),
    )


def _order(node: Node, ref: Ref, marketplace: str, items: list[Item], state: str) -> Order:
    currency = MARKETPLACES[marketplace].currency
    changed_at = node.required_instant("lastUpdatedTime", "createdTime")
    is_cancelled = state == "CANCELLED"
    stated = Money.zero(currency)
    proceeds = node.node("proceeds")
    is_free = _is_free(node)
    if not is_cancelled and not is_free:
        holder = proceeds or Node({}, node.at("proceeds"), node.problems)
        stated = required_money(holder, "grandTotal", currency)
    states_tax = any(item.states_tax for item in items)
    is_shipped = state == "SHIPPED"
    paid = PaymentStatus.PAID if is_shipped else PaymentStatus.AUTHORIZED
    return Order(
        ref=ref,
        number=_number(node) or ref.id,
        version=Version(changed_at, ""),
        placed_at=node.required_instant("createdTime"),
        status=OrderStatus.CANCELLED if is_cancelled else OrderStatus.OPEN,
        payment_status=PaymentStatus.VOIDED if is_cancelled else paid,
        fulfillment_status=_FULFILLMENT_STATUS.get(state, FulfillmentStatus.UNKNOWN),
        currency=currency,
        total=stated,
        lines=tuple(item.line for item in items),
        tax_known=is_cancelled or is_free or states_tax or marketplace in TAX_ON_TOP,
        shipping_lines=tuple(part for item in items for part in item.shipping),
        charges=(
            *(part for item in items for part in item.charges),
            *(() if is_cancelled else _tips(proceeds, currency)),
        ),
        buyer=buyer(node),
        shipping=address(node),
        channel=CART,
        sub_channel=marketplace,
        gateways=(CART,),
        cancelled_at=changed_at if is_cancelled else None,
        captured=stated if is_shipped else None,
        is_replacement=not stated and not is_cancelled and _replaces(node),
    )


def _was_cancelled(item: Node, currency: str) -> bool:
    """Whether the item was cancelled as a whole: Amazon then states no amounts of it.

    What is left of its order ships without it, and nothing of it is ordered any more.
    """
    if any(each.amount for each in breakdowns(item.node("proceeds"), currency)):
        return False
    cancellation = item.node("cancellation")
    is_done = cancellation is not None and cancellation.get("cancellationExecution") is not None
    return is_done or item.decimal("quantityOrdered") == 0


def _is_free(node: Node) -> bool:
    """Whether it replaces what was sold before, and states no money: nobody pays for it (§3.7)."""
    found = [each.node("proceeds") for each in (node, *node.nodes("orderItems"))]
    is_told = any(each and (each.get("grandTotal") or each.get("breakdowns")) for each in found)
    return not is_told and _replaces(node)


def _number(node: Node) -> str:
    for alias in node.nodes("orderAliases"):
        if alias.text("aliasType") == "SELLER_ORDER_ID":
            return alias.text("aliasId")
    return ""


def _replaces(node: Node) -> bool:
    links = node.nodes("associatedOrders")
    return any(link.text("associationType").startswith(_REPLACING) for link in links)


def _tips(proceeds: Node | None, currency: str) -> tuple[Charge, ...]:
    """A tip stands at the order only; its other breakdowns repeat the items' and may be missing."""
    found = (each for each in breakdowns(proceeds, currency) if each.type == "DELIVERY_TIP")
    return tuple(Charge(ChargeKind.TIP, tip.amount, title="Tip") for tip in found if tip.amount)


def _receipts(order: Order, state: str) -> Iterator[Payment]:
    """What Amazon took from the buyer of an order that left as a whole, and owes to the seller."""
    if state == "SHIPPED" and order.total:
        yield Payment(
            ref=Ref(CART, order.ref.store, "payment", implied_receipt_id(order.ref.id)),
            order_id=order.ref.id,
            kind=PaymentKind.CAPTURE,
            state=PaymentState.SUCCESS,
            gateway=CART,
            amount=order.total,
            processed_at=_moment(order),
        )


def _parcels(order: Order, items: list[Item], state: str) -> Iterator[Fulfilment]:
    """Items that left as a whole; the order tells no date of it, its last change is the nearest."""
    for item in items:
        if item.has_left or state == "SHIPPED":
            yield Fulfilment(
                ref=Ref(CART, order.ref.store, "fulfilment", f"{order.ref.id}:{item.line.id}"),
                order_id=order.ref.id,
                shipped_at=_moment(order),
                lines=(FulfilmentLine(item.line.id, item.line.quantity),),
            )


def _moment(order: Order) -> datetime:
    return order.version.updated_at
