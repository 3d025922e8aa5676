"""Shopify's documents in the commerce model: which reader a topic takes, and what embeds what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from carts.adapter import Code, Problem, Reading, UnknownTopicError
from carts.documents import Node
from carts.shopify import webhooks
from carts.shopify.models import CART, payment
from carts.shopify.orders import captured, fulfilment, fulfilments, read_order
from carts.shopify.refunds import read_refund
from carts.shopify.tills import CASH, order_payments
from commerce.codec import fingerprint
from commerce.money import Money, total
from commerce.orders import (
    Facts,
    Order,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    implied_receipt_id,
)


def read(node: Node, store: str, topic: str, *, tax_included: bool | None) -> Reading:
    """The document of a delivery of that topic.

    Raises:
        UnknownTopicError: the topic has no meaning to this adapter.
        MoneyError: the document's sums are beyond belief.
    """
    if topic in webhooks.ORDER_TOPICS:
        return order_reading(node, store)
    if topic == webhooks.EDIT_TOPIC:
        return Reading(None, needs_fetch=True)
    if topic == webhooks.REFUND_TOPIC:
        refund = read_refund(node, store, currency="", tax_included=tax_included)
        refund = _belonging(refund, refund.order_id)
        reading = _follower(node, store, refunds=(refund,))
        is_foreign = _tells_another(refund.transactions, refund.currency)
        return replace(reading, needs_fetch=reading.needs_fetch or is_foreign)
    if topic == webhooks.TRANSACTION_TOPIC:
        return _transaction(node, store)
    if topic in webhooks.FULFILLMENT_TOPICS:
        return _follower(node, store, fulfilments=_present(fulfilment(node, store)))
    message = "a topic without meaning to the Shopify adapter"
    raise UnknownTopicError(message)


def _transaction(node: Node, store: str) -> Reading:
    """A transaction by itself; cash may hold change, which only the order's other ones tell."""
    moved = payment(node, store)
    reading = _follower(node, store, payments=_present(moved))
    is_cash = moved is not None and moved.gateway == CASH
    return replace(reading, needs_fetch=reading.needs_fetch or is_cash)


def order_reading(node: Node, store: str) -> Reading:
    """An order with what its document embeds: refunds, parcels, transactions where it has them."""
    order = read_order(node, store)
    order_id = order.ref.id
    refunds = tuple(
        _belonging(
            read_refund(each, store, currency=order.currency, tax_included=order.tax_included),
            order_id,
        )
        for each in node.nodes("refunds")
    )
    parcels = fulfilments(node.nodes("fulfillments"), store)
    received = captured(node, order, _refunded(refunds, order.currency))
    order = replace(order, captured=received)
    order = replace(order, version=replace(order.version, digest=fingerprint(order)))
    moved: tuple[Payment, ...]
    if node.get("transactions") is not None:
        moved = order_payments(node, store, received)
    else:
        moved = _implied(order)
    if node.problems:
        return Reading(None, _distinct(node.problems))
    facts = Facts(
        ref=order.ref,
        order=order,
        payments=tuple(replace(each, order_id=order_id) for each in moved),
        fulfilments=tuple(replace(each, order_id=order_id) for each in parcels),
        refunds=refunds,
    )
    told = (*moved, *(each for refund in refunds for each in refund.transactions))
    is_doubtful = _tells_another(told, order.currency)
    return Reading(facts, needs_fetch=is_doubtful or (not moved and bool(received)))


def _tells_another(told: tuple[Payment, ...], currency: str) -> bool:
    """Whether money is told in the buyer's currency alone: the cart's API tells both."""
    return any(payment.amount.currency != currency for payment in told)


def _belonging(refund: Refund, order_id: str) -> Refund:
    """The refund with the order's id where its document leaves it to the surrounding one."""
    moved = (replace(payment, order_id=order_id) for payment in refund.transactions)
    return replace(refund, order_id=order_id, transactions=tuple(moved))


def _refunded(refunds: tuple[Refund, ...], currency: str) -> Money | None:
    """What went back so far; None while a refund is on its way or moved another currency."""
    moved = [
        payment
        for refund in refunds
        for payment in refund.transactions
        if payment.kind is PaymentKind.REFUND and payment.state is not PaymentState.FAILURE
    ]
    if any(p.state is PaymentState.PENDING or p.amount.currency != currency for p in moved):
        return None
    return total((payment.amount for payment in moved), currency)


def _implied(order: Order) -> tuple[Payment, ...]:
    """The one receipt that a fully paid order without transactions implies.

    Only where a single gateway took everything: how several shared the amount is not said, and a
    partly paid order would imply another amount later.
    """
    if order.captured is None or not order.captured or order.captured != order.total:
        return ()
    if len(order.gateways) != 1:
        return ()
    receipt = Payment(
        ref=Ref(CART, order.ref.store, "payment", implied_receipt_id(order.ref.id)),
        order_id=order.ref.id,
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway=order.gateways[0],
        amount=order.captured,
        processed_at=order.placed_at,
        is_test=order.is_test,
    )
    return (receipt,)


def _follower(node: Node, store: str, **parts: Any) -> Reading:
    """A part of an order that arrived without it."""
    order_id = node.identifier("order_id")
    if node.problems:
        unsure = any(problem.code is not Code.PAYLOAD_INVALID for problem in node.problems)
        needs_order = any("its order" in problem.message for problem in node.problems)
        return Reading(None, _distinct(node.problems), needs_fetch=unsure or needs_order)
    return Reading(Facts(ref=Ref(CART, store, "order", order_id), **parts))


def _present(part: Any) -> tuple[Any, ...]:
    return () if part is None else (part,)


def _distinct(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))
