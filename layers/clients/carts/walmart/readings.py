"""Walmart's documents in the commerce model: which reader a topic takes."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Reading, UnknownTopicError
from carts.assembly import distinct
from carts.documents import Node
from carts.walmart import webhooks
from carts.walmart.models import ChargesPer
from carts.walmart.orders import order_reading

ORDER_TOPIC = "order"
"""One order as `GET /v3/orders/{purchaseOrderId}` answers, wrapped in `order` or bare."""


def read(
    node: Node, store: str, topic: str, charges_per: ChargesPer = ChargesPer.UNKNOWN
) -> Reading:
    """The document of that topic; a notification holds no amounts and asks for the order.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
        MoneyError: the document's sums are beyond belief.
    """
    if topic == ORDER_TOPIC:
        inner = node.node("order") if node.has("order") else node
        if inner is None:
            node.refuse("order", "given")
            return Reading(None, distinct(node.problems))
        return order_reading(inner, store, charges_per)
    if topic in webhooks.ORDER_EVENTS:
        return Reading(None, needs_fetch=True)
    message = "a topic without meaning to the Walmart adapter"
    raise UnknownTopicError(message)


def page_orders(node: Node) -> Iterator[Node]:
    """The orders of an answer of `GET /v3/orders`; each may be read as topic `order`."""
    listing = node.node("list")
    elements = listing.node("elements") if listing else None
    if elements is None:
        node.refuse("list.elements", "given")
        return
    yield from elements.nodes("order")
