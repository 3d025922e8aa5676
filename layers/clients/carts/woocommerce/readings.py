"""WooCommerce's documents in the commerce model: which reader a topic takes."""

from __future__ import annotations

from typing import Any

from carts.adapter import Code, Problem, Reading, UnknownTopicError
from carts.assembly import distinct, order_reading
from carts.documents import Node
from carts.woocommerce import webhooks
from carts.woocommerce.models import CART, currency_of
from carts.woocommerce.orders import (
    DRAFTS,
    completion,
    is_rest_error,
    read_order,
    receipt,
    stated_refunds,
)
from carts.woocommerce.refunds import read_refund
from carts.woocommerce.rounding import settled, within_order
from commerce.identity import order_breaches
from commerce.orders import Facts, Ref, Refund


def read(node: Node, store: str, topic: str) -> Reading:
    """The document of a delivery of that topic.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
        MoneyError: the document's sums are beyond belief.
    """
    if topic == webhooks.DELETION_TOPIC:
        return Reading(None, needs_fetch=True)
    if topic not in webhooks.ORDER_TOPICS:
        message = "a topic without meaning to the WooCommerce adapter"
        raise UnknownTopicError(message)
    if is_rest_error(node):
        message = "the site sent an error: the user who made the webhook may not read orders"
        return Reading(None, (Problem(Code.CONFIGURATION_MISSING, "document", message),))
    return whole_order(node, store)


def whole_order(node: Node, store: str, refunds: Any = None) -> Reading:
    """An order with its refunds, if `refunds` is the list that the API gave of them.

    Without that list an order that was refunded has a problem for each refund: its lines are told
    by the API alone, and a sale is not booked without what was given back. Amounts in parts of a
    cent are settled in whole ones where the order then adds up.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    if node.text("status") in DRAFTS:
        return Reading(None)
    listed = [] if refunds is None else refunds
    is_sound = isinstance(listed, list) and all(isinstance(each, dict) for each in listed)
    if not is_sound or node.problems:
        return _whole_order(node, store, refunds)
    whole = settled(node.members, listed)
    if whole is not None:
        order, given_back = whole
        back = None if refunds is None else given_back
        reading = _whole_order(Node(order, node.place, []), store, back)
        if reading.facts and reading.facts.order and not order_breaches(reading.facts.order):
            return reading
    back = None if refunds is None else within_order(node.members, listed)
    return _whole_order(node, store, back)


def _whole_order(node: Node, store: str, refunds: Any) -> Reading:
    currency = currency_of(node)
    stated = stated_refunds(node, currency)
    order = read_order(node, store, stated)
    found: tuple[Refund, ...] = ()
    if refunds is not None:
        listed = Node({"refunds": refunds}, "", node.problems)
        found = _refunds(listed, store, currency, order.ref.id, node.text("payment_method"))
    reading = order_reading(
        node,
        order,
        payments=receipt(node, order),
        fulfilments=completion(node, order),
        refunds=found,
    )
    if reading.facts is None or refunds is not None:
        return reading
    message = "states no lines: only the cart's API tells them"
    missing = tuple(
        Problem(Code.CONFIGURATION_MISSING, f"refunds[{refund_id}]", message)
        for refund_id in stated
    )
    is_doubtful = bool(stated) or bool(order_breaches(order))
    return Reading(reading.facts, missing, needs_fetch=is_doubtful)


def refunds_reading(refunds: Any, store: str, currency: str, gateway: str = "") -> Reading:
    """The answer of `GET /orders/{id}/refunds` by itself; the currency is the order's.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    node = Node({"refunds": refunds}, "", [])
    found = _refunds(node, store, currency, "", gateway)
    order_ids = {refund.order_id for refund in found}
    if len(order_ids) > 1:
        node.refuse("refunds", "a list of one order's refunds")
    if node.problems or not found:
        return Reading(None, distinct(node.problems))
    ref = Ref(CART, store, "order", found[0].order_id)
    return Reading(Facts(ref=ref, refunds=found))


def _refunds(
    node: Node, store: str, currency: str, order_id: str, gateway: str
) -> tuple[Refund, ...]:
    return tuple(
        read_refund(each, store, currency=currency, order_id=order_id, gateway=gateway)
        for each in node.nodes("refunds")
    )
