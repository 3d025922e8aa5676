"""What drift is found with and kept in, in memory; held to the same contracts as the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shared.drift.records import Drift, StaleDriftError
from shared.ledger.document_index import Place
from tests.fakes import MemoryLedger


class MemoryDocumentIndex:
    """The document index over a ledger in memory."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def places(self, tenant: str, number: str) -> tuple[Place, ...]:
        return tuple(
            Place(pk, key)
            for (pk, key), record in self._ledger.records.items()
            if record.document_number == number and key.startswith(f"{tenant}/")
        )


class MemoryDrifts:
    """Drift records in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Drift] = {}

    def load(self, tenant: str, key: str) -> Drift | None:
        return self.kept.get((tenant, key))

    def save(self, drift: Drift) -> Drift:
        place = (drift.tenant, drift.place.key)
        known = self.kept.get(place)
        if (known.version if known else 0) != drift.version:
            raise StaleDriftError(drift.place.key)
        newer = replace(drift, version=drift.version + 1)
        self.kept[place] = newer
        return newer

    def all(self, tenant: str) -> Iterator[Drift]:
        for (of, _), drift in sorted(self.kept.items()):
            if of == tenant:
                yield drift
