"""What drift is found with and kept in, in memory; held to the same contracts as the tables."""

from __future__ import annotations

from collections.abc import Iterator

from shared.ledger.document_index import Place
from shared.ledger.records import Record, State
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

    def posted(self, tenant: str, entity: str) -> Iterator[Record]:
        for (_, key), record in list(self._ledger.records.items()):
            if key.startswith(f"{tenant}/{entity}/") and record.state is State.DONE:
                yield record
