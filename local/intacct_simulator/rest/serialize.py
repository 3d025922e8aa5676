"""Records on their way out: JSON values, nested objects for GET (REST reference §5, §7.2)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.custom_objects import on_line
from local.intacct_simulator.rest.envelopes import Json
from local.intacct_simulator.rest.fields import Field, Row
from local.intacct_simulator.rest.schema import CUSTOM, SCHEMAS, Catalog, Schema

CENTS = Decimal("0.01")
DIRECTIONS = {"debit": "increase", "credit": "decrease"}


def to_json(field: Field, value: Any) -> Any:  # noqa: PLR0911  # one return for each kind
    """Write a value as the field's kind travels: amounts and keys as text, dates as ISO."""
    if value is None:
        return False if field.kind == "boolean" else None
    if field.kind == "amount":
        return format(_cents(Decimal(value)), "f")
    if field.kind in {"quantity", "rate"}:
        return _plain(Decimal(value))
    if field.kind == "number":
        return int(value) if value == int(value) else float(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if field.kind == "country":
        return str(value).lower()
    if field.kind == "direction":
        return direction(value)
    if field.kind in {"boolean", "integer", "words"}:
        return value
    return str(value)


def direction(side: str | None) -> str | None:
    """Give the direction of a statistical line, of which the books keep the side."""
    return DIRECTIONS.get(side, side) if side else None


def _cents(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    has_cents = isinstance(exponent, int) and exponent <= CENTS.as_tuple().exponent  # type: ignore[operator]  # a finite number's exponent is an int
    return value if has_cents else value.quantize(CENTS)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


class Serializer:
    """Writes whole records and references to them."""

    def __init__(self, books: Books, catalog: Catalog) -> None:
        self._books = books
        self._catalog = catalog

    def reference(self, schema: Schema, record: Record) -> Json:
        """Write the reference that create, update and list answer."""
        made = {
            "key": str(record["key"]),
            "id": str(record["id"]),
            "href": self._catalog.href(schema, record),
        }
        if "documentType" in schema.fields and schema.table == "sales_document":
            made["documentType"] = self._catalog.row(schema, record).value("definition.id")
        return made

    def whole(self, schema: Schema, record: Record) -> Json:
        """Write the full nested object with its owned lists."""
        row = self._catalog.row(schema, record)
        made: Json = {}
        for path, field in schema.fields.items():
            _put(made, path.split("."), self._member(schema, field, row))
        for owned in schema.lists:
            lines = SCHEMAS[owned.object]
            made[owned.member] = [
                self.whole(lines, line)
                for line in self._books.lines(schema.table, record["key"])
                # Live companies leave subtotal rows out of the document (REST reference §7.2).
                if not line.get("is_subtotal")
            ]
        for name in self._books.custom_fields(schema.table):
            made[f"{CUSTOM}{name}"] = (record.get("custom") or {}).get(name)
        if "dimensions" in made:
            made["dimensions"].update(on_line(self._books, record))
        if schema.table == "sales_document":
            made["history"] = self._history(record)
            made["subtotals"] = self._subtotals(record)
        return made

    def _member(self, schema: Schema, field: Field, row: Row) -> Any:
        if field.kind == "href":
            return self._catalog.href(schema, row.record)
        value = row.value(field.read) if field.read != "-" else None
        if not field.is_reference:
            return to_json(field, value)
        target = SCHEMAS[field.target]
        found = None if value is None else self._books.get(target.table, value)
        if found is None:
            empty: Json = {"key": None, "id": None}
            return {**empty, "name": None} if target.has_name else empty
        made = self.reference(target, found)
        if target.has_name and target.table != "user":
            made["name"] = found.get("name")
        return made

    def _subtotals(self, record: Record) -> list[Json]:
        """Write the subtotals of a document without the members that lines share."""
        schema = SCHEMAS["order-entry/document-subtotal"]
        rows = self._books.find("sales_document_subtotal", parent=record["key"])
        return [self.whole(schema, row) for row in rows]

    def _history(self, record: Record) -> list[Json]:
        """Write what the document was converted from and to."""
        schema, key = SCHEMAS["order-entry/document"], record["key"]
        links = [
            *self._books.find("document_link", target=key),
            *self._books.find("document_link", source=key),
        ]
        pairs = sorted({(link["source"], link["target"]) for link in links})
        return [
            {
                "convertedFrom": self._known(schema, source),
                "convertedTo": self._known(schema, target),
            }
            for source, target in pairs
        ]

    def _known(self, schema: Schema, key: int) -> Json | None:
        found = self._books.get(schema.table, key)
        return None if found is None else self.reference(schema, found)


def _put(made: Json, path: list[str], value: Any) -> None:
    *outer, last = path
    for name in outer:
        made = made.setdefault(name, {})
    if last in made and isinstance(made[last], dict) and isinstance(value, dict):
        made[last].update(value)
    else:
        made[last] = value
