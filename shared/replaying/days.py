"""A past day's journal rebuilt from archived documents, and what another mapping makes of it.

Each frozen event is sought in the order's life as the archive tells it: it counts as the same where
some moment of that life gives exactly its lines. The events found so are added up like an export
adds them up, and the journals that come out are compared with what the ledger says was sent.
Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from shared.facts.record import FactsRecord, FactsStore, order_pk
from shared.gl.batches import Sealed, postings
from shared.gl.contents import Contents, contents_of, grouped
from shared.gl.days import Day, DayBook, DayKey
from shared.gl.revisions import Batch, BatchState
from shared.ledger.content import content_hash
from shared.ledger.port import Ledger
from shared.ledger.records import Record
from shared.postings.book import StoreBook
from shared.postings.findings import Finding
from shared.postings.plan import DayEntry, Posting
from shared.postings.planner import plan
from shared.replaying.history import (
    Moment,
    RawDocuments,
    UnreadableHistoryError,
    is_whole,
    moments,
)
from shared.undo.memory import recall
from shared.undo.planner import plan_undo

BookOf = Callable[[FactsRecord], StoreBook]
"""The book of an order in some version of the mapping; raises `NoBookError`."""


class EventState(StrEnum):
    """What the archive says of an event that was frozen.

    SAME: it gives exactly its lines. DIFFERENT: it gives the event with other lines. MISSING: it
    gives no such event. UNREADABLE: a document of its order is gone, or the order itself.
    """

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One event: as it was frozen, as the archive gives it, and as another mapping would.

    `source` is the archived document after which the order had these lines; `note` says in words
    what is wrong or worth knowing.
    """

    event: str
    order_id: str
    state: EventState
    frozen: DayEntry
    rebuilt: DayEntry | None = None
    other: DayEntry | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A line of the journal that differs: what was frozen, and what comes out now.

    An amount that is None stands for a line that is not there.
    """

    account: str
    side: Side
    dimensions: Dimensions
    frozen: Money | None
    rebuilt: Money | None


@dataclass(frozen=True, slots=True)
class AccountDifference:
    """An account's balance of the day, debits positive: frozen, and under the other mapping."""

    account: str
    frozen: Money
    other: Money

    @property
    def difference(self) -> Money:
        """How much more the other mapping puts there."""
        return self.other - self.frozen


