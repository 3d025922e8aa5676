"""API2Cart's documents in the commerce model: envelopes opened, and which reader a topic takes."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Code, Problem, Reading, UnknownTopicError
from carts.api2cart import webhooks
from carts.api2cart.models import child, children
from carts.api2cart.orders import order_reading
from carts.assembly import distinct
from carts.documents import Node

ORDER_TOPIC = "order"
"""The answer of `order.info`, in its envelope or bare."""

_OK = "0"


def read(node: Node, store: str, topic: str) -> Reading:
    """The document of that topic; a delivery holds chosen fields only and asks for the order.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
        MoneyError: the document's sums are beyond belief.
    """
    if topic == ORDER_TOPIC:
        inner = result(node) if node.has("return_code") else node
        return order_reading(inner, store) if inner else Reading(None, distinct(node.problems))
    if topic in webhooks.ORDER_TOPICS:
        return Reading(None, needs_fetch=True)
    message = "a topic without meaning to the API2Cart adapter"
    raise UnknownTopicError(message)


def result(node: Node) -> Node | None:
    """What the envelope holds; None, with a problem, where it tells of an error."""
    code = node.text("return_code")
    if code != _OK:
        known = (
            code if code.isascii() and code.isdigit() and len(code) <= len("0000") else "unknown"
        )
        message = f"the API answered with the error {known}"
        node.problems.append(Problem(Code.PAYLOAD_INVALID, "return_code", message))
        return None
    found = child(node, "result")
    if found is None:
        node.refuse("result", "given")
    return found


def page_orders(node: Node) -> Iterator[Node]:
    """The orders of an answer of `order.list`; each may be read as topic `order`."""
    found = result(node)
    if found is not None:
        yield from children(found, "order")
