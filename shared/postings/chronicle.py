"""The events of an order's life, and the sequence in which they shape the books."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from commerce.money import total
from commerce.orders import Facts, FulfillmentStatus, Fulfilment, Order, Restock
from shared.policy.choices import Moment
from shared.policy.switches import PostingPolicy
from shared.postings.cards_sold import cards_sold
from shared.postings.editions import OrderEdition
from shared.postings.events import Capture, Delivery, Event, RefundEvent
from shared.postings.histories import History, histories, histories_as_posted, histories_of
from shared.postings.in_books import InBooks
from shared.postings.life import Storyteller
from shared.postings.order_keys import Keys
from shared.postings.parts import REST, Life
from shared.postings.pieces import OrderPieces
from shared.postings.plan import PostingKind
from shared.postings.search import Search
from shared.postings.sequences import booked, moment_of, sequences
from shared.postings.takings import Settled, Taking, paid_in_full_at


def capture_id(order_id: str) -> str:
    """The id of the one part that bills a whole order; it names the order, as keys must."""
    return f"capture:{order_id}"


def deliveries_of(
    facts: Facts,
    order: Order,
    keys: Keys,
    editions: Sequence[OrderEdition],
    settled: Settled,
) -> tuple[Delivery, ...]:
    """Parcels that left or arrived, as the policy counts them, and gift cards that were sold.

    In the order of time. A parcel of which the cart does not say that it arrived has not, where the
    policy asks for that.
    """
    policy, pieces = keys.book.policy, editions[-1].pieces
    deliveries: list[Delivery] = []
    for parcel in {parcel.ref.id: parcel for parcel in facts.fulfilments}.values():
        if parcel.is_cancelled and not _is_booked(parcel.ref.id, keys):
            continue
        quantities: dict[str, Decimal] = {}
        for line in parcel.lines:
            if line.line_id in pieces.quantities:
                known = quantities.get(line.line_id, Decimal(0))
                quantities[line.line_id] = known + line.quantity
        if quantities:
            deliveries += _moments_of(parcel, quantities, policy)
    deliveries += cards_sold(order, settled, editions, keys)
    return tuple(sorted(deliveries, key=lambda delivery: (delivery.at, delivery.id)))


def _moments_of(
    parcel: Fulfilment, quantities: dict[str, Decimal], policy: PostingPolicy
) -> list[Delivery]:
    """The parcel's leaving and its arrival, each with what the policy has it do."""
    bills_late = policy.invoice_on is Moment.DELIVER
    earns_late = policy.recognise_on is Moment.DELIVER
    left = Delivery(
        parcel.ref.id,
        parcel.shipped_at,
        quantities,
        bills=not bills_late,
        recognises=not earns_late,
    )
    moments = [] if bills_late and earns_late else [left]
    if earns_late and parcel.delivered_at:
        at = max(parcel.delivered_at, parcel.shipped_at)
        moments.append(Delivery(parcel.ref.id, at, quantities, bills=bills_late))
    return moments


def _is_booked(name: str, keys: Keys) -> bool:
    return keys.knows(PostingKind.INVOICE, f"invoice:{name}") or keys.knows(
        PostingKind.JOURNAL_ENTRY, f"recognise:{name}"
    )


def tell_life(
    *,
    order: Order,
    editions: tuple[OrderEdition, ...],
    takings: tuple[Taking, ...],
    settled: Settled,
    refunds: tuple[RefundEvent, ...],
    deliveries: tuple[Delivery, ...],
    in_books: InBooks,
    is_quick: bool = False,
) -> Life:
    """The life in the order of time, unless the books show that it was posted in another.

    A shipment or refund that is heard of late must not change parts that are in the books: so what
    is posted comes first then, or the parts in the books are those of an earlier edition of the
    order, and an edit follows them. When it must be quick, it is not searched for among the latter.
    """
    keys, pieces = in_books.keys, editions[-1].pieces
    policy = keys.book.policy
    bills_on_capture = policy.invoice_on is Moment.CAPTURE
    events: list[Event] = [*deliveries, *refunds]
    if bills_on_capture and (at := _billing_moment(order, settled, deliveries, editions, keys)):
        events.append(Capture(capture_id(order.ref.id), at))
    is_closed = keys.knows(PostingKind.INVOICE, f"invoice:{REST}{order.ref.id}")
    keeps_money = order.cancelled_at is None or _is_money_kept(order, takings, refunds)
    keeps_money |= is_closed  # what was billed then stays so, though it was given back later
    knows_shipments = _knows_shipments(order, refunds, deliveries)

    def tell(ordered: Sequence[Event], first: OrderPieces = pieces) -> Life:
        return Storyteller(
            first,
            bills_on_capture=bills_on_capture,
            defers=policy.recognise_on is not policy.invoice_on,
            keeps_money=keeps_money,
            knows_shipments=knows_shipments,
        ).tell(ordered)

    by_time = tell(sorted(events, key=moment_of))
    if in_books.agree(by_time) and in_books.confirm(by_time) and in_books.confirm_costs(by_time):
        return by_time
    return _believed(events, editions, in_books, tell, by_time, is_quick=is_quick) or by_time


