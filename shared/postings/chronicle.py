"""The events of an order's life, and the sequence in which they shape the books."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from commerce.money import Money, total
from commerce.orders import Facts, FulfillmentStatus, LineKind, Order, Restock
from shared.policy.switches import Moment
from shared.postings.book import StoreBook
from shared.postings.events import Additions, Capture, Delivery, Event, RefundEvent
from shared.postings.life import Life, Storyteller
from shared.postings.order_keys import Keys
from shared.postings.pieces import OrderPieces
from shared.postings.plan import Posted, PostingKind
from shared.postings.takings import Taking, paid_in_full_at


def capture_id(order_id: str) -> str:
    """The id of the one part that bills a whole order; it names the order, as keys must."""
    return f"capture:{order_id}"


def deliveries_of(
    facts: Facts,
    order: Order,
    keys: Keys,
    pieces: OrderPieces,
    takings: tuple[Taking, ...],
) -> tuple[Delivery, ...]:
    """Parcels that left, and gift cards that were sold, in the order of time."""
    deliveries = []
    for parcel in {parcel.ref.id: parcel for parcel in facts.fulfilments}.values():
        if parcel.is_cancelled and not keys.knows(PostingKind.INVOICE, f"invoice:{parcel.ref.id}"):
            continue
        quantities: dict[str, Decimal] = {}
        for line in parcel.lines:
            if line.line_id in pieces.quantities:
                known = quantities.get(line.line_id, Decimal(0))
                quantities[line.line_id] = known + line.quantity
        if quantities:
            deliveries.append(Delivery(parcel.ref.id, parcel.shipped_at, quantities))
    cards = {line.id: line.quantity for line in order.lines if line.kind is LineKind.GIFT_CARD}
    paid_at = paid_in_full_at(order, takings, pieces.total)
    if cards and paid_at:
        deliveries.append(Delivery(f"gift-cards:{order.ref.id}", paid_at, cards))
    return tuple(sorted(deliveries, key=lambda delivery: (delivery.at, delivery.id)))


def tell_life(
    *,
    order: Order,
    book: StoreBook,
    pieces: OrderPieces,
    takings: tuple[Taking, ...],
    refunds: tuple[RefundEvent, ...],
    deliveries: tuple[Delivery, ...],
    posted: Posted,
    keys: Keys,
) -> Life:
    """The life in the order of time, unless the books show that it was posted in another.

    A shipment or refund that is heard of late must not change parts that are in the books: so what
    is posted comes first then, or refunds of what was never billed come first, or lines that an
    edit has added since are left out of what was posted before.
    """
    bills_on_capture = book.policy.invoice_on is Moment.CAPTURE
    events: list[Event] = [*deliveries, *refunds]
    if bills_on_capture and (at := _billing_moment(order, takings, deliveries, pieces.total)):
        events.append(Capture(capture_id(order.ref.id), at))
    kept = total((taking.amount for taking in takings), order.currency)
    for event in refunds:
        back = (*event.money.settled, *event.money.pending)
        kept -= total((payment.amount for payment in back), order.currency)

    def tell(ordered: list[Event], added: Additions | None = None) -> Life:
        return Storyteller(
            pieces,
            added=added,
            bills_on_capture=bills_on_capture,
            defers=bills_on_capture and book.policy.recognise_on is Moment.SHIP,
            keeps_money=order.cancelled_at is None or kept.amount > 0,
            knows_shipments=_knows_shipments(order, refunds, deliveries),
        ).tell(ordered)

    in_books = {_event_id(event) for event in events if _is_in_books(event, keys)}
    orders = [
        sorted(events, key=_moment),
        sorted(events, key=lambda event: (_event_id(event) not in in_books, *_moment(event))),
        sorted(events, key=lambda event: (not _gave_back_unbilled(event, keys), *_moment(event))),
    ]
    lives = (tell(ordered) for ordered in orders)
    first = next(lives)
    for life in (first, *lives):
        if _agrees(life, posted, keys):
            return life
    added = _added_lines(order, pieces, posted, keys)
    edited = tell(orders[1], Additions(added, frozenset(in_books))) if added else first
    return edited if _agrees(edited, posted, keys) else first


def _added_lines(order: Order, pieces: OrderPieces, posted: Posted, keys: Keys) -> frozenset[str]:
    """The last lines of the order without which it has the total of the sales order in the books.

    Carts append what an edit adds (carts reference §4.6); a total that no number of last lines
    explains is left for a person.
    """
    result = posted.get(keys.of(PostingKind.SALES_ORDER, f"order:{order.ref.id}"))
    if result is None or not result.total:
        return frozenset()
    line_ids = list(pieces.quantities)
    for count in range(1, len(line_ids)):
        added = frozenset(line_ids[-count:])
        before = (piece.amount for piece in pieces.pieces if piece.part not in added)
        if total(before, pieces.currency) == result.total:
            return added
    return frozenset()


def _event_id(event: Event) -> str:
    return event.refund.ref.id if isinstance(event, RefundEvent) else event.id


def _moment(event: Event) -> tuple[datetime, int, str]:
    match event:
        case Capture():
            return (event.at, 0, "")
        case Delivery():
            return (event.at, 1, event.id)
        case RefundEvent():
            return (event.refund.created_at, 2, event.refund.ref.id)


def _is_in_books(event: Event, keys: Keys) -> bool:
    match event:
        case Capture():
            return keys.knows(PostingKind.INVOICE, f"invoice:{event.id}")
        case Delivery():
            return keys.knows(PostingKind.INVOICE, f"invoice:{event.id}") or keys.knows(
                PostingKind.JOURNAL_ENTRY, f"recognise:{event.id}"
            )
        case RefundEvent():
            settled = (
                keys.knows(PostingKind.CUSTOMER_REFUND, f"refund:{payment.ref.id}")
                for payment in event.money.settled
            )
            credit = f"credit:{event.refund.ref.id}"
            return keys.knows(PostingKind.CREDIT_MEMO, credit) or any(settled)


def _gave_back_unbilled(event: Event, keys: Keys) -> bool:
    """Whether it is a refund in the books for which no credit memo was needed."""
    if not isinstance(event, RefundEvent) or not _is_in_books(event, keys):
        return False
    return not keys.knows(PostingKind.CREDIT_MEMO, f"credit:{event.refund.ref.id}")


def _agrees(life: Life, posted: Posted, keys: Keys) -> bool:
    """Whether this life leads to the books as they are.

    Its first invoices are exactly those in the books, each with the total that Sage gave it.
    """
    billed = [
        keys.of(PostingKind.INVOICE, f"invoice:{sale.id}") for sale in life.billed if sale.amounts
    ]
    prefix = keys.of(PostingKind.INVOICE, "invoice:")
    known = {key for key in keys.known if key.startswith(prefix)}
    return set(billed[: len(known)]) == known and not invoices_that_differ(life, posted, keys)


def unexplained_invoices(life: Life, keys: Keys) -> list[str]:
    """Posting keys of invoices in the books that no shipment or capture accounts for any more."""
    billed = {keys.of(PostingKind.INVOICE, f"invoice:{sale.id}") for sale in life.billed}
    prefix = keys.of(PostingKind.INVOICE, "invoice:")
    return sorted(key for key in keys.known if key.startswith(prefix) and key not in billed)


def invoices_that_differ(life: Life, posted: Posted, keys: Keys) -> list[tuple[str, Money]]:
    """Posted invoices whose total is not what the facts give now, with Sage's total less ours."""
    differing = []
    billed = {keys.of(PostingKind.INVOICE, f"invoice:{sale.id}"): sale for sale in life.billed}
    for key, sale in billed.items():
        result = posted.get(key)
        if result and result.total:
            planned = sale.total(result.total.currency)
            if result.total != planned:
                differing.append((sale.id, result.total - planned))
    return differing


def _billing_moment(
    order: Order, takings: tuple[Taking, ...], deliveries: tuple[Delivery, ...], receivable: Money
) -> datetime | None:
    """When an order that is billed on capture is billed: paid in full, or goods left before."""
    moments = [delivery.at for delivery in deliveries[:1]]
    if paid_at := paid_in_full_at(order, takings, receivable):
        moments.append(paid_at)
    return min(moments, default=None)


def _knows_shipments(
    order: Order, refunds: tuple[RefundEvent, ...], deliveries: tuple[Delivery, ...]
) -> bool:
    """Whether all shipments that the cart's own status speaks of are among the facts."""
    if order.fulfillment_status is FulfillmentStatus.PARTIAL:
        return bool(deliveries)
    if order.fulfillment_status is not FulfillmentStatus.FULFILLED:
        return True
    left = sum((q for delivery in deliveries for q in delivery.quantities.values()), Decimal(0))
    cancelled = sum(
        (
            line.quantity
            for event in refunds
            for line in event.refund.lines
            if line.restock is Restock.CANCEL
        ),
        Decimal(0),
    )
    ordered = sum(
        (line.quantity for line in order.sale_lines if line.requires_shipping), Decimal(0)
    )
    return left + cancelled >= ordered
