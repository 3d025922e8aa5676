"""The day book of a summary-mode channel: its events, and the batches they were frozen into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from intacct.documents import JournalLine
from shared.gl.contents import Part
from shared.gl.revisions import Batch, BatchState
from shared.postings.plan import DayEntry, Posted


@dataclass(frozen=True, slots=True, order=True)
class DayKey:
    """One ledger date of one store in one currency (R-11.2), or a payout's part of that date.

    `payout` is the id of the payout whose journal it is, empty for a day of a daily summary.
    """

    tenant: str
    store: str
    currency: str
    on: date
    payout: str = ""

    @property
    def pk(self) -> str:
        """Its partition in the orders table."""
        day = f"DAY#{self.tenant}#{self.store}#{self.currency}#{self.on.isoformat()}"
        return f"{day}#{self.payout}" if self.payout else day

    @property
    def ledger_pk(self) -> str:
        """Its partition in the ledger: that of the store's date, or of the payout."""
        if self.payout:
            return f"PAY#{self.tenant}#{self.store}#{self.payout}"
        return f"GL#{self.tenant}#{self.store}#{self.on.isoformat()}"

    @property
    def due_shard(self) -> str:
        """Where it stands in `due-index`: payouts bring their own parts into the books."""
        return f"GL-PAYOUT#{self.tenant}" if self.payout else f"GL#{self.tenant}"

    @property
    def dated(self) -> date | None:
        """The ledger date that all its events have; None where they may have any."""
        return None if self.payout else self.on

    @property
    def place(self) -> str:
        """What people call it, as journals and review records do."""
        of = f"payout {self.payout} " if self.payout else ""
        return f"{self.store} {of}{self.on.isoformat()} {self.currency}"

    def purpose(self, what: str, sequence: int) -> str:
        """The business fact of its `what` (summary, reversal, statistics) in a posting key."""
        of = f"payout:{self.payout}:" if self.payout else ""
        return f"{of}{what}:{self.on.isoformat()}:{self.currency}:{sequence}"

    @classmethod
    def parse(cls, pk: str) -> DayKey:
        """The day of a partition key.

        Raises:
            ValueError: it is not the key of a day.
        """
        kind, tenant, store, currency, on, *payout = pk.split("#", 5)
        if kind != "DAY":
            message = "this is no day's key"
            raise ValueError(message)
        return cls(tenant, store, currency, date.fromisoformat(on), *payout)


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An event of the day and the batch it was frozen into, empty while it is free.

    `older` are the contents that a correction replaced, each with the batch it was frozen into, the
    oldest first: what an earlier journal held can always be told again. `edits` are the events that
    stand beside it because the order was edited, in the sequence of their entering (R-11.6).
    """

    entry: DayEntry
    batch: str = ""
    older: tuple[tuple[str, DayEntry], ...] = ()
    edits: tuple[DayEntry, ...] = ()

    def as_of(self, sequence: int) -> DayEntry | None:
        """The content that the batch of that number counts; None when it counts none of it.

        A batch counts everything frozen into it or into an earlier one, each event once.
        """
        if self.batch and _number(self.batch) <= sequence:
            return self.entry
        held = [entry for batch, entry in self.older if _number(batch) <= sequence]
        return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Day:
    """What the day book knows of a day.

    `entries` are its events, where the day was read whole. `entered` counts how often an event was
    entered or corrected; `due_at` is since when the day has something to be exported, None when
    nothing. While a person has its lines made anew, `corrected_by` names them and `corrected_to` is
    the event up to which that was done.
    """

    key: DayKey
    entries: tuple[KeptEntry, ...] = ()
    batches: tuple[Batch, ...] = ()
    entered: int = 0
    due_at: datetime | None = None
    corrected_by: str = ""
    corrected_to: str = ""

    @property
    def free(self) -> tuple[DayEntry, ...]:
        """The events that are in no batch."""
        return tuple(kept.entry for kept in self.entries if not kept.batch)

    def members(self, batch: Batch) -> tuple[DayEntry, ...]:
        """The events that the batch counts, as it counts them."""
        counted = (kept.as_of(batch.sequence) for kept in self.entries)
        return tuple(entry for entry in counted if entry is not None)

    @property
    def unfinished(self) -> Batch | None:
        """The batch that is being frozen or posted."""
        return next((b for b in self.batches if b.state.is_unfinished), None)

    @property
    def posted(self) -> Batch | None:
        """The newest batch that is in the books: what the day's journal holds now."""
        done = [batch for batch in self.batches if batch.state is BatchState.DONE]
        return done[-1] if done else None

    @property
    def has_orphans(self) -> bool:
        """Whether events were frozen into a batch that was set aside, and no newer one counts."""
        counted = self.posted.sequence if self.posted else 0
        return any(
            batch.state is BatchState.VOID and batch.frozen and batch.sequence > counted
            for batch in self.batches
        )

    @property
    def next_sequence(self) -> int:
        """The number of the next batch, from 1."""
        return max((batch.sequence for batch in self.batches), default=0) + 1

    def batch(self, sequence: int) -> Batch | None:
        """The batch of that number."""
        return next((b for b in self.batches if b.sequence == sequence), None)


