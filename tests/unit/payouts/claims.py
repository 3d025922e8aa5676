"""Which events payouts took, in the dictionaries of a day book; held to the same contract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.gl.days import DayKey, EntryConflictError, KeptEntry
from shared.gl.payout_days import EventTakenError, PayoutParts
from shared.ledger.content import digest
from shared.postings.plan import DayEntry
from tests.fake_day_book import MemoryDayBook


class MemoryPayoutDays:
    """Claims beside the day book whose events they are."""

    def __init__(self, days: MemoryDayBook) -> None:
        self._days = days
        self._parts: dict[tuple[str, str, str], PayoutParts] = {}
        self._holders: dict[str, dict[str, DayKey]] = {}

    def holders(self, order_pk: str) -> dict[str, DayKey]:
        claimed = self._holders.get(order_pk, {})
        return {event: claimed.get(event) or self._day(event) for event in self._entered(order_pk)}

    def parts(self, tenant: str, store: str, payout: str) -> PayoutParts | None:
        return self._parts.get((tenant, store, payout))

    def plan(self, keys: Iterable[DayKey], deposit: DayKey) -> PayoutParts:
        place = (deposit.tenant, deposit.store, deposit.payout)
        known = self._parts.get(place, PayoutParts((), deposit))
        every = sorted({*known.keys, *keys}, key=lambda key: key.on)
        self._parts[place] = replace(known, keys=tuple(every))
        return self._parts[place]

    def claim(self, order_pk: str, key: DayKey, entry: DayEntry) -> None:
        if entry.event in self._entered(order_pk):
            holder = self.holders(order_pk)[entry.event]
            if holder != key:
                raise EventTakenError(entry.event, holder)
        self.put(key, entry)
        self._days.guards.setdefault(order_pk, {})[entry.event] = digest(entry.lines)
        self._holders.setdefault(order_pk, {})[entry.event] = key

    def put(self, key: DayKey, entry: DayEntry) -> None:
        known = self._days.entries_of.setdefault(key, {}).setdefault(entry.event, KeptEntry(entry))
        if known.entry.lines != entry.lines:
            raise EntryConflictError(entry.event)

    def close(self, parts: PayoutParts) -> PayoutParts:
        key = parts.deposit
        place = (key.tenant, key.store, key.payout)
        self._parts[place] = replace(self._parts[place], is_whole=True)
        return self._parts[place]

    def _entered(self, order_pk: str) -> dict[str, str]:
        return self._days.entered(order_pk)

    def _day(self, event: str) -> DayKey:
        return next(key for key, known in self._days.entries_of.items() if event in known)
