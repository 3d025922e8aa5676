"""One field of a REST object, read from its line in the field tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.audited import AUDITED
from local.intacct_simulator.rest.readers import READERS

__all__ = ["AUDITED", "Field", "Row", "parse_table"]

WORDED = frozenset({"enum", "direction", "words"})
KIND = re.compile(r"(?P<name>\w+)(?:\((?P<words>.*)\))?")


@dataclass(frozen=True)
class Field:
    """A field: its dotted REST path, its kind, and where the books keep it.

    `target` is the REST object a reference points to; `enum` the words of an enumeration.
    `write` is empty when the field is accepted but the books compute it. `max_length` counts the
    characters of a text; 0 is no limit.
    """

    path: str
    kind: str
    read: str
    write: str
    enum: tuple[str, ...] = ()
    target: str = ""
    is_required: bool = False
    is_read_only: bool = False
    is_fixed: bool = False
    max_length: int = 0

    @property
    def is_reference(self) -> bool:
        """Whether the field names another object."""
        return self.kind == "ref"


def parse_table(table: str, *, path_prefix: str = "", prefix: str = "") -> list[Field]:
    """Read the fields of a table; the prefixes put an object's fields inside another's.

    Raises:
        ValueError: a line has no path, source and kind.
    """
    rows = [row for row in table.splitlines() if row.strip()]
    return [_parse_row(row, path_prefix, prefix) for row in rows]


def _parse_row(row: str, path_prefix: str, prefix: str) -> Field:
    path, source, kind, *rest = (part.strip() for part in row.split("|"))
    flags = set(rest[0].split()) if rest else set()
    named = KIND.fullmatch(kind)
    if named is None:
        message = f"not a field: {row}"
        raise ValueError(message)
    read, _, write = source.partition(">")
    words = named["words"] or ""
    return Field(
        path=path_prefix + path,
        kind=named["name"],
        read=prefix + read,
        write="" if "-" in {read, write} else prefix + (write or read),
        enum=tuple(words.split(",")) if words and named["name"] in WORDED else (),
        target=words if named["name"] == "ref" else "",
        is_required="required" in flags and not prefix,
        is_read_only="ro" in flags,
        is_fixed="fixed" in flags,
        max_length=next((int(one[4:]) for one in flags if one.startswith("max=")), 0),
    )


class Row:
    """A record on its way out: gives stored, derived and far-away values by source."""

    def __init__(self, books: Books, table: str, record: Record) -> None:
        self.books = books
        self.table = table
        self.record = record
        self._derived: Mapping[str, Any] | None = None

    def value(self, source: str) -> Any:
        """Give the value of a source as the tables write it.

        Raises:
            LookupError: the table names a reader that does not exist.
        """
        if source.startswith("'"):
            return source.strip("'")
        if source.startswith("="):
            return self._derive(source[1:])
        if source.startswith("@"):
            return READERS[source[1:]](self.books, self.record)
        name, _, rest = source.partition(".")
        value = self.record.get(name)
        if not rest or value is None:
            return None if rest else value
        far = self.follow(name, value)
        return None if far is None else far.value(rest)

    def follow(self, name: str, key: int) -> Row | None:
        """Give the row that a reference field points to."""
        kind = TYPES[self.table]
        target = kind.parent_type if name == "parent" else kind.references[name]
        record = self.books.get(target, key)
        return None if record is None else Row(self.books, target, record)

    def _derive(self, name: str) -> Any:
        if self._derived is None:
            self._derived = self.books.derived(self.table, self.record)
        return self._derived[name]
