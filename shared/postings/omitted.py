"""Facilitator tax left out of the books: of sales, of their money, and of what goes back (R-5.4).

The marketplace takes the tax from the buyer and owes it to the authority: where the policy omits
it, it is neither receivable nor money of ours, and payouts show it only as money that never came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from commerce.money import Money, total
from commerce.orders import Payment
from shared.postings.events import RefundEvent
from shared.postings.parts import Life
from shared.postings.pieces import OrderPieces
from shared.postings.refunds import RefundMoney
from shared.postings.shares import share_of
from shared.postings.takings import Taking


def takings_without(takings: Sequence[Taking], pieces: OrderPieces) -> tuple[Taking, ...]:
    """The receipts without the omitted part of what the buyer paid, cumulative in time (R-9.4)."""
    omitted = pieces.stated_total - pieces.total
    if not omitted:
        return tuple(takings)
    kept: list[Taking] = []
    paid = taken_off = omitted * 0
    for taking in takings:
        paid += taking.amount
        share = min(Fraction(1), Fraction(paid.amount) / Fraction(pieces.stated_total.amount))
        off = share_of(omitted, share) - taken_off
        taken_off += off
        if taking.amount != off:
            kept.append(replace(taking, amount=taking.amount - off))
    return tuple(kept)


def refunds_without(refunds: Iterable[RefundEvent], life: Life) -> tuple[RefundEvent, ...]:
    """The refunds with their money less what they gave back of the omitted."""
    omitted = {item.refund.ref.id: item.omitted for item in life.credits if item.omitted}
    return tuple(
        replace(event, money=_less(event.money, omitted[event.refund.ref.id]))
        if event.refund.ref.id in omitted
        else event
        for event in refunds
    )


def _less(money: RefundMoney, omitted: Money) -> RefundMoney:
    whole = total((p.amount for p in (*money.settled, *money.pending)), omitted.currency)
    if not whole:
        return money
    lowered: dict[str, Payment] = {}
    paid = taken_off = omitted * 0
    for payment in (*money.settled, *money.pending):
        paid += payment.amount
        share = min(Fraction(1), Fraction(paid.amount) / Fraction(whole.amount))
        off = share_of(omitted, share) - taken_off
        taken_off += off
        lowered[payment.ref.id] = replace(payment, amount=payment.amount - off)
    return RefundMoney(
        settled=_kept(money.settled, lowered),
        pending=_kept(money.pending, lowered),
        failed=money.failed,
    )


def _kept(payments: Iterable[Payment], lowered: Mapping[str, Payment]) -> tuple[Payment, ...]:
    return tuple(lowered[payment.ref.id] for payment in payments if lowered[payment.ref.id].amount)
