"""What of an order is in the books now, by kind and purpose, as its posting keys tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.ledger.records import Record, State
from shared.postings.book import StoreBook
from shared.postings.plan import PostingKind

UNDO = "undo:"
"""What the purposes of postings begin with that undo others."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a posting key says: its entity, its kind, the store with its revision, the purpose."""

    entity: str
    kind: PostingKind
    store: str
    purpose: str

    @property
    def undoes(self) -> bool:
        """Whether it undoes another posting."""
        return self.purpose.startswith(UNDO)


def named(key: str) -> Named | None:
    """The parts of a posting key; None where it is none."""
    parts = key.split("/", 3)
    if len(parts) < 4 or parts[2] not in set(PostingKind):  # noqa: PLR2004  # tenant to store
        return None
    store, _, purpose = parts[3].partition(":")
    return Named(parts[1], PostingKind(parts[2]), store, purpose)


def of_this_life(records: Iterable[Record], book: StoreBook) -> list[tuple[Named, Record]]:
    """The order's own postings of its present revision, without those that undo others."""
    told = ((named(record.key), record) for record in records)
    return [
        (name, record)
        for name, record in told
        if name is not None and name.store == book.keyed_store and not name.undoes
    ]


def in_books(chain: Mapping[str, Record], book: StoreBook) -> list[tuple[Named, Record]]:
    """Those that are in the books, whether they were undone meanwhile or not."""
    return [
        (name, record)
        for name, record in of_this_life(chain.values(), book)
        if record.state is State.DONE and record.result is not None
    ]
