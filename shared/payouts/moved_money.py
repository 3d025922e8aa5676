"""The money of an order that moved at its gateways: what payouts settle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from commerce.kinds import PaymentKind, PaymentState
from commerce.orders import Facts, Payment
from shared.postings.book import StoreBook


def money_of(facts: Facts) -> Iterator[Payment]:
    """Receipts, and refunds that succeeded, each once."""
    told: Iterable[Payment] = (
        *facts.payments,
        *(payment for refund in facts.refunds for payment in refund.transactions),
    )
    moved = {payment.ref.id: payment for payment in told if _has_moved(payment)}
    yield from moved.values()


def is_on(account: str, payment: Payment, book: StoreBook) -> bool:
    """Whether the movement stands on that account: its gateway's, and no test."""
    return not payment.is_test and any(
        tender.account == account
        for tender in book.mapping.tenders
        if tender.gateway.casefold() == payment.gateway.casefold()
    )


def _has_moved(payment: Payment) -> bool:
    is_back = payment.kind is PaymentKind.REFUND and payment.state is PaymentState.SUCCESS
    return payment.is_receipt or is_back
