"""The day books of summary channels in memory, conditional like the real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from intacct.documents import JournalLine
from shared.gl.contents import Part
from shared.gl.days import BatchMovedError, Day, DayKey, EntryConflictError, KeptEntry, WithEdits
from shared.gl.revisions import Batch, BatchState
from shared.ledger.content import digest
from shared.postings.plan import DayEntry, Posted


class MemoryDayBook:
    """Day books in dictionaries, conditional like the real ones."""

    def __init__(self) -> None:
        self.entries_of: dict[DayKey, dict[str, KeptEntry]] = {}
        self.batches: dict[DayKey, dict[int, Batch]] = {}
        self.parts_of: dict[tuple[DayKey, int, str], tuple[Part, ...]] = {}
        self.guards: dict[str, dict[str, str]] = {}
        self.heads: dict[DayKey, Day] = {}

    def entered(self, order_pk: str) -> dict[str, str]:
        return dict(self.guards.get(order_pk, {}))

    def enter(self, order_pk: str, tenant: str, entry: DayEntry, *, due_at: datetime) -> None:
        key = DayKey(tenant, entry.store, entry.currency, entry.ledger_on)
        known = self.entries_of.setdefault(key, {}).setdefault(entry.event, KeptEntry(entry))
        if known.entry.lines != entry.lines:
            raise EntryConflictError(entry.event)
        self._list(key, due_at)
        self.guards.setdefault(order_pk, {})[entry.event] = digest(entry.lines)

    def booked(self, order_pk: str, event: str) -> KeptEntry | None:
        known = event in self.guards.get(order_pk, {})
        found = (entries[event] for entries in self.entries_of.values() if event in entries)
        return next(found, None) if known else None

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
        edited, store = known.entry, entry.store
        day = self.entries_of[DayKey(tenant, store, edited.currency, edited.ledger_on)]
        now = day[edited.event]
        key = DayKey(tenant, store, entry.currency, entry.ledger_on)
        is_there = entry.event in self.entries_of.get(key, {})
        if is_there or (now.entry.lines, now.edits) != (edited.lines, known.edits):
            raise BatchMovedError
        day[edited.event] = replace(now, edits=(*now.edits, entry))
        self.entries_of.setdefault(key, {})[entry.event] = KeptEntry(entry)
        self.guards.setdefault(order_pk, {})[edited.event] = digest(tuple(told))
        self._list(key, due_at)

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
        key = key or DayKey(tenant, entry.store, entry.currency, entry.ledger_on)
        known = self.entries_of.get(key, {}).get(entry.event)
        if known is None:
            raise BatchMovedError
        if (known.entry.lines, known.entry.counts) != (entry.lines, entry.counts):
            if len(known.edits) != (edited.count if edited else 0):
                raise BatchMovedError
            older = ((known.batch, known.entry),) if known.batch else ()
            kept = KeptEntry(entry, "", (*known.older, *older), known.edits)
            self.entries_of[key][entry.event] = kept
        self._list(key, due_at)
        if order_pk:
            told = edited.told if edited else entry.lines
            self.guards.setdefault(order_pk, {})[entry.event] = digest(told)

    def correct(self, key: DayKey, *, by: str, through: str, due_at: datetime) -> None:
        if by:
            self._list(key, due_at)
        self.heads[key] = replace(self.head(key), corrected_by=by, corrected_to=through, batches=())

    def due(self, tenant: str, *, now: datetime) -> Sequence[DayKey]:
        return [
            key
            for key, head in sorted(self.heads.items())
            if (key.tenant, key.payout) == (tenant, "")
            and head.due_at is not None
            and head.due_at <= now
        ]

    def head(self, key: DayKey) -> Day:
        batches = tuple(batch for _, batch in sorted(self.batches.get(key, {}).items()))
        return replace(self.heads.get(key, Day(key)), batches=batches)

    def read(self, key: DayKey) -> Day:
        return replace(self.head(key), entries=tuple(self.entries(key)))

    def entries(self, key: DayKey, *, after: str = "") -> Iterator[KeptEntry]:
        names = sorted(name for name in self.entries_of.get(key, {}) if name > after)
        return (self.entries_of[key][name] for name in names)

    def free(self, key: DayKey) -> Iterator[str]:
        return (kept.entry.event for kept in self.entries(key) if not kept.batch)

    def open_batch(self, key: DayKey, batch: Batch) -> Batch:
        known = self.batches.setdefault(key, {}).setdefault(batch.sequence, batch)
        if known.state is not BatchState.OPEN:
            raise BatchMovedError
        return known

    def freeze(self, key: DayKey, batch: Batch, events: Sequence[str]) -> None:
        known = self.batches[key][batch.sequence]
        if known.state is not BatchState.OPEN:
            raise BatchMovedError
        entries = self.entries_of[key]
        free = [name for name in events if not entries[name].batch]
        for name in free:
            entries[name] = replace(entries[name], batch=batch.name)
        frozen = replace(known, frozen=known.frozen + len(free))
        self.batches[key][batch.sequence] = frozen

    def seal(self, key: DayKey, batch: Batch, parts: Sequence[Part]) -> None:
        known = self.batches[key][batch.sequence]
        if known.state is not BatchState.OPEN or known.frozen != batch.frozen:
            raise BatchMovedError
        self.parts_of[key, batch.sequence, batch.membership_hash] = tuple(parts)
        if batch.replaces:
            replaced = self.batches[key][batch.replaces]
            self.batches[key][batch.replaces] = replace(replaced, replaced_by=batch.sequence)
        self.batches[key][batch.sequence] = batch

    def parts(self, key: DayKey, batch: Batch) -> tuple[Part, ...]:
        return self.parts_of.get((key, batch.sequence, batch.membership_hash), ())

    def move(self, key: DayKey, known: Batch, wanted: Batch) -> None:
        if self.batches[key][known.sequence] != known:
            raise BatchMovedError
        self.batches[key][known.sequence] = wanted

    def complete(self, key: DayKey, batch: Batch, results: Posted) -> None:
        known = self.batches[key][batch.sequence]
        if known.state not in (BatchState.SEALED, BatchState.DONE):
            raise BatchMovedError
        done = replace(known, state=BatchState.DONE, results=results)
        self.batches[key][batch.sequence] = done

    def settle(self, day: Day, *, due_at: datetime | None = None) -> None:
        known = self.heads.get(day.key)
        if known is not None and known.entered == day.entered:
            self.heads[day.key] = replace(known, due_at=due_at)

    def _list(self, key: DayKey, due_at: datetime) -> None:
        known = self.heads.get(key, Day(key))
        self.heads[key] = replace(known, entered=known.entered + 1, due_at=due_at)
