"""The life of one order as the archive tells it, and the events of days that it gives.

An event that was frozen counts as the same where some moment of that life gives exactly its lines.
That of an edit is what such a moment changes of the event, as an earlier moment gives it (R-11.6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.facts.record import FactsRecord
from shared.gl.days import DayBook, KeptEntry
from shared.posting.day_edits import EDIT, edit_entry
from shared.postings.book import StoreBook
from shared.postings.findings import Finding
from shared.postings.plan import DayEntry, Edited
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


def to_find(frozen: DayEntry) -> Replayed:
    """An event of which nothing was found yet."""
    return Replayed(frozen.event, frozen.order_id, EventState.UNREADABLE, frozen)


@dataclass(frozen=True, slots=True)
class _Planned:
    """What one moment gives under one mapping: its events by name."""

    entries: Mapping[str, DayEntry] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    edited: Edited | None = None

    @property
    def why(self) -> str:
        """What stands against booking it, in words."""
        return "; ".join(f"{one.reason.value} {one.place}" for one in self.findings)


class Life:
    """The moments of one order, and the entries that each of them gives under its mapping."""

    def __init__(
        self,
        record: FactsRecord,
        days: DayBook,
        archive: RawDocuments,
        book: StoreBook,
        other: StoreBook | None,
    ) -> None:
        """Read the order's documents; `other` is its book under another mapping, if one is asked.

        `note` says what the archive lacks; without `moments` nothing can be found.
        """
        self.note = ""
        self.moments: list[Moment] = []
        try:
            self.moments = [each for each in moments(record, archive) if each.is_bookable]
        except UnreadableHistoryError as error:
            self.note = str(error)
        else:
            last = self.moments[-1] if self.moments else None
            if not is_whole(record, last):
                self.note = "the archive does not tell all that is known of the order"
        self._pk = record.pk
        self._days = days
        self._entered = days.entered(record.pk)
        self._book = book.for_fees(record.fees)
        self._other = other.for_fees(record.fees) if other else None
        self._told: dict[tuple[int, bool], _Planned] = {}

    def found(self, told: Replayed) -> Replayed:
        """The event in the newest moment that gives its very lines, else in the newest at all."""
        if told.frozen.edits:
            return self._edit(told)
        newest: tuple[int, DayEntry] | None = None
        for place in self._newest_first():
            entry = self._planned(place).entries.get(told.event)
            if entry is None:
                continue
            newest = newest or (place, entry)
            if _is_same(entry, told.frozen):
                return self._with_other(told, place, entry, EventState.SAME)
        if newest is None:
            return replace(told, state=EventState.MISSING, note=self.note)
        return self._with_other(told, *newest, EventState.DIFFERENT)

    def _edit(self, told: Replayed) -> Replayed:
        """The event of an edit, beside each content that the event it changed ever had."""
        kept = self._days.booked(self._pk, told.frozen.edits)
        names = [entry.event for entry in kept.edits] if kept else []
        if kept is None or told.event not in names:
            return replace(told, state=EventState.MISSING, note="what it changed is not there")
        earlier = kept.edits[: names.index(told.event)]
        found = told
        for base in (kept.entry, *(entry for _, entry in reversed(kept.older))):
            before = [self.found(to_find(entry)) for entry in (base, *earlier)]
            found = self._beside(told, before)
            if found.state is EventState.SAME:
                return found
        return found

    def _beside(self, told: Replayed, before: Sequence[Replayed]) -> Replayed:
        """What the edit changes of an event and its earlier edits, as the archive gives them."""
        wrong = [one.event for one in before if one.state is not EventState.SAME]
        if wrong:
            note = f"what it changed does not come out: {', '.join(wrong)}"
            return replace(told, state=EventState.DIFFERENT, note=note)
        base, *edits = [one.rebuilt for one in before if one.rebuilt]
        known, newest = KeptEntry(base, edits=tuple(edits)), None
        for place in self._newest_first():
            entry = _edited(told.frozen, known, self._planned(place), self._book)
            if entry is None:
                continue
            newest = newest or (place, entry)
            if entry.event == told.event and _is_same(entry, told.frozen):
                found = replace(told, state=EventState.SAME, rebuilt=entry)
                return self._other_edit(found, place, before)
        if newest is None:
            note = self.note or "no moment of the archive has this edition"
            return replace(told, state=EventState.MISSING, note=note)
        return replace(told, state=EventState.DIFFERENT, rebuilt=newest[1], note=self.note)

    def _other_edit(self, found: Replayed, place: int, before: Sequence[Replayed]) -> Replayed:
        found = replace(found, source=self.moments[place].source)
        if self._other is None:
            return found
        base, *edits = [one.other for one in before]
        planned = self._planned(place, is_other=True)
        other = None
        if base is not None and all(edits):
            known = KeptEntry(base, edits=tuple(edit for edit in edits if edit))
            other = _edited(found.frozen, known, planned, self._other)
        note = planned.why if other is None else ""
        if other is None and not note:
            note = "this mapping gives no such event"
        return replace(found, other=other, note=note)

    def _with_other(
        self, told: Replayed, place: int, entry: DayEntry, state: EventState
    ) -> Replayed:
        found = replace(told, state=state, rebuilt=entry, source=self.moments[place].source)
        if self._other is None:
            return replace(found, note="" if state is EventState.SAME else self.note)
        planned = self._planned(place, is_other=True)
        other, note = planned.entries.get(told.event), planned.why
        if other is None and not note:
            note = "this mapping gives no such event"
        return replace(found, other=other, note=note)

    def _newest_first(self) -> Iterator[int]:
        return reversed(range(len(self.moments)))

    def _planned(self, place: int, *, is_other: bool = False) -> _Planned:
        if (place, is_other) not in self._told:
            book = self._other if is_other and self._other else self._book
            planned = _planned(self.moments[place].record, book, self._entered)
            self._told[place, is_other] = planned
        return self._told[place, is_other]


def _edited(
    frozen: DayEntry, known: KeptEntry, planned: _Planned, book: StoreBook
) -> DayEntry | None:
    """What a moment of the edition of an edit changes of what is known; None of any other."""
    wanted, edited = planned.entries.get(frozen.edits), planned.edited
    if wanted is None or edited is None:
        return None
    name = f"{EDIT}{frozen.edits}:{edited.edition}"
    if frozen.event != name and not frozen.event.startswith(f"{name}:"):
        return None
    return edit_entry(known, wanted, edited, book)


def _planned(record: FactsRecord, book: StoreBook, entered: Mapping[str, str]) -> _Planned:
    """The events of an order in each of its lives, with those that undid them."""
    entries: dict[str, DayEntry] = {}
    findings: Sequence[Finding] = ()
    edited: Edited | None = None
    for revision in range(record.revision + 1):
        life = replace(book.for_customer(record.customer), revision=revision)
        made = plan(record.facts, {}, life)
        findings, edited = made.findings, made.edited
        entries |= {entry.event: entry for entry in made.events}
        memory = recall(record, {}, life, entered=entered)
        undone = plan_undo({}, memory, life).day_entries
        entries |= {entry.event: entry for entry in undone if entry.event not in entries}
    return _Planned(entries, findings, edited)


def _is_same(one: DayEntry, other: DayEntry) -> bool:
    return (one.lines, one.ledger_on, one.currency) == (
        other.lines,
        other.ledger_on,
        other.currency,
    )
