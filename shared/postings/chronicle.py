"""The events of an order's life, and the sequence in which they shape the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from commerce.money import Money, total
from commerce.orders import Facts, FulfillmentStatus, Fulfilment, LineKind, Order, Restock
from shared.policy.switches import Moment, PostingPolicy
from shared.postings.book import StoreBook
from shared.postings.editions import OrderEdition
from shared.postings.events import Capture, Delivery, Edit, Event, RefundEvent
from shared.postings.histories import histories
from shared.postings.life import Storyteller
from shared.postings.order_keys import Keys
from shared.postings.parts import EDIT, Life
from shared.postings.pieces import OrderPieces
from shared.postings.plan import Posted, PostingKind
from shared.postings.sequences import keeps_sequence, place_of
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
    """Parcels that left or arrived, as the policy counts them, and gift cards that were sold.

    In the order of time. A parcel of which the cart does not say that it arrived has not, where the
    policy asks for that.
    """
    policy = keys.book.policy
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
    cards = {line.id: line.quantity for line in order.lines if line.kind is LineKind.GIFT_CARD}
    paid_at = paid_in_full_at(order, takings, pieces.stated_total)
    if cards and paid_at:
        deliveries.append(Delivery(f"gift-cards:{order.ref.id}", paid_at, cards))
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
    book: StoreBook,
    editions: tuple[OrderEdition, ...],
    takings: tuple[Taking, ...],
    refunds: tuple[RefundEvent, ...],
    deliveries: tuple[Delivery, ...],
    posted: Posted,
    keys: Keys,
) -> Life:
    """The life in the order of time, unless the books show that it was posted in another.

    A shipment or refund that is heard of late must not change parts that are in the books: so what
    is posted comes first then, or refunds of what was never billed come first, or the parts in the
    books are those of an earlier edition of the order, and an edit follows them.
    """
    pieces = editions[-1].pieces
    bills_on_capture = book.policy.invoice_on is Moment.CAPTURE
    events: list[Event] = [*deliveries, *refunds]
    if bills_on_capture and (at := _billing_moment(order, takings, deliveries, editions, keys)):
        events.append(Capture(capture_id(order.ref.id), at))
    kept = total((taking.amount for taking in takings), order.currency)
    for event in refunds:
        back = (*event.money.settled, *event.money.pending)
        kept -= total((payment.amount for payment in back), order.currency)

    def tell(ordered: Sequence[Event], first: OrderPieces = pieces) -> Life:
        return Storyteller(
            first,
            bills_on_capture=bills_on_capture,
            defers=book.policy.recognise_on is not book.policy.invoice_on,
            keeps_money=order.cancelled_at is None or kept.amount > 0,
            knows_shipments=_knows_shipments(order, refunds, deliveries),
        ).tell(ordered)

    in_books = {_event_id(event) for event in events if _is_in_books(event, keys)}
    orders = [
        sorted(events, key=_moment),
        sorted(events, key=lambda event: (place_of(event, keys), *_moment(event))),
        sorted(events, key=lambda event: (not _gave_back_unbilled(event, keys), *_moment(event))),
    ]
    in_turn = [orders[1], orders[0], orders[2]] if in_books else orders[:1]
    lives = [tell(ordered) for ordered in in_turn]
    agreeing = [life for life in lives if _agrees(life, posted, keys)]
    if agreeing:
        return next((life for life in agreeing if keeps_sequence(life, keys)), agreeing[0])
    usual = lives[1] if in_books else lives[0]
    booked = [event for event in orders[1] if _event_id(event) in in_books]
    later = orders[1][len(booked) :]
    for history in histories(editions, booked, _edits_in_books(keys)) if booked else ():
        life = tell([*history.events, *later], history.first)
        if _agrees(life, posted, keys, unbooked=history.unbooked):
            return life
    return usual


def _event_id(event: Event) -> str:
    match event:
        case RefundEvent():
            return event.refund.ref.id
        case Delivery(bills=False):
            return f"{event.id}:arrived"
        case _:
            return event.id


def _moment(event: Event) -> tuple[datetime, int, str]:
    match event:
        case Capture():
            return (event.at, 0, "")
        case Delivery():
            return (event.at, 1, event.id)
        case RefundEvent():
            return (event.refund.created_at, 2, event.refund.ref.id)
        case Edit():
            return (event.at, 3, event.id)


def _is_in_books(event: Event, keys: Keys) -> bool:
    match event:
        case Capture():
            return keys.knows(PostingKind.INVOICE, f"invoice:{event.id}")
        case Delivery():
            is_billed = keys.knows(PostingKind.INVOICE, f"invoice:{event.id}")
            is_earned = keys.knows(PostingKind.JOURNAL_ENTRY, f"recognise:{event.id}")
            return (event.bills and is_billed) or (event.recognises and is_earned)
        case RefundEvent():
            settled = (
                keys.knows(PostingKind.CUSTOMER_REFUND, f"refund:{payment.ref.id}")
                for payment in event.money.settled
            )
            credit = f"credit:{event.refund.ref.id}"
            return keys.knows(PostingKind.CREDIT_MEMO, credit) or any(settled)
        case Edit():
            return False


def _gave_back_unbilled(event: Event, keys: Keys) -> bool:
    """Whether it is a refund in the books for which no credit memo was needed."""
    if not isinstance(event, RefundEvent) or not _is_in_books(event, keys):
        return False
    return not keys.knows(PostingKind.CREDIT_MEMO, f"credit:{event.refund.ref.id}")


def _agrees(life: Life, posted: Posted, keys: Keys, unbooked: str = "") -> bool:
    """Whether this life leads to the books as they are.

    Its first invoices are exactly those in the books, each with the total that Sage gave it, and so
    are the documents of its edits. Those of the edit `unbooked` need not be there yet.
    """
    if invoices_that_differ(life, posted, keys):
        return False
    edit = f"{EDIT}{unbooked}"
    billed = [sale.id for sale in life.billed if sale.amounts]
    in_books = set(keys.purposes(PostingKind.INVOICE, "invoice:"))
    wanted = [name for name in billed if name != edit or name in in_books]
    if any(name.startswith(EDIT) and name not in in_books for name in wanted):
        return False
    return set(wanted[: len(in_books)]) == in_books and _has_edits_of(life, keys, edit)


def _has_edits_of(life: Life, keys: Keys, unbooked: str) -> bool:
    """Whether the books hold the credit memos and recognitions of the life's edits, and no other.

    What an edit recognises is posted before it is billed or credited: so an edit that is in the
    books without it came before the goods left.
    """
    corrected = {item.purpose for item in life.corrections}
    memos = _edited(keys, PostingKind.CREDIT_MEMO, "credit")
    if memos - corrected or corrected - memos - {unbooked}:
        return False
    recognised = {sale.id for sale in life.recognised if sale.id.startswith(EDIT)}
    journals = _edited(keys, PostingKind.JOURNAL_ENTRY, "recognise")
    is_begun = unbooked in memos | journals | _edited(keys, PostingKind.INVOICE, "invoice")
    missing = recognised - journals - (set() if is_begun else {unbooked})
    return not life.is_deferred or not (journals - recognised or missing)


def _edited(keys: Keys, kind: PostingKind, what: str) -> set[str]:
    """The ids of the edits of which documents of that kind were begun or are done."""
    return {f"{EDIT}{name}" for name in keys.purposes(kind, f"{what}:{EDIT}")}


def _edits_in_books(keys: Keys) -> set[str]:
    """The editions whose edit was booked, by whatever document."""
    kinds = (
        (PostingKind.INVOICE, "invoice"),
        (PostingKind.CREDIT_MEMO, "credit"),
        (PostingKind.JOURNAL_ENTRY, "recognise"),
    )
    return {name for kind, what in kinds for name in keys.purposes(kind, f"{what}:{EDIT}")}


def unexplained_invoices(life: Life, keys: Keys) -> list[str]:
    """Purposes of what is in the books and no event accounts for any more.

    Invoices without their shipment or capture, and credit memos of edits that are undone.
    """
    billed = {sale.id for sale in life.billed}
    corrected = {item.edition for item in life.corrections}
    invoices = set(keys.purposes(PostingKind.INVOICE, "invoice:")) - billed
    memos = set(keys.purposes(PostingKind.CREDIT_MEMO, f"credit:{EDIT}")) - corrected
    return sorted(
        [*(f"invoice:{name}" for name in invoices), *(f"credit:{EDIT}{name}" for name in memos)]
    )


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
    order: Order,
    takings: tuple[Taking, ...],
    deliveries: tuple[Delivery, ...],
    editions: Sequence[OrderEdition],
    keys: Keys,
) -> datetime | None:
    """When an order that is billed on capture is billed: paid in full, or goods left before.

    Once it was billed it stays so, though an edit may have made it dearer than what was paid.
    """
    moments = [delivery.at for delivery in deliveries[:1]]
    is_billed = keys.knows(PostingKind.INVOICE, f"invoice:{capture_id(order.ref.id)}")
    told = editions if is_billed else editions[-1:]
    totals = (edition.pieces.stated_total for edition in told)
    paid = (paid_in_full_at(order, takings, receivable) for receivable in totals)
    return min((*moments, *filter(None, paid)), default=None)


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
