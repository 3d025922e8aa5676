"""Keeps the books in a SQLite file: loaded at start, saved after changes and at the end."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.intacct_simulator.company import Company

FORMAT = 1
SAVE_SECONDS = 1.0


class StateError(Exception):
    """The state file cannot be used."""


class StateFile:
    """The file that a company's books survive a restart in."""

    def __init__(self, path: Path, company: Company) -> None:
        self._path = path
        self._company = company
        self._saved = -1

    def load(self) -> bool:
        """Fill the books from the file; tell whether it held any.

        Raises:
            StateError: the file is no state of this program or of another version.
        """
        try:
            with closing(sqlite3.connect(self._path)) as database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, format INTEGER,"
                    " data TEXT NOT NULL)"
                )
                row = database.execute("SELECT format, data FROM state WHERE id = 1").fetchone()
        except sqlite3.DatabaseError as exc:
            message = f"{self._path} is not a state file"
            raise StateError(message) from exc
        if row is None:
            return False
        if row[0] != FORMAT:
            message = f"{self._path} was written by another version"
            raise StateError(message)
        with self._company.lock:
            self._company.books.store.restore(json.loads(row[1], object_hook=_decode))
            self._company.ensure_user()
            self._saved = self._company.books.store.changes
        return True

    def save(self) -> bool:
        """Write the books if they changed since the last time; tell whether they did."""
        with self._company.lock:
            store = self._company.books.store
            if store.changes == self._saved:
                return False
            changes, data = store.changes, json.dumps(_encoded(store.snapshot()))
        with closing(sqlite3.connect(self._path)) as database, database:
            database.execute("INSERT OR REPLACE INTO state VALUES (1, ?, ?)", (FORMAT, data))
        self._saved = changes
        return True

    async def keep_saving(self) -> None:
        """Save about once a second while there are changes, until cancelled."""
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(SAVE_SECONDS)
                self.save()


def _encoded(value: Any) -> Any:  # noqa: PLR0911  # one return for each kind
    if isinstance(value, Decimal):
        return {"$decimal": format(value, "f")}
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, tuple):
        return {"$tuple": [_encoded(one) for one in value]}
    if isinstance(value, list):
        return [_encoded(one) for one in value]
    if isinstance(value, dict):
        return {name: _encoded(one) for name, one in value.items()}
    return value


def _decode(value: dict[str, Any]) -> Any:
    match value:
        case {"$decimal": text}:
            return Decimal(text)
        case {"$instant": text}:
            return datetime.fromisoformat(text)
        case {"$date": text}:
            return date.fromisoformat(text)
        case {"$tuple": items}:
            return tuple(items)
        case _:
            return value
