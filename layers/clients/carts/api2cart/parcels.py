"""When an API2Cart order left: carts say it by their state, and by its history (reference §10.4).

API2Cart shows no parcels with an order. An order that was sent or completed left whole.
"""

from __future__ import annotations

from datetime import datetime

from carts.api2cart.models import CART, child, children, instant
from carts.documents import Node
from commerce.orders import FulfillmentStatus, Fulfilment, FulfilmentLine, Order, Ref

_LEFT = frozenset({"completed", "complete", "shipped", "delivered", "fulfilled"})


def left_whole(node: Node, order: Order) -> tuple[Fulfilment, ...]:
    """The one parcel that the order's state implies; none before, and none of a cancelled order."""
    left_at = _left_at(node, order.version.updated_at)
    if left_at is None or order.cancelled_at is not None:
        return ()
    lines = tuple(FulfilmentLine(line.id, line.quantity) for line in order.sale_lines)
    ref = Ref(CART, order.ref.store, "fulfilment", f"left:{order.ref.id}")
    return (Fulfilment(ref, order.ref.id, left_at, lines),)


def fulfillment_status(parcels: tuple[Fulfilment, ...]) -> FulfillmentStatus:
    """Known only of what left: any other state may mean anything."""
    return FulfillmentStatus.FULFILLED if parcels else FulfillmentStatus.UNKNOWN


def _left_at(node: Node, changed_at: datetime) -> datetime | None:
    """The first time that the history tells, else when the order was finished or changed last."""
    status = child(node, "status")
    if status is None:
        return None
    told = [
        instant(step, "modified_time")
        for step in children(status, "history")
        if step.text("name").strip().lower() in _LEFT
    ]
    moments = [each for each in told if each is not None]
    if moments:
        return min(moments)
    is_left = any(status.text(name).strip().lower() in _LEFT for name in ("id", "name"))
    return (instant(node, "finished_time") or changed_at) if is_left else None
