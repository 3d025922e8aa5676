"""The money that arrived for an order, each receipt once, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money
from commerce.orders import Facts, Order
from shared.policy.mapping import Tender
from shared.postings.chart import Chart
from shared.postings.gift_cards import GIFT_CARD_GATEWAY, applied_id


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


def paid_in_full_at(
    order: Order, takings: tuple[Taking, ...], receivable: Money
) -> datetime | None:
    """When the money of the order was complete; None while some of it is open."""
    if not receivable:
        return order.paid_at or order.placed_at
    paid = Money.zero(order.currency)
    for taking in takings:
        paid += taking.amount
        if paid >= receivable:
            return taking.at
    return None
