"""Magento's documents in the commerce model: an order with its invoices, shipments and memos.

Deliveries are hints only: Adobe's events carry a part of the entity, with other types and without
some amounts, so that the order is always fetched (carts reference §5.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from carts.adapter import Reading, UnknownTopicError
from carts.assembly import distinct, order_reading
from carts.documents import Node
from carts.magento.followers import parcels, receipts
from carts.magento.models import CART
from carts.magento.orders import implied_receipt, read_order
from carts.magento.refunds import read_credit_memo
from carts.magento.sides import one_side
from carts.magento.webhooks import HANDLED_TOPICS
from commerce.orders import Facts, LineKind, Ref


@dataclass(frozen=True, slots=True)
class Followers:
    """The lists that the API gives of an order's other documents."""

    invoices: Any
    shipments: Any
    credit_memos: Any


def hint(topic: str) -> Reading:
    """What a delivery says: that an order is to be fetched.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
    """
    if topic not in HANDLED_TOPICS:
        message = "a topic without meaning to the Magento adapter"
        raise UnknownTopicError(message)
    return Reading(None, needs_fetch=True)


def whole_order(
    node: Node, store: str, followers: Followers | None = None, *, is_presented: bool = False
) -> Reading:
    """An order; with `followers` its receipts, parcels and refunds as well.

    All of it is read in the shop's currency, or as its buyer saw it where `is_presented` says so.

    Raises:
        MoneyError: the documents' sums are beyond belief.
    """
    node = one_side(node, is_presented=is_presented)
    order = read_order(node, store)
    if followers is None:
        return order_reading(node, order, payments=implied_receipt(node, order), needs_fetch=True)
    lists = type(node)(
        {
            "invoices": followers.invoices,
            "shipments": followers.shipments,
            "creditmemos": followers.credit_memos,
        },
        "",
        node.problems,
    )
    gateway = order.gateways[0] if order.gateways else ""
    components = {line.id for line in order.lines if line.kind is LineKind.COMPONENT}
    memos = (
        read_credit_memo(memo, store, gateway=gateway, components=components)
        for memo in lists.nodes("creditmemos")
    )
    return order_reading(
        node,
        order,
        payments=receipts(lists.nodes("invoices"), order) or implied_receipt(node, order),
        fulfilments=parcels(lists.nodes("shipments"), order),
        refunds=tuple(memo for memo in memos if memo is not None),
    )


def credit_memo_reading(node: Node, store: str, *, is_presented: bool = False) -> Reading:
    """A credit memo by itself, as a follower of its order, on the side of `whole_order`.

    Raises:
        MoneyError: the memo's sums are beyond belief.
    """
    refund = read_credit_memo(one_side(node, is_presented=is_presented), store)
    if node.problems or refund is None:
        return Reading(None, distinct(node.problems))
    return Reading(Facts(ref=Ref(CART, store, "order", refund.order_id), refunds=(refund,)))
