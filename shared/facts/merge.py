"""Merge what a delivery says with what is known: commutative, idempotent, never backwards.

Every part is joined by a total order of its own, so that any sequence of deliveries, with any
duplicates, ends in the same facts (carts reference §2.3, reliability §6).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from commerce.codec import canonical
from commerce.editions import merged_editions
from commerce.orders import Facts, Fulfilment, Order, Payment, PaymentState, Refund

_T = TypeVar("_T")

_STATE_RANK = {PaymentState.PENDING: 0, PaymentState.FAILURE: 1, PaymentState.SUCCESS: 2}


class DifferentOrdersError(ValueError):
    """Facts of two different orders were to be merged: a programming error."""


def merge(known: Facts, new: Facts) -> Facts:
    """All that both know of one order.

    The order itself is the newest version (update time, then digest); what earlier versions said of
    goods and amounts is kept beside it. Payments, fulfilments and
    refunds are united by id, each in its newest state; a refund's transactions are united too, and
    what belongs to a refund is not repeated among the payments.

    Raises:
        DifferentOrdersError: the two are not about the same order.
    """
    if known.ref != new.ref:
        message = "facts of two different orders do not merge"
        raise DifferentOrdersError(message)
    refunds = _merged_refunds((*known.refunds, *new.refunds))
    payments = _united((*known.payments, *new.payments), _payment_key, _payment_rank)
    in_refunds = {_payment_key(payment) for refund in refunds for payment in refund.transactions}
    settled = {_payment_key(payment): payment for payment in payments}
    order = _newest(known.order, new.order)
    editions, since = merged_editions((known, new), order)
    return Facts(
        ref=known.ref,
        order=order,
        payments=tuple(p for p in payments if _payment_key(p) not in in_refunds),
        fulfilments=_united(
            (*known.fulfilments, *new.fulfilments), lambda f: f.ref.id, _fulfilment_rank
        ),
        refunds=tuple(_settled(refund, settled) for refund in refunds),
        editions=editions,
        since=since,
    )


def _newest(known: Order | None, new: Order | None) -> Order | None:
    if known is None or new is None:
        return new if known is None else known
    if _order_rank(known) == _order_rank(new):
        return max(known, new, key=canonical)
    return max(known, new, key=_order_rank)


def _order_rank(order: Order) -> tuple[datetime, str]:
    return (order.version.updated_at.astimezone(UTC), order.version.digest)


def _payment_key(payment: Payment) -> Hashable:
    """Id and currency: one transaction may be told in the buyer's and in the shop's currency."""
    return (payment.ref.id, payment.amount.currency)


def _payment_rank(payment: Payment) -> tuple[int, datetime, Decimal, bool, bytes]:
    """Final states win; of two amounts the lower: an implied receipt never grows once booked.

    A gateway's fee is known from when it was first told.
    """
    moment, told = payment.processed_at.astimezone(UTC), canonical(payment)
    is_told = payment.fee is not None
    return (_STATE_RANK[payment.state], moment, -payment.amount.amount, is_told, told)


def _fulfilment_rank(fulfilment: Fulfilment) -> tuple[bool, bool, float, bytes]:
    """A cancelled parcel stays cancelled, one that arrived did so when it was first told."""
    arrived = fulfilment.delivered_at
    moment = arrived.timestamp() if arrived else 0.0
    return (fulfilment.is_cancelled, arrived is not None, -moment, canonical(fulfilment))


def _merged_refunds(refunds: Iterable[Refund]) -> tuple[Refund, ...]:
    documents = _united(
        (replace(refund, transactions=()) for refund in refunds), lambda r: r.ref.id, canonical
    )
    transactions: dict[str, list[Payment]] = {}
    for refund in refunds:
        transactions.setdefault(refund.ref.id, []).extend(refund.transactions)
    return tuple(
        replace(
            document,
            transactions=_united(transactions[document.ref.id], _payment_key, _payment_rank),
        )
        for document in documents
    )


def _settled(refund: Refund, payments: dict[Hashable, Payment]) -> Refund:
    """The refund with its transactions in the newest state that any delivery told."""
    newest = tuple(
        max(payment, payments.get(_payment_key(payment), payment), key=_payment_rank)
        for payment in refund.transactions
    )
    return replace(refund, transactions=newest)


def _united(
    parts: Iterable[_T], key: Callable[[_T], Hashable], rank: Callable[[_T], Any]
) -> tuple[_T, ...]:
    """One part per key, the highest ranked; in an order that depends on the parts alone."""
    best: dict[Hashable, _T] = {}
    for part in parts:
        name = key(part)
        if name not in best or rank(part) > rank(best[name]):
            best[name] = part
    return tuple(best[name] for name in sorted(best, key=str))