@dataclass(frozen=True, slots=True)
class WithEdits:
    """How many edits stand beside an event, and the lines that it comes to with them."""

    count: int
    told: tuple[JournalLine, ...]


class EntryConflictError(Exception):
    """The same event was entered before with other lines: never added twice, never ignored."""

    def __init__(self, event: str) -> None:
        """Name the event."""
        super().__init__(f"the event {event} was entered before with other lines")
        self.event = event


class BatchMovedError(Exception):
    """Another export moved the batch on since it was read: read the day again."""


class DayBook(Protocol):
    """Keeps events and batches; every write is conditional, nothing is deleted."""

    def entered(self, order_pk: str) -> dict[str, str]:
        """The events of an order that are in a day book, with the digest of their lines.

        An event that was edited counts with its edits, as the newest edition tells it.
        """
        ...

    def enter(self, order_pk: str, tenant: str, entry: DayEntry, *, due_at: datetime) -> None:
        """Add one event to its day; nothing happens when it is there already.

        An event whose day is exported already goes into the day's next batch, never into one that
        was sealed. `due_at` is when its day is over.

        Raises:
            EntryConflictError: it is there with other lines.
        """
        ...

    def booked(self, order_pk: str, event: str) -> KeptEntry | None:
        """An event of an order as its day book has it, with its edits; None where it has not."""
        ...

    def add_edit(
        self,
        order_pk: str,
        tenant: str,
        known: KeptEntry,
        entry: DayEntry,
        *,
        told: Sequence[JournalLine],
        due_at: datetime,
    ) -> None:
        """Enter what an edit changes of an event that is entered, whole or not at all (R-11.6).

        Args:
            order_pk: the order's partition.
            tenant: the tenant.
            known: the event, and its edits so far, as `booked` answered.
            entry: the event of the edit, in its own day.
            told: the lines that the order gives the edited event now; `entered` answers them.
            due_at: when the day of the edit is over.

        Raises:
            BatchMovedError: the event, or what was added to it, is not as `known` says.
        """
        ...

    def amend(
        self,
        order_pk: str,
        tenant: str,
        entry: DayEntry,
        *,
        due_at: datetime,
        key: DayKey | None = None,
        edited: WithEdits | None = None,
    ) -> None:
        """Give an event of its day other lines: what was exported of it is kept beside them.

        The event is free again, so that the next batch takes it up. `key` is where it stands, if
        that is not its own day; without an `order_pk` it is an event of no order. `edited` is
        needed of an event that has edits.

        Raises:
            BatchMovedError: an export, or another correction, moved it meanwhile.
        """
        ...

    def correct(self, key: DayKey, *, by: str, through: str, due_at: datetime) -> None:
        """Note who has the lines of a day made anew, and through which event that was done.

        The day is on the agenda from then on. An empty `by` ends it.
        """
        ...

    def due(self, tenant: str, *, now: datetime) -> Sequence[DayKey]:
        """Days that are over and hold something that is not in the books; candidates only."""
        ...

    def head(self, key: DayKey) -> Day:
        """The batches of a day and how it stands on the agenda, without its events."""
        ...

    def read(self, key: DayKey) -> Day:
        """Everything of one day, for those who look into it; an export lets it pass by instead."""
        ...

    def entries(self, key: DayKey, *, after: str = "") -> Iterator[KeptEntry]:
        """All events of a day in the order of their names, page by page; those `after` one only."""
        ...

    def free(self, key: DayKey) -> Iterator[str]:
        """The names of the events that are in no batch, page by page."""
        ...

    def open_batch(self, key: DayKey, batch: Batch) -> Batch:
        """A new batch to freeze events into; the known one where another export was faster.

        Raises:
            BatchMovedError: that batch is not open any more.
        """
        ...

    def freeze(self, key: DayKey, batch: Batch, events: Sequence[str]) -> None:
        """Put free events into an open batch; those that another export took are left alone.

        Raises:
            BatchMovedError: the batch is not open any more.
        """
        ...

    def seal(self, key: DayKey, batch: Batch, parts: Sequence[Part]) -> None:
        """Store the batch's membership and its lines for good.

        Raises:
            BatchMovedError: it is not open any more, or more was frozen into it than
                `batch.frozen` says.
        """
        ...

    def parts(self, key: DayKey, batch: Batch) -> tuple[Part, ...]:
        """The lines of a sealed batch, one part for each of its journals."""
        ...

    def move(self, key: DayKey, known: Batch, wanted: Batch) -> None:
        """Change what a sealed batch will post, or set it aside.

        Raises:
            BatchMovedError: it is not as `known` says.
        """
        ...

    def complete(self, key: DayKey, batch: Batch, results: Posted) -> None:
        """Record that the batch is in the books."""
        ...

    def settle(self, day: Day, *, due_at: datetime | None = None) -> None:
        """Take the day off the agenda until then, unless something was entered since it was read.

        Without a date it comes back with the next event only.
        """
        ...


def _number(name: str) -> int:
    return int(name.rpartition("#")[2])
