"""Finds REST objects by the names that paths and queries use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.custom_objects import APPLICATION, object_schema
from local.intacct_simulator.rest.fields import Row
from local.intacct_simulator.rest.object_list import SCHEMAS
from local.intacct_simulator.rest.object_types import OwnedList, Schema

__all__ = ["CUSTOM", "OBJECTS", "SCHEMAS", "Catalog", "OwnedList", "Schema", "Target"]

CUSTOM = "nsp::"
OBJECTS = "objects/"


@dataclass(frozen=True)
class Target:
    """A schema as a caller named it: `definition` holds the typed part, such as `Sales Order`."""

    schema: Schema
    definition: Record | None = None
    asked: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The object name with its type."""
        return self.asked or self.schema.name

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs that this object takes; documents of no definition are only read."""
        is_untyped = self.schema.is_typed and self.definition is None
        return ("GET",) if is_untyped else self.schema.verbs

    def holds(self, record: Record, books: Books) -> bool:
        """Tell whether a record of the table belongs to this object; a line goes with its owner."""
        holder: Record | None = record
        scope = self.schema.scope
        if self.schema.owner:
            owner = SCHEMAS[self.schema.fields[self.schema.owner].target]
            holder, scope = books.get(owner.table, record["parent"]), owner.scope
        if holder is None or (scope is not None and not scope(holder)):
            return False
        return self.definition is None or holder["definition"] == self.definition["key"]


class Catalog:
    """Finds objects by the name that paths and queries use."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._known_custom: dict[str, Schema | None] = {}

    def find(self, name: str) -> Target | None:
        """Give the object with a name such as `order-entry/document::Sales Order`, or None.

        The name may begin with `objects/`, as the model service writes it.
        """
        name = name.removeprefix(OBJECTS)
        base, _, typed = name.partition("::")
        if base == APPLICATION and typed:
            return self._custom(name, typed)
        schema = SCHEMAS.get(base)
        if schema is None or (typed and not schema.is_typed):
            return None
        if not typed:
            return Target(schema, asked=name)
        definition = self._books.by_id("txn_definition", typed)
        module = "orderEntry" if base.startswith("order-entry") else "inventoryControl"
        if definition is None or definition["module"] != module:
            return None
        return Target(schema, definition, asked=name)

    def custom_targets(self) -> list[Target]:
        """Give the company's own objects."""
        names = (str(row["id"]) for row in self._books.store.rows("custom_object"))
        found = (self.find(f"{APPLICATION}::{name}") for name in names)
        return [target for target in found if target is not None]

    def _custom(self, name: str, typed: str) -> Target | None:
        if typed not in self._known_custom:
            self._known_custom[typed] = object_schema(self._books, typed)
        schema = self._known_custom[typed]
        if schema is None:
            del self._known_custom[typed]
            return None
        return Target(schema, asked=name, defaults={"object": typed})

    def href(self, schema: Schema, record: Record) -> str:
        """Give the address of a record, relative to the version root and URL-encoded."""
        name = schema.name
        if schema.is_typed:
            name += "::" + self._definition_name(schema, record)
        return f"/objects/{quote(name, safe='/:')}/{record['key']}"

    def _definition_name(self, schema: Schema, record: Record) -> str:
        holder: Record | None = record
        if schema.owner:
            holder = self._books.get(schema.table.removesuffix("_line"), record["parent"])
        key = 0 if holder is None else holder["definition"]
        definition = self._books.get("txn_definition", key)
        return "" if definition is None else str(definition["id"])

    def row(self, schema: Schema, record: Record) -> Row:
        """Give a record as something values can be read from."""
        return Row(self._books, schema.table, record)
