"""eBay's documents in the commerce model: which reader a topic takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from carts.adapter import Reading, UnknownTopicError
from carts.assembly import distinct
from carts.documents import Node
from carts.ebay import webhooks
from carts.ebay.orders import order_reading

ORDER_TOPIC = "order"
"""One order as `GET /sell/fulfillment/v1/order/{orderId}` answers."""


def read(node: Node, store: str, topic: str) -> Reading:
    """The document of that topic; a notification holds ids only and asks for the order.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
        MoneyError: the document's sums are beyond belief.
    """
    if topic == ORDER_TOPIC:
        return order_reading(node, store)
    if topic in webhooks.ORDER_TOPICS:
        return Reading(None, needs_fetch=True)
    message = "a topic without meaning to the eBay adapter"
    raise UnknownTopicError(message)


def whole_order(document: Any, parcels: Iterable[Any], store: str) -> Reading:
    """The order as `getOrder` answers, with the dates of its `getShippingFulfillments`.

    A line left when its last parcel did; one without a parcel of its own keeps the order's date.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    root = Node({"fulfillments": list(parcels)}, "", [])
    left: dict[str, datetime] = {}
    for parcel in root.nodes("fulfillments"):
        at = parcel.instant("shippedDate")
        if at is None:
            continue
        for line in parcel.nodes("lineItems"):
            line_id = line.identifier("lineItemId")
            left[line_id] = max(left.get(line_id, at), at)
    if root.problems:
        return Reading(None, distinct(root.problems))
    return order_reading(Node(document, "", []), store, left)


def page_orders(node: Node) -> Iterator[Node]:
    """The orders of an answer of `GET /sell/fulfillment/v1/order`."""
    yield from node.nodes("orders")
