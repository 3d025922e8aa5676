"""Payouts in a dictionary, conditional like the table; held to the same contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from shared.payouts.history import NOTHING
from shared.payouts.records import PayoutRecord
from shared.payouts.store import PayoutKey, PayoutMovedError


class MemoryPayouts:
    """Payouts by their keys."""

    def __init__(self) -> None:
        self.records: dict[PayoutKey, PayoutRecord] = {}

    def load(self, key: PayoutKey) -> PayoutRecord | None:
        return self.records.get(key)

    def save(self, record: PayoutRecord) -> PayoutRecord:
        key = key_of(record)
        stored = self.records.get(key)
        if (stored.version if stored else 0) != record.version:
            raise PayoutMovedError
        self.records[key] = replace(record, version=record.version + 1)
        return self.records[key]

    def heads(self, tenant: str, store: str) -> Iterator[PayoutRecord]:
        for key in sorted(self.records):
            if (key.tenant, key.store) == (tenant, store):
                record = self.records[key]
                yield replace(record, payout=replace(record.payout, lines=()), history=NOTHING)

    def due(self, tenant: str, *, now: datetime) -> Sequence[PayoutKey]:
        return sorted(
            key
            for key, record in self.records.items()
            if key.tenant == tenant and record.due_at is not None and record.due_at <= now
        )


def key_of(record: PayoutRecord) -> PayoutKey:
    """The key that a record is kept under."""
    return PayoutKey(record.tenant, record.payout.ref.store, record.payout.ref.id)
