"""The day book of a summary-mode channel: its events, and the batches they were frozen into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from shared.postings.plan import DayEntry, Posted


@dataclass(frozen=True, slots=True, order=True)
class DayKey:
    """One ledger date of one store in one currency (R-11.2)."""

    tenant: str
    store: str
    currency: str
    on: date

    @property
    def pk(self) -> str:
        """Its partition in the orders table."""
        return f"DAY#{self.tenant}#{self.store}#{self.currency}#{self.on.isoformat()}"

    @property
    def ledger_pk(self) -> str:
        """Its partition in the ledger."""
        return f"GL#{self.tenant}#{self.store}#{self.on.isoformat()}"

    @classmethod
    def parse(cls, pk: str) -> DayKey:
        """The day of a partition key.

        Raises:
            ValueError: it is not the key of a day.
        """
        kind, tenant, store, currency, on = pk.split("#")
        if kind != "DAY":
            message = "this is no day's key"
            raise ValueError(message)
        return cls(tenant, store, currency, date.fromisoformat(on))


class BatchState(StrEnum):
    """OPEN: its membership is being frozen. SEALED: frozen, to be posted. DONE: in the books."""

    OPEN = "open"
    SEALED = "sealed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Batch:
    """One journal of a day: which events it holds, and that they did not change since (R-11.4)."""

    sequence: int
    state: BatchState
    members: int = 0
    membership_hash: str = ""
    debits: str = ""
    results: Posted | None = None

    @property
    def name(self) -> str:
        """What its members point to."""
        return f"BATCH#{self.sequence:04d}"


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An event of the day and the batch it was frozen into, empty while it is free."""

    entry: DayEntry
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """All that the day book holds of one day, by one consistent read."""

    key: DayKey
    entries: tuple[KeptEntry, ...] = ()
    batches: tuple[Batch, ...] = ()

    @property
    def free(self) -> tuple[DayEntry, ...]:
        """The events that are in no batch."""
        return tuple(kept.entry for kept in self.entries if not kept.batch)

    def members(self, batch: Batch) -> tuple[DayEntry, ...]:
        """The events frozen into that batch."""
        return tuple(kept.entry for kept in self.entries if kept.batch == batch.name)

    @property
    def unfinished(self) -> Batch | None:
        """The first batch that is not in the books yet."""
        return next((b for b in self.batches if b.state is not BatchState.DONE), None)

    @property
    def next_sequence(self) -> int:
        """The number of the next batch, from 1."""
        return max((batch.sequence for batch in self.batches), default=0) + 1


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
        """The events of an order that are in a day book, with the digest of their lines."""
        ...

    def enter(self, order_pk: str, tenant: str, entry: DayEntry, *, due_at: datetime) -> None:
        """Add one event to its day; nothing happens when it is there already.

        An event whose day is exported already goes into the day's next batch, never into one that
        was sealed. `due_at` is when its day is over.

        Raises:
            EntryConflictError: it is there with other lines.
        """
        ...

    def due(self, tenant: str, *, now: datetime) -> Sequence[DayKey]:
        """Days that are over and hold something that is not in the books; candidates only."""
        ...

    def read(self, key: DayKey) -> Day:
        """Everything of one day."""
        ...

    def open_batch(self, key: DayKey, sequence: int, *, due_at: datetime) -> Batch:
        """A new batch to freeze events into; the known one where another export was faster.

        From `due_at`, when its day was over, until it is in the books it is listed as due.

        Raises:
            BatchMovedError: that batch is sealed already.
        """
        ...

    def freeze(self, key: DayKey, batch: Batch, entries: Sequence[DayEntry]) -> None:
        """Put free events into an open batch; those that another batch took are left alone."""
        ...

    def seal(self, key: DayKey, batch: Batch) -> None:
        """Store the batch's membership for good.

        Raises:
            BatchMovedError: it is not open any more.
        """
        ...

    def complete(self, key: DayKey, batch: Batch, results: Posted) -> None:
        """Record that the batch is in the books."""
        ...