@dataclass(frozen=True, slots=True)
class DayReplay:
    """One batch of a day, rebuilt.

    `is_same` says that every event came out the same, that they have the membership which was
    sealed, and that the journals made of them are byte for byte those that were sent.
    """

    key: DayKey
    sequence: int
    mapping_version: str
    membership: str
    rebuilt_membership: str
    is_sent_content: bool
    events: tuple[Replayed, ...]
    lines: tuple[LineDifference, ...]
    accounts: tuple[AccountDifference, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the archive gives byte for byte the journal that was posted."""
        is_each = all(event.state is EventState.SAME for event in self.events)
        return is_each and self.is_sent_content and self.membership == self.rebuilt_membership


@dataclass(frozen=True, slots=True)
class ReplayParts:
    """What a replay reads; `book_of` is the book that an order was posted under."""

    facts: FactsStore
    days: DayBook
    ledger: Ledger
    archive: RawDocuments
    book_of: BookOf


class DayReplayer:
    """Rebuilds days; writes nothing anywhere."""

    def __init__(self, parts: ReplayParts) -> None:
        """Read from `parts`."""
        self._parts = parts

    def replay(self, key: DayKey, *, other: BookOf | None = None) -> list[DayReplay]:
        """Every frozen batch of the day, and with `other` what that mapping makes of it.

        Raises:
            NoBookError: a mapping is not there.
        """
        day = self._parts.days.read(key)
        chain = self._parts.ledger.chain(key.ledger_pk)
        lives: dict[str, _Life] = {}
        replays = []
        for batch in day.batches:
            if batch.state in (BatchState.OPEN, BatchState.VOID):
                continue
            events = tuple(
                self._event(key, frozen, lives, other)
                for frozen in sorted(day.members(batch), key=lambda entry: entry.event)
            )
            replays.append(self._batch(key, day, batch, chain, events, is_other=other is not None))
        return replays

    def _event(
        self, key: DayKey, frozen: DayEntry, lives: dict[str, _Life], other: BookOf | None
    ) -> Replayed:
        order_id = frozen.order_id
        told = Replayed(frozen.event, order_id, EventState.UNREADABLE, frozen)
        if order_id not in lives:
            record = self._parts.facts.load(order_pk(key.tenant, key.store, order_id))
            if record is None:
                return replace(told, note="nothing is stored of its order")
            lives[order_id] = _Life(record, self._parts, other)
        life = lives[order_id]
        if life.note and not life.moments:
            return replace(told, note=life.note)
        return life.found(told)

    def _batch(
        self,
        key: DayKey,
        day: Day,
        batch: Batch,
        chain: Mapping[str, Record],
        events: tuple[Replayed, ...],
        *,
        is_other: bool,
    ) -> DayReplay:
        rebuilt = _contents(key, [event.rebuilt for event in events if event.rebuilt])
        kept = self._parts.days.parts(key, batch)
        before = day.batch(batch.replaces) if batch.replaces else None
        sealed_before = Sealed(before, self._parts.days.parts(key, before)) if before else None
        made = postings(key, Sealed(batch, rebuilt.parts), sealed_before) if rebuilt.parts else []
        frozen_lines = [line for part in kept for line in part.lines]
        other = [event.other for event in events if event.other]
        return DayReplay(
            key=key,
            sequence=batch.sequence,
            mapping_version=batch.mapping_version,
            membership=batch.membership_hash,
            rebuilt_membership=rebuilt.membership,
            is_sent_content=bool(made) and _are_sent(made, chain),
            events=events,
            lines=tuple(_differing(frozen_lines, _lines(rebuilt))),
            accounts=tuple(_accounts(frozen_lines, _lines(_contents(key, other)), key.currency))
            if is_other
            else (),
        )


class _Life:
    """The moments of one order, and the entries that each of them gives under its mapping."""

    def __init__(self, record: FactsRecord, parts: ReplayParts, other: BookOf | None) -> None:
        self.note = ""
        self.moments: list[Moment] = []
        try:
            self.moments = [each for each in moments(record, parts.archive) if each.is_bookable]
        except UnreadableHistoryError as error:
            self.note = str(error)
        else:
            last = self.moments[-1] if self.moments else None
            if not is_whole(record, last):
                self.note = "the archive does not tell all that is known of the order"
        self._entered = parts.days.entered(record.pk)
        self._book = parts.book_of(record).for_fees(record.fees)
        self._other = other(record).for_fees(record.fees) if other else None
        self._told: dict[int, dict[str, DayEntry]] = {}

    def found(self, told: Replayed) -> Replayed:
        """The event in the newest moment that gives its very lines, else in the newest at all."""
        newest: tuple[int, DayEntry] | None = None
        for place in reversed(range(len(self.moments))):
            entry = self._entries(place).get(told.event)
            if entry is None:
                continue
            newest = newest or (place, entry)
            if _is_same(entry, told.frozen):
                return self._with_other(told, place, entry, EventState.SAME)
        if newest is None:
            return replace(told, state=EventState.MISSING, note=self.note)
        return self._with_other(told, *newest, EventState.DIFFERENT)

    def _entries(self, place: int) -> dict[str, DayEntry]:
        if place not in self._told:
            entries, _ = _planned(self.moments[place].record, self._book, self._entered)
            self._told[place] = entries
        return self._told[place]

    def _with_other(
        self, told: Replayed, place: int, entry: DayEntry, state: EventState
    ) -> Replayed:
        moment = self.moments[place]
        found = replace(told, state=state, rebuilt=entry, source=moment.source)
        if self._other is None:
            return replace(found, note="" if state is EventState.SAME else self.note)
        entries, findings = _planned(moment.record, self._other, self._entered)
        other = entries.get(told.event)
        note = "; ".join(f"{each.reason.value} {each.place}" for each in findings)
        if other is None and not note:
            note = "this mapping gives no such event"
        return replace(found, other=other, note=note)


def _planned(
    record: FactsRecord, book: StoreBook, entered: Mapping[str, str]
) -> tuple[dict[str, DayEntry], Sequence[Finding]]:
    """The events of an order in each of its lives, with those that undid them."""
    entries: dict[str, DayEntry] = {}
    findings: Sequence[Finding] = ()
    for revision in range(record.revision + 1):
        life = replace(book.for_customer(record.customer), revision=revision)
        made = plan(record.facts, {}, life)
        findings = made.findings
        entries |= {entry.event: entry for entry in made.events}
        memory = recall(record, {}, life, entered=entered)
        undone = plan_undo({}, memory, life).day_entries
        entries |= {entry.event: entry for entry in undone if entry.event not in entries}
    return entries, findings


def _is_same(one: DayEntry, other: DayEntry) -> bool:
    return (one.lines, one.ledger_on, one.currency) == (
        other.lines,
        other.ledger_on,
        other.currency,
    )


def _contents(key: DayKey, entries: Iterable[DayEntry]) -> Contents:
    """What these events come to; one that belongs to another day now stands in this one."""
    of_day = [replace(entry, ledger_on=key.on) for entry in entries]
    ordered = sorted(of_day, key=lambda entry: entry.event)
    return contents_of(ordered, key.store, key.currency, key.on)


def _lines(contents: Contents) -> list[JournalLine]:
    return [line for part in contents.parts for line in part.lines]


def _are_sent(made: Iterable[Posting], chain: Mapping[str, Record]) -> bool:
    """Whether the ledger knows each of these postings with this very content."""
    return all(
        (known := chain.get(posting.key)) is not None
        and known.content_hash == content_hash(posting.document)
        for posting in made
    )


def _differing(
    frozen: Iterable[JournalLine], rebuilt: Iterable[JournalLine]
) -> Iterator[LineDifference]:
    was, now = grouped(frozen), grouped(rebuilt)
    for group in sorted({**was, **now}, key=repr):
        if was.get(group) != now.get(group):
            side, account, dimensions = group
            yield LineDifference(account, side, dimensions, was.get(group), now.get(group))


def _accounts(
    frozen: Iterable[JournalLine], other: Iterable[JournalLine], currency: str
) -> Iterator[AccountDifference]:
    """The balance of each account on both sides, of those too that do not differ."""
    was, now = _balances(frozen, currency), _balances(other, currency)
    zero = Money.zero(currency)
    for account in sorted({**was, **now}):
        yield AccountDifference(account, was.get(account, zero), now.get(account, zero))


def _balances(lines: Iterable[JournalLine], currency: str) -> dict[str, Money]:
    balances: dict[str, Money] = {}
    for line in lines:
        amount = line.amount if line.side is Side.DEBIT else -line.amount
        balances[line.account] = balances.get(line.account, Money.zero(currency)) + amount
    return balances
