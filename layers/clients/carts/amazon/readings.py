"""Amazon's documents in the commerce model: which reader a topic takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from carts.adapter import Reading, UnknownTopicError
from carts.amazon import notifications
from carts.amazon.orders import order_reading
from carts.amazon.refunds import order_refunds
from carts.amazon.transactions import read_transactions
from carts.assembly import distinct
from carts.documents import MOST_MOVEMENTS, Node

ORDER_TOPIC = "order"
"""One order as `getOrder` of 2026-01-01 answers, wrapped in `order` or bare."""


def read(node: Node, store: str, topic: str) -> Reading:
    """The document of that topic; a notification holds no amounts and asks for the order.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
        MoneyError: the document's sums are beyond belief.
    """
    if topic == ORDER_TOPIC:
        return _order(node, store)
    if topic in notifications.ORDER_TOPICS:
        return Reading(None, needs_fetch=True)
    message = "a topic without meaning to the Amazon adapter"
    raise UnknownTopicError(message)


def whole_order(document: Any, transactions: Iterable[Any], store: str) -> Reading:
    """The order as `getOrder` answers, with the refunds that its transactions tell of.

    Raises:
        MoneyError: the documents' sums are beyond belief.
    """
    reading = _order(Node(document, "", []), store)
    order = reading.facts.order if reading.facts else None
    if reading.facts is None or order is None:
        return reading
    root = Node({"transactions": list(transactions)}, "finances", [])
    listed = read_transactions(root.nodes("transactions", most=MOST_MOVEMENTS))
    refunds = order_refunds(listed, order, root.problems)
    if root.problems:
        return Reading(None, distinct(root.problems))
    return replace(reading, facts=replace(reading.facts, refunds=refunds))


def _order(node: Node, store: str) -> Reading:
    inner = node.node("order") if node.has("order") else node
    if inner is None:
        node.refuse("order", "given")
        return Reading(None, distinct(node.problems))
    return order_reading(inner, store)


def page_orders(node: Node) -> Iterator[Node]:
    """The orders of an answer of `searchOrders`."""
    yield from node.nodes("orders")
