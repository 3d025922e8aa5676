"""The money that arrived for an order, each receipt once, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money, total
from commerce.orders import Facts, LineKind, Order
from shared.policy.mapping import Tender
from shared.postings.chart import Chart
from shared.postings.events import RefundEvent
from shared.postings.gift_cards import GIFT_CARD_GATEWAY, applied_id

Settled = Sequence[tuple[datetime, Money]]
"""What pays for an order, each amount with its moment, in the order of time."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Money that arrived: a capture, or a gift card that the cart took off its total.

    `card_id` names the gift card, where the cart tells.
    """

    id: str
    gateway: str
    at: datetime
    amount: Money
    tender: Tender
    card_id: str = ""


def takings_of(facts: Facts, order: Order, chart: Chart) -> tuple[Taking, ...]:
    """Receipts in the order of time; each once."""
    takings = {
        payment.ref.id: Taking(
            payment.ref.id,
            payment.gateway,
            payment.processed_at,
            payment.amount.rounded(),
            chart.tender(payment.gateway, f"payments[{payment.ref.id}]", payment.card_id),
            payment.card_id,
        )
        for payment in facts.payments
        if payment.is_receipt and not payment.is_test and payment.amount.currency == order.currency
    }
    for card in order.gift_cards_applied:
        taking_id, place = applied_id(order.ref.id, card.id), f"order.gift_cards_applied[{card.id}]"
        takings[taking_id] = Taking(
            taking_id,
            GIFT_CARD_GATEWAY,
            order.placed_at,
            card.amount.rounded(),
            chart.tender(GIFT_CARD_GATEWAY, place, card.id),
            card.id,
        )
    return tuple(sorted(takings.values(), key=lambda taking: (taking.at, taking.id)))


def settling(order: Order, takings: Iterable[Taking], refunds: Iterable[RefundEvent]) -> Settled:
    """What pays for the order, each with its moment: receipts, and credit that was kept for it.

    What is given back of an order without money pays for the rest of it: exchanged goods pay for
    others (R-3.9), and what was cancelled before it was paid is not due any more. Gift cards that
    are given back pay for nothing: they would be sold by their own cancellation.
    """
    cards = {line.id for line in order.lines if line.kind is LineKind.GIFT_CARD}
    paid = [(taking.at, taking.amount) for taking in takings]
    if not paid:
        return ()
    first = min(at for at, _ in paid)
    for event in refunds:
        given = event.refund
        moved = (payment.amount for payment in (*event.money.settled, *event.money.pending))
        kept = given.credit - total(moved, order.currency)
        if kept.amount > 0 and cards.isdisjoint(line.line_id for line in given.lines):
            paid.append((max(given.created_at, first), kept))
    return tuple(sorted(paid, key=lambda one: one[0]))


def paid_in_full_at(order: Order, settled: Settled, receivable: Money) -> datetime | None:
    """When what settles the order was complete; None while some of it is open."""
    if not receivable:
        return order.paid_at or order.placed_at
    paid = Money.zero(order.currency)
    for at, amount in settled:
        paid += amount
        if paid >= receivable:
            return at
    return None
