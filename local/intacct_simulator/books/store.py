"""Records of the books: tables with keys that are never reused, look-up by value, and rollback.

One process owns one store; whoever calls it holds the company's lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]

_Index = dict[Any, dict[int, None]]


def as_stored(value: Any) -> Any:
    """Give a value as it is."""
    return value


@dataclass(frozen=True, slots=True)
class Among:
    """Records of which a field has one of the values, told apart in a form.

    `form` is one function of a module, the same for every question of its kind.
    """

    name: str
    values: tuple[Hashable, ...]
    form: Callable[[Any], Any] = as_stored


class Store:
    """Tables of records by integer key. A record is replaced, never changed in place."""

    def __init__(self, sequences: Mapping[str, str] | None = None) -> None:
        """Start empty.

        Args:
            sequences: which tables take their keys from a sequence that they share, by its name;
                every other table has one of its own.
        """
        self._sequences = dict(sequences or {})
        self._tables: dict[str, dict[int, Record]] = defaultdict(dict)
        self._last_key: dict[str, int] = defaultdict(int)
        self._indexes: dict[str, dict[tuple[str, Callable[[Any], Any]], _Index]] = defaultdict(dict)
        self._undo: list[tuple[str, int, Record | None]] = []
        self._depth = 0
        self.changes = 0

    def insert(self, table: str, fields: Record) -> Record:
        """Add a record under the next key of the table's sequence and return it with its `key`."""
        sequence = self._sequence(table)
        self._last_key[sequence] += 1
        key = self._last_key[sequence]
        record = {**fields, "key": key}
        self._put(table, key, record)
        return record

    def replace(self, table: str, record: Record) -> Record:
        """Put a whole record in place of the one with the same key."""
        self._put(table, record["key"], record)
        return record

    def change(self, table: str, key: int, **fields: object) -> Record:
        """Replace some fields of a record and return the new one."""
        return self.replace(table, {**self._tables[table][key], **fields})

    def remove(self, table: str, key: int) -> None:
        """Take a record away; its key is not given out again."""
        self._put(table, key, None)

    def get(self, table: str, key: int) -> Record | None:
        """Give the record with a key, or None."""
        return self._tables[table].get(key)

    def rows(self, table: str) -> Iterator[Record]:
        """Iterate over a table in the order of its keys."""
        rows = self._tables[table]
        yield from [rows[key] for key in sorted(rows)]

    def count(self, table: str) -> int:
        """Say how many records a table holds."""
        return len(self._tables[table])

    def newest(self, table: str) -> int:
        """Give the last key that a table's sequence gave out, or 0."""
        return self._last_key[self._sequence(table)]

    def tables(self) -> list[str]:
        """Name the tables that hold something."""
        return sorted(name for name, rows in self._tables.items() if rows)

    def find(self, table: str, /, **equals: object) -> list[Record]:
        """Give the records whose fields have these values, in the order of their keys."""
        (first, value), *others = equals.items()
        keys = self._index(table, first).get(value, {})
        rows = self._tables[table]
        found = [rows[key] for key in sorted(keys)]
        return [row for row in found if all(row.get(name) == want for name, want in others)]

    def among(self, table: str, wanted: Among) -> list[Record]:
        """Give the records that have one of the values, in the order of their keys."""
        index = self._index(table, wanted.name, wanted.form)
        rows = self._tables[table]
        return [rows[key] for key in sorted({k for v in wanted.values for k in index.get(v, ())})]

    def first(self, table: str, **equals: object) -> Record | None:
        """Give the oldest record whose fields have these values, or None."""
        return next(iter(self.find(table, **equals)), None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Undo every change made inside when an exception leaves; transactions nest."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            self._roll_back(mark)
            raise
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._undo.clear()

    def snapshot(self) -> dict[str, Any]:
        """Give all tables and the last keys, for keeping on disk."""
        return {
            "tables": {name: list(self.rows(name)) for name in self.tables()},
            "last_keys": dict(self._last_key),
        }

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Become what `snapshot` once gave, keys included; new ones go on after all of them."""
        self._tables.clear()
        self._indexes.clear()
        for name, rows in snapshot["tables"].items():
            self._tables[name] = {row["key"]: row for row in rows}
        self._last_key.clear()
        for name, last in snapshot["last_keys"].items():
            sequence = self._sequence(name)
            self._last_key[sequence] = max(last, self._last_key[sequence])
        self.changes += 1

    def _sequence(self, table: str) -> str:
        return self._sequences.get(table, table)

    def _put(self, table: str, key: int, record: Record | None) -> None:
        old = self._tables[table].get(key)
        if self._depth:
            self._undo.append((table, key, old))
        self._set(table, key, old, record)

    def _set(self, table: str, key: int, old: Record | None, record: Record | None) -> None:
        if record is None:
            self._tables[table].pop(key, None)
        else:
            self._tables[table][key] = record
        for (name, form), index in self._indexes[table].items():
            if old is not None:
                index[form(old.get(name))].pop(key, None)
            if record is not None:
                index.setdefault(form(record.get(name)), {})[key] = None
        self.changes += 1

    def _roll_back(self, mark: int) -> None:
        while len(self._undo) > mark:
            table, key, old = self._undo.pop()
            self._set(table, key, self._tables[table].get(key), old)

    def _index(self, table: str, name: str, form: Callable[[Any], Any] = as_stored) -> _Index:
        index = self._indexes[table].get((name, form))
        if index is None:
            index = {}
            for key, row in self._tables[table].items():
                index.setdefault(form(row.get(name)), {})[key] = None
            self._indexes[table][name, form] = index
        return index
