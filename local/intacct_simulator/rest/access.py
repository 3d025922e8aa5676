"""Finds what a dotted field name means: a field, or one beyond references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.rest.custom_objects import KEY as KEY_TEXT
from local.intacct_simulator.rest.custom_objects import LINES, line_field, line_value
from local.intacct_simulator.rest.fields import Field, Row
from local.intacct_simulator.rest.schema import CUSTOM, SCHEMAS, Catalog, Schema
from local.intacct_simulator.rest.serialize import direction

MAX_HOPS = 4
KEY = Field(path="key", kind="key", read="key", write="", is_read_only=True)


@dataclass(frozen=True)
class Accessor:
    """A field and how to get its value from a row: typed, so that it can be compared.

    `stored` is the name of the books' own field when the value is kept there as it is.
    """

    field: Field
    value: Callable[[Row], Any]
    stored: str = ""


class Access:
    """Resolves field names against the schemas; results are remembered."""

    def __init__(self, books: Books, catalog: Catalog) -> None:
        self._books = books
        self._catalog = catalog
        self._known: dict[tuple[str, str], Accessor | None] = {}

    def find(self, schema: Schema, path: str) -> Accessor | None:
        """Give the accessor of a name, or None when the object has no such field."""
        if path.startswith(CUSTOM):
            return self._custom(schema, path)
        if path.startswith(f"{LINES}{CUSTOM}"):
            return self._dimension(schema, path)
        known = (schema.name, path)
        if known not in self._known:
            found = self._resolve(schema, path, MAX_HOPS)
            self._known[known] = None if found is None else _told(found)
        return self._known[known]

    def _custom(self, schema: Schema, path: str) -> Accessor | None:
        name = path.removeprefix(CUSTOM)
        if name not in self._books.custom_fields(schema.table):
            return None
        field = Field(path=path, kind="text", read="-", write="")
        return Accessor(field, lambda row: (row.record.get("custom") or {}).get(name))

    def _dimension(self, schema: Schema, path: str) -> Accessor | None:
        asked = line_field(self._books, path)
        if asked is None or not any(one.startswith(LINES) for one in schema.fields):
            return None
        name, last = asked
        return Accessor(KEY_TEXT, lambda row: line_value(self._books, row.record, name, last))

    def _resolve(self, schema: Schema, path: str, hops: int) -> Accessor | None:
        field = schema.fields.get(path)
        if field is not None and not field.is_reference:
            return self._own(schema, field)
        parts = path.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            reference = schema.references.get(".".join(parts[:cut]))
            if reference is not None and hops:
                return self._far(reference, ".".join(parts[cut:]), hops)
        return None

    def _own(self, schema: Schema, field: Field) -> Accessor:
        if field.kind == "href":
            return Accessor(field, lambda row: self._catalog.href(schema, row.record))
        source = field.read
        if source.isidentifier():
            return Accessor(field, lambda row: row.record.get(source), stored=source)
        return Accessor(field, lambda row: None if source == "-" else row.value(source))

    def _far(self, reference: Field, rest: str, hops: int) -> Accessor | None:
        target, source = SCHEMAS[reference.target], reference.read
        if rest == "key":
            return Accessor(KEY, lambda row: row.value(source))
        inner = self._resolve(target, rest, hops - 1)
        if inner is None:
            return None

        def value(row: Row) -> Any:
            key = row.value(source)
            record = None if key is None else self._books.get(target.table, key)
            return None if record is None else inner.value(self._catalog.row(target, record))

        return Accessor(inner.field, value)


def _told(accessor: Accessor) -> Accessor:
    """Give a value as rows show it where the books keep it otherwise, so that filters agree.

    An unset boolean is false, and a direction has words of its own (REST reference §8.2). Such
    values are not stored as they are, so no index is asked for them.
    """
    value = accessor.value
    if accessor.field.kind == "boolean":
        return Accessor(accessor.field, lambda row: bool(value(row)))
    if accessor.field.kind == "direction":
        return Accessor(accessor.field, lambda row: direction(value(row)))
    return accessor
