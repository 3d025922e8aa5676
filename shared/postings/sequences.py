"""In which sequences the events of an order may have come into the books.

What is heard of late is booked late, whatever its date: a life that takes the booked parts in the
sequence of their postings gives each what it was booked with, and the others what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice, product

from shared.postings.entries import Entries
from shared.postings.events import CAME_BACK, Capture, Delivery, Edit, Event, RefundEvent
from shared.postings.order_keys import Keys
from shared.postings.parts import EDIT, REST, Life
from shared.postings.plan import PostingKind

MONEY_BACK = (PostingKind.CUSTOMER_REFUND, PostingKind.DEBIT_MEMO, PostingKind.JOURNAL_ENTRY)
"""The kinds of document by which money of a refund goes back."""

_MOST = 100
"""How many sequences are tried besides that of time."""


def moment_of(event: Event) -> tuple[datetime, int, str]:
    """When the event happened; at one instant money before goods, and goods before refunds."""
    match event:
        case Capture():
            return (event.at, 0, "")
        case Delivery():
            return (event.at, 1, event.id)
        case RefundEvent():
            return (event.refund.created_at, 2, event.refund.ref.id)
        case Edit():
            return (event.at, 3, event.id)


def booked(events: Sequence[Event], keys: Keys) -> list[Event]:
    """Those of which a part is in the books, in the sequence of their postings.

    What waits for another document of its own is posted late: so goods that came back, as a credit
    memo says, had left before it, though their journal was posted after.
    """
    places = [(place_of(event, keys), *moment_of(event), event) for event in events]
    known = [entry for entry in places if entry[0] < len(keys.known)]
    return _after_their_goods([entry[-1] for entry in sorted(known, key=lambda entry: entry[:-1])])


def _after_their_goods(done: Sequence[Event]) -> list[Event]:
    """The events with each return behind the parcels, as far as they are known, of its goods."""
    left, ordered, out = list(done), list[Event](), dict[str, Decimal]()
    while left:
        short = {name for name, count in _moved(left[0]).items() if out.get(name, 0) + count < 0}
        gone = (each for each in left if any(_moved(each).get(name, 0) > 0 for name in short))
        event = next(gone, left[0])
        left.remove(event)
        ordered.append(event)
        for name, count in _moved(event).items():
            out[name] = out.get(name, Decimal(0)) + count
    return ordered


def behind_their_goods(events: Sequence[Event]) -> list[Event]:
    """The events with each return heard of after the parcels of its goods: it waits for them.

    One whose goods have not all left by the last of the events is heard of last.
    """
    ordered, late, out = list[Event](), list[Event](), dict[str, Decimal]()
    for event in events:
        late.append(event)
        for each in list(late):
            moved = _moved(each)
            if all(count >= 0 or out.get(name, 0) + count >= 0 for name, count in moved.items()):
                late.remove(each)
                ordered.append(each)
                for name, count in moved.items():
                    out[name] = out.get(name, Decimal(0)) + count
    return [*ordered, *late]


def _moved(event: Event) -> dict[str, Decimal]:
    """How many of each line it says to have reached the buyer; below zero what came back."""
    moved: dict[str, Decimal] = {}
    if isinstance(event, Delivery) and event.recognises:
        moved.update(event.quantities)
    for line in event.refund.lines if isinstance(event, RefundEvent) else ():
        if line.restock in CAME_BACK:
            moved[line.line_id] = moved.get(line.line_id, Decimal(0)) - line.quantity
    return moved


def sequences(events: Sequence[Event], keys: Keys) -> Iterator[list[Event]]:
    """The sequences that may have led to the books, the likeliest first.

    Nothing in the books tells of a parcel or a cancellation of no value. It may have been known
    when a part that happened later was booked, or not: so each has its turn at every place that its
    moment allows; first with parcels and money last, as what leaves a trace and has none came after
    all that has, among what is in the books in the sequence of its postings and of time; what may
    have closed the order, also where the books show it closed. In the end each is taken for
    what was heard of last, and first, and all of them for first: what closes an order leaves a
    trace that is not its own. Then the same with what is in the books in the sequence of time: what
    is heard of late may change nothing of what was booked before it; and with no more of that in
    the sequence of time than was there before the rest was booked, what left no trace late or among
    it.
    """
    tried: set[tuple[int, ...]] = set()
    for ordered in _with_repeats(events, keys):
        name = tuple(map(id, ordered))
        if name not in tried and leaves_before_it_arrives(ordered):
            tried.add(name)
            yield ordered


def leaves_before_it_arrives(events: Sequence[Event]) -> bool:
    """Whether no parcel reaches the buyer before it has left: nobody hears of it so."""
    arrived: set[str] = set()
    for event in events:
        if isinstance(event, Delivery):
            if not event.recognises and event.id in arrived:
                return False
            if not event.bills:
                arrived.add(event.id)
    return True


def _with_repeats(events: Sequence[Event], keys: Keys) -> Iterator[list[Event]]:
    done = booked(events, keys)
    left = sorted((event for event in events if event not in done), key=moment_of)
    by_time = sorted(done, key=moment_of)
    yield from _told_late(done, left, keys)
    yield from _told_late(by_time, left, keys)
    yield from _among(done, left, keys)
    if by_time != done:
        yield from _among(by_time, left, keys)
        for count in range(len(done) - 1, 1, -1):
            yield from _told_late(_by_time_until(count, done), left, keys)
        closed = _closed_before(done, keys)
        if closed is not None:
            yield from _around_the_closing(_by_time_until(closed, done), left, closed, keys)
        for count in range(len(done) - 1, 1, -1):
            yield from _among(_by_time_until(count, done), left, keys)


def _by_time_until(count: int, done: Sequence[Event]) -> list[Event]:
    """What is in the books, the first of it in the sequence of time."""
    return [*sorted(done[:count], key=moment_of), *done[count:]]


def _told_late(done: Sequence[Event], left: Sequence[Event], keys: Keys) -> Iterator[list[Event]]:
    """With what would have left a trace after all that has; the rest at each of its places."""
    places = [_places(event, done)[: 1 if _leaves_trace(event, keys) else None] for event in left]
    return (_merged(done, left, chosen) for chosen in _together(places))


def _among(done: Sequence[Event], left: Sequence[Event], keys: Keys) -> Iterator[list[Event]]:
    """What left no trace, at each of its places among what is in the books."""
    places = [_places(event, done) for event in left]
    closed = _closed_before(done, keys)
    early = [
        each if closed is None or closed in each or not _may_close(event) else [*each, closed]
        for event, each in zip(left, places, strict=True)
    ]
    for chosen in islice(chain(_together(places), product(*early)), _MOST):
        yield _merged(done, left, chosen)
    for heard in left:
        others = [event for event in left if event is not heard]
        yield [*done, *others, heard]
        yield [heard, *done, *others]
    yield [*left, *done]
    yield from _where_money_tells(done, left, keys)
    if closed is not None:
        yield from _around_the_closing(done, left, closed, keys)


def _where_money_tells(
    done: Sequence[Event], left: Sequence[Event], keys: Keys
) -> Iterator[list[Event]]:
    """With each refund whose money moved before the first that was posted after and comes later.

    Then also before what was posted earlier: its money may have waited for a receipt.
    """
    latest, by_then = [], []
    for event in left:
        money, each = _money_place(event, keys), _places(event, done)
        after = [at for at in each[1:] if place_of(done[at], keys) > money]
        latest.append([min(after)] if after else each)
        by_then.append([at for at in each if at <= min(after)] if after else each)
    for places in (latest, by_then):
        for chosen in islice(product(*places), _MOST):
            yield _merged(done, left, chosen)


def _around_the_closing(
    done: Sequence[Event], left: Sequence[Event], closed: int, keys: Keys
) -> Iterator[list[Event]]:
    """With what was known when the order was closed before that, and what was not behind it.

    Money that went back before tells that its refund was known: so it is tried there first.
    """
    marked = [*done[:closed], None, *done[closed:]]
    by_then = _first_rest(keys)
    places = [
        sorted(_places(event, marked), key=lambda at: at > closed)
        if _money_place(event, keys) < by_then
        else _places(event, marked)
        for event in left
    ]
    for chosen in islice(product(*places), _MOST):
        yield _merged(marked, left, chosen)


def _leaves_trace(event: Event, keys: Keys) -> bool:
    """Whether it is booked once it is known: a parcel, or money that went back and is not there."""
    is_paid_back = isinstance(event, RefundEvent) and bool(event.money.settled)
    is_open = is_paid_back and _money_place(event, keys) == len(keys.known)
    return isinstance(event, Delivery) or is_open


def _money_place(event: Event, keys: Keys) -> int:
    """Where the first money of a refund stands among the postings; last where it has none."""
    moved = event.refund.transactions if isinstance(event, RefundEvent) else ()
    names = [f"{what}:{payment.ref.id}" for payment in moved for what in ("refund", "pending")]
    return min((keys.place(*each) for each in product(MONEY_BACK, names)), default=len(keys.known))


def _together(places: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """All of them at their first place, then all at their second, and so on."""
    last = max(map(len, places), default=1)
    return ([each[min(rank, len(each) - 1)] for each in places] for rank in range(last))


def _places(event: Event, done: Sequence[Event | None]) -> list[int]:
    """Before which of the booked events it may stand; after all of them first.

    What closed the order (None) has no moment of its own. An order is billed on capture when it is
    paid or a parcel leaves before: a parcel that is heard of late makes that moment an earlier one
    than the order was billed at.
    """
    later = [
        at
        for at, other in enumerate(done)
        if other is None or isinstance(other, Capture) or moment_of(other) > moment_of(event)
    ]
    return [len(done), *reversed(later)]


def _may_close(event: Event) -> bool:
    """Whether it may have left nothing of the order to be sent, without a trace of its own."""
    return isinstance(event, RefundEvent) and any(
        line.restock not in CAME_BACK for line in event.refund.lines
    )


def _closed_before(done: Sequence[Event], keys: Keys) -> int | None:
    """Before which of the booked events the order was closed; None where nothing tells so.

    What closed it may have happened after one of them that was heard of late.
    """
    closing = _first_rest(keys)
    if closing == len(keys.known):
        return None
    before = [at for at, event in enumerate(done, start=1) if place_of(event, keys) < closing]
    return max(before, default=0)


def _first_rest(keys: Keys) -> int:
    """Where what a closing billed or recognised first stands; last where it did neither."""
    rests = (
        keys.place(kind, f"{what}:{REST}{name}")
        for kind, what in (
            (PostingKind.INVOICE, "invoice"),
            (PostingKind.JOURNAL_ENTRY, "recognise"),
        )
        for name in keys.purposes(kind, f"{what}:{REST}")
    )
    return min(rests, default=len(keys.known))


def _merged(
    done: Sequence[Event | None], left: Sequence[Event], chosen: Sequence[int]
) -> list[Event]:
    merged: list[Event | None] = []
    for at in range(len(done) + 1):
        merged += [event for event, place in zip(left, chosen, strict=True) if place == at]
        merged += done[at : at + 1]
    return [event for event in merged if event is not None]


def place_of(event: Event, keys: Keys) -> int:
    """Where the event's first posting stands among those of the order; last where it has none.

    A parcel whose arrival was booked had left by then, also where its leaving billed nothing.
    """
    return min((keys.place(*kind) for kind in _kinds(event)), default=len(keys.known))


def keeps_sequence(life: Life, keys: Keys, entries: Entries) -> bool:
    """Whether what is in the books comes first, each kind in the sequence of its postings."""
    billed = [sale.id for sale in life.billed if entries.is_invoiced(sale)]
    recognised = [sale.id for sale in life.recognised] if life.is_deferred else []
    credited = [item.refund.ref.id for item in life.credits if item.total]
    return all(
        _begins_with(names, keys.purposes(kind, prefix))
        for names, kind, prefix in (
            (billed, PostingKind.INVOICE, "invoice:"),
            (recognised, PostingKind.JOURNAL_ENTRY, "recognise:"),
            (credited, PostingKind.CREDIT_MEMO, "credit:"),
        )
    )


def _begins_with(names: Sequence[str], in_books: Sequence[str]) -> bool:
    told = [name for name in names if not name.startswith(EDIT)]
    known = [name for name in in_books if not name.startswith(EDIT)]
    return told[: len(known)] == known


def _kinds(event: Event) -> list[tuple[PostingKind, str]]:
    match event:
        case Capture():
            return [(PostingKind.INVOICE, f"invoice:{event.id}")]
        case Delivery():
            billed = [(PostingKind.INVOICE, f"invoice:{event.id}")] if event.bills else []
            return [*billed, (PostingKind.JOURNAL_ENTRY, f"recognise:{event.id}")]
        case RefundEvent():
            return [(PostingKind.CREDIT_MEMO, f"credit:{event.refund.ref.id}")]
        case Edit():
            name = f"{EDIT}{event.id}"
            return [
                (PostingKind.INVOICE, f"invoice:{name}"),
                (PostingKind.CREDIT_MEMO, f"credit:{name}"),
                (PostingKind.JOURNAL_ENTRY, f"recognise:{name}"),
                (PostingKind.JOURNAL_ENTRY, f"cogs:{name}"),
            ]
