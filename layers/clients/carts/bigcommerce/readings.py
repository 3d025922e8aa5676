"""BigCommerce's documents in the commerce model: which reader a topic takes."""

from __future__ import annotations

from carts.adapter import Reading, UnknownTopicError
from carts.bigcommerce import webhooks
from carts.bigcommerce.orders import order_reading
from carts.documents import Node

ORDER_TOPIC = "order"
"""One order with its sub-resources, as the client puts them together."""


def read(node: Node, store: str, topic: str) -> Reading:
    """The document of that topic; a delivery holds ids only and asks for the order.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
        MoneyError: the document's sums are beyond belief.
    """
    if topic == ORDER_TOPIC:
        return order_reading(node, store)
    if topic in webhooks.ORDER_TOPICS:
        return Reading(None, needs_fetch=True)
    message = "a topic without meaning to the BigCommerce adapter"
    raise UnknownTopicError(message)
