"""When the gift cards of an order are sold: once the order of that time is paid in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from commerce.orders import LineKind, Order
from shared.postings.editions import OrderEdition
from shared.postings.events import Delivery
from shared.postings.order_keys import Keys
from shared.postings.plan import PostingKind
from shared.postings.takings import Settled, paid_in_full_at


def cards_sold(
    order: Order, settled: Settled, editions: Sequence[OrderEdition], keys: Keys
) -> Iterator[Delivery]:
    """The gift cards of the first edition that was paid, and those that later editions add.

    An edition that was not paid while it stood sells none, unless cards of it were booked before
    its edit was heard of. The first sale is named after the order, a later one after its edition.
    """
    cards = [line.id for line in order.lines if line.kind is LineKind.GIFT_CARD]
    first = f"gift-cards:{order.ref.id}"
    is_booked = keys.knows(PostingKind.INVOICE, f"invoice:{first}")
    sold: dict[str, Decimal] = {}
    for place, edition in enumerate(editions if cards else ()):
        at = paid_in_full_at(order, settled, edition.pieces.stated_total)
        stood_until = next((later.since for later in editions[place + 1 :]), None)
        if at is None or not (_is_before(at, stood_until) or (is_booked and not sold)):
            continue
        ordered = {card: edition.pieces.quantities.get(card, Decimal(0)) for card in cards}
        fresh = {card: count - sold.get(card, Decimal(0)) for card, count in ordered.items()}
        fresh = {card: count for card, count in fresh.items() if count > 0}
        if fresh:
            name = f"gift-cards:{edition.id}" if sold else first
            yield Delivery(name, max(at, edition.since) if sold else at, fresh)
            sold = {
                card: sold.get(card, Decimal(0)) + fresh.get(card, Decimal(0)) for card in cards
            }


def _is_before(at: datetime, end: datetime | None) -> bool:
    return end is None or at < end
