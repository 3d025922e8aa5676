"""What is to be made anew: the heads of all rows, and what was sent, on disk by their names.

A tenant has a row for every order that it ever had: none of this is held in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Self

from shared.reconciliation.book import RowHead
from shared.reconciliation.ledger_desk import opened

_TABLES = """
CREATE TABLE head (
    store TEXT, name TEXT, version INT, is_open INT, PRIMARY KEY (store, name)
) WITHOUT ROWID;
CREATE TABLE sent (pk TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class RowHeads:
    """The heads of a tenant's rows, and the ledger partitions in which something was sent."""

    def __init__(self) -> None:
        """Open an empty one; it is a context manager that clears it away."""
        self._rows: sqlite3.Connection = opened(_TABLES)

    def __enter__(self) -> Self:
        """Give the same."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear everything away."""
        self._rows.close()

    def take(self, store: str, heads: Iterable[RowHead]) -> None:
        """Take in the heads of a store."""
        told = ((store, one.name, one.version, one.is_open) for one in heads)
        self._rows.executemany("INSERT OR REPLACE INTO head VALUES (?, ?, ?, ?)", told)

    def take_sent(self, partitions: Iterable[str]) -> None:
        """Take in ledger partitions in which something was sent."""
        self._rows.executemany(
            "INSERT OR IGNORE INTO sent VALUES (?)", ((pk,) for pk in partitions)
        )

    def was_sent(self, pk: str) -> bool:
        """Whether something was sent in a ledger partition."""
        found = self._rows.execute("SELECT 1 FROM sent WHERE pk = ?", (pk,))
        return found.fetchone() is not None

    def sent(self, prefix: str) -> Iterator[str]:
        """The partitions with that prefix in which something was sent, without it."""
        found = self._rows.execute(
            "SELECT pk FROM sent WHERE substr(pk, 1, ?) = ?", (len(prefix), prefix)
        )
        return (pk.removeprefix(prefix) for (pk,) in found)

    def is_known(self, store: str, name: str) -> bool:
        """Whether there is a row of that name."""
        return self._head(store, name) is not None

    def is_stale(self, store: str, name: str, version: int) -> bool:
        """Whether a row is to be made anew for that version of its facts."""
        head = self._head(store, name)
        return head is None or head[0] != version or bool(head[1])

    def days(self, store: str) -> Iterator[RowHead]:
        """The heads of the rows of a store's days."""
        found = self._rows.execute(
            "SELECT name, version, is_open FROM head WHERE store = ? AND name GLOB 'day#*'",
            (store,),
        )
        return (RowHead(name, version, bool(is_open)) for name, version, is_open in found)

    def _head(self, store: str, name: str) -> tuple[int, int] | None:
        wanted = (store, name)
        found: tuple[int, int] | None = self._rows.execute(
            "SELECT version, is_open FROM head WHERE store = ? AND name = ?", wanted
        ).fetchone()
        return found
