"""Owned lines of documents: cleaning, adding, changing, removing, and the money they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import DIMENSIONS, TYPES
from local.intacct_simulator.books.currencies import Exchange
from local.intacct_simulator.books.desk import Actor, Desk, with_custom
from local.intacct_simulator.books.store import Record

Line = dict[str, Any]
GivenLines = Sequence[Mapping[str, Any]] | Mapping[str, Any] | None


class DocumentLines:
    """The lines of one kind of document; `first_number` is 0 or 1, as Sage counts there."""

    def __init__(self, desk: Desk, document: str, *, first_number: int = 1) -> None:
        self._desk = desk
        self._document = document
        self._type = TYPES[document].line_type
        self._first_number = first_number

    def new(self, given: GivenLines, actor: Actor) -> list[Line]:
        """Clean the lines of a new document; a `key` that names a line of another is left out.

        Raises:
            BusinessError: there are none, or one is not valid; `target` names the line.
        """
        rows = list(given) if isinstance(given, Sequence) else []
        if not rows:
            raise errors.missing(TYPES[self._document].label, "lines")
        return [self._clean(_unnamed(row), index, actor) for index, row in enumerate(rows)]

    def changed(self, key: int, given: GivenLines, actor: Actor) -> list[Line]:
        """Give the whole new list of lines after the changes of an update.

        A line with `key` is changed, with `delete` removed, one without `key` is added at the
        end; `{"replace": [...]}` gives the whole list anew.

        Raises:
            BusinessError: a key is not one of this document's lines, or no line is left.
        """
        if isinstance(given, Mapping):
            return self.new(given.get("replace"), actor)
        lines: list[Line] = [dict(row) for row in self._desk.lines(self._document, key)]
        for index, change in enumerate(given or ()):
            fields = {name: value for name, value in change.items() if name != "delete"}
            line_key = fields.pop("key", None)
            if line_key is None:
                lines.append(self._clean(fields, index, actor))
                continue
            place = next((n for n, row in enumerate(lines) if row.get("key") == line_key), None)
            if place is None:
                raise errors.unknown_reference("line", line_key, f"lines.{index}.key")
            if change.get("delete"):
                del lines[place]
            else:
                cleaned = self._desk.check.changes(self._type, fields, entity=actor.entity)
                if cleaned.get("custom"):
                    cleaned["custom"] = with_custom(lines[place], cleaned["custom"])
                lines[place] = {**lines[place], **cleaned}
        if not lines:
            raise errors.missing(TYPES[self._document].label, "lines")
        return lines

    def save(self, key: int, lines: Sequence[Line]) -> list[Record]:
        """Store a document's whole list of lines: kept ones keep their keys."""
        store, now = self._desk.store, self._desk.clock.stamp()
        kept = {line.get("key") for line in lines}
        for row in self._desk.lines(self._document, key):
            if row["key"] not in kept:
                store.remove(self._type, row["key"])
        saved = []
        for number, line in enumerate(lines, start=self._first_number):
            fields = {"created_at": now, **line, "modified_at": now}
            fields |= {"parent": key, "line_number": number}
            if "key" in line:
                saved.append(store.replace(self._type, fields))
            else:
                row = store.insert(self._type, fields)
                saved.append(store.change(self._type, row["key"], id=str(row["key"])))
        return saved

    def home(self, lines: Sequence[Mapping[str, Any]]) -> Record:
        """Give the entity of a document: that of its first line.

        Raises:
            BusinessError: a line has no location, or lines have different base currencies.
        """
        homes = [self._desk.entities.of_dimensions(line) for line in lines]
        currencies = {home["currency"] for home in homes}
        if len(currencies) > 1:
            raise errors.invalid(
                "lines",
                ", ".join(sorted(currencies)),
                "the entities have different base currencies",
            )
        return homes[0]

    def exchange(
        self, fields: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], on: date
    ) -> Exchange:
        """Decide the exchange rate of a document from its fields and its entity's currency."""
        return self._desk.currencies.exchange(fields, self.home(lines)["currency"], on)

    def _clean(self, fields: Mapping[str, Any], index: int, actor: Actor) -> Line:
        try:
            cleaned = self._desk.check.new(self._type, fields, entity=actor.entity)
        except errors.BusinessError as exc:
            exc.target = f"lines.{index}.{exc.target}"
            raise
        line: Line = {**dict.fromkeys(DIMENSIONS), **cleaned}
        self._check_own_dimensions(line, index)
        if line["location"] is None:
            # In an entity session the entity is implied (XML reference §14.4).
            line["location"] = actor.entity
        return line

    def _check_own_dimensions(self, line: Line, index: int) -> None:
        for name, key in (line.get("custom_dimensions") or {}).items():
            value = None if key is None else self._desk.store.get("custom_record", key)
            if key is not None and (value is None or value["object"] != name):
                raise errors.unknown_reference(name, key, f"lines.{index}.{name}")


def _unnamed(row: Mapping[str, Any]) -> Line:
    return {name: value for name, value in row.items() if name not in {"key", "delete"}}
