"""Payouts in a replayed day: their own money, rebuilt from what is kept of their sources.

What a source told of a payout is kept whole, in parts that never change: that is its archive. Its
entries, or its own money in the journals with its sales, are planned from it once more, under the
version of the mapping that gives what was booked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from shared.gl.days import DayKey
from shared.payouts.planner import plan_payout
from shared.payouts.records import PayoutRecord
from shared.payouts.store import PayoutKey, Payouts
from shared.payouts.summary_parts import own_event, settled
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry
from shared.replaying.lives import EventState, Replayed


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """Finds the own money of payouts; `other` is the book of another mapping, if one is asked.

    `books_of` are the books of a tenant's store in every version, the newest first.
    """

    payouts: Payouts
    books_of: Callable[[str, str], Iterable[StoreBook]]
    other: Callable[[str, str], StoreBook] | None = None

    def found(self, key: DayKey, told: Replayed) -> Replayed:
        """The payout's event as what is kept gives it, under the version that it was booked with.

        Args:
            key: a part of a payout's journals.
            told: its own event in it.
        """
        record = self.payouts.load(PayoutKey(key.tenant, key.store, key.payout))
        if record is None:
            return replace(told, note="nothing is kept of its payout")
        on = told.frozen.ledger_on
        newest: DayEntry | None = None
        for book in self.books_of(key.tenant, key.store):
            entry = _own(record, book, on)
            newest = newest or entry
            if entry is not None and entry.lines == told.frozen.lines:
                found = replace(told, state=EventState.SAME, rebuilt=entry)
                return self._with_other(found, record, key)
        if newest is None:
            return replace(told, state=EventState.MISSING, note="it has no money on this date")
        return replace(told, state=EventState.DIFFERENT, rebuilt=newest)

    def _with_other(self, found: Replayed, record: PayoutRecord, key: DayKey) -> Replayed:
        source = f"payout {record.payout.ref.id}"
        if self.other is None:
            return replace(found, source=source)
        entry = _own(record, self.other(key.tenant, key.store), found.frozen.ledger_on)
        note = "" if entry is not None else "this mapping gives no such event"
        return replace(found, source=source, other=entry, note=note)


def _own(record: PayoutRecord, book: StoreBook, on: date) -> DayEntry | None:
    """The payout's own event of a date; None where it has no money of its own on it."""
    planned = plan_payout(record, book)
    if planned.findings:
        return None
    told = settled(record, planned, book)
    if on not in told.money and on != told.deposit_on:
        return None
    return own_event(record, book, on, told.money.get(on, ()))


def payouts_on(payouts: Payouts, tenant: str, store: str) -> Iterator[PayoutRecord]:
    """The payouts of a store that something was booked of, with their lines."""
    for head in payouts.heads(tenant, store):
        record = payouts.load(PayoutKey(tenant, store, head.payout.ref.id))
        if record is not None and record.frozen:
            yield record