def _believed(
    events: Sequence[Event],
    editions: tuple[OrderEdition, ...],
    in_books: InBooks,
    tell: Callable[[Sequence[Event], OrderPieces], Life],
    by_time: Life,
    *,
    is_quick: bool,
) -> Life | None:
    """The first life with the lines in the books; else the likeliest with their totals."""
    keys, newest = in_books.keys, editions[-1].pieces
    in_turn = [*sequences(events, keys), sorted(events, key=moment_of)]
    search = Search(in_books, tell, by_time)
    found = search.among(History(newest, tuple(ordered)) for ordered in in_turn)
    if found or is_quick or not (in_books.are_told or not search.agreeing):
        return found or search.likeliest()
    done = booked(events, keys)
    if in_books.are_told and len(editions) > 1:
        found = search.among(histories_as_posted(editions, events, keys))
        found = found or search.among(histories_of(editions, in_turn, done, in_books.edits))
    if not (found or search.is_confirmed):
        later = sorted((event for event in events if event not in done), key=moment_of)
        found = search.among(histories(editions, done, later, in_books.edits))
    if not (found or search.is_confirmed or editions[-1].id in in_books.edits):
        # What follows an edit may be posted before the edit's own document.
        found = search.among(
            replace(history, unbooked=editions[-1].id)
            for history in histories_of(editions, in_turn, done, in_books.edits)
        )
    return found or search.likeliest()


def _is_money_kept(
    order: Order, takings: tuple[Taking, ...], refunds: tuple[RefundEvent, ...]
) -> bool:
    kept = total((taking.amount for taking in takings), order.currency)
    for event in refunds:
        back = (*event.money.settled, *event.money.pending)
        kept -= total((payment.amount for payment in back), order.currency)
    return kept.amount > 0


def _billing_moment(
    order: Order,
    settled: Settled,
    deliveries: tuple[Delivery, ...],
    editions: Sequence[OrderEdition],
    keys: Keys,
) -> datetime | None:
    """When an order that is billed on capture is billed: paid in full, or goods left before.

    Once it was billed it stays so, though an edit may have made it dearer than what was paid.
    """
    moments = [delivery.at for delivery in deliveries[:1]]
    is_billed = keys.knows(PostingKind.INVOICE, f"invoice:{capture_id(order.ref.id)}")
    paid = [_paid_at(order, settled, editions)]
    if is_billed:
        totals = (edition.pieces.stated_total for edition in editions)
        paid += [paid_in_full_at(order, settled, receivable) for receivable in totals]
    return min((*moments, *filter(None, paid)), default=None)


def _paid_at(order: Order, settled: Settled, editions: Sequence[OrderEdition]) -> datetime | None:
    """When the order, as it was at that time, was paid in full; no later edit changes that."""
    for edition, later in pairwise(editions):
        at = paid_in_full_at(order, settled, edition.pieces.stated_total)
        if at and at < later.since:
            return at
    return paid_in_full_at(order, settled, editions[-1].pieces.stated_total)


def _knows_shipments(
    order: Order, refunds: tuple[RefundEvent, ...], deliveries: tuple[Delivery, ...]
) -> bool:
    """Whether all shipments that the cart's own status speaks of are among the facts."""
    if order.fulfillment_status is FulfillmentStatus.PARTIAL:
        return bool(deliveries)
    if order.fulfillment_status is not FulfillmentStatus.FULFILLED:
        return True
    shipped = {line.id: line.quantity for line in order.sale_lines if line.requires_shipping}
    parcels = {delivery.id: delivery.quantities for delivery in deliveries}
    gone = [(name, q) for quantities in parcels.values() for name, q in quantities.items()]
    gone += [
        (line.line_id, line.quantity)
        for event in refunds
        for line in event.refund.lines
        if line.restock is Restock.CANCEL
    ]
    known = sum((quantity for name, quantity in gone if name in shipped), Decimal(0))
    return known >= sum(shipped.values(), Decimal(0))
