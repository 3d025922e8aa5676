"""Turns given fields into stored ones: references to keys, text to numbers and dates.

What Sage can refuse without knowing the business rule of the object is refused here: required
fields, unknown or inactive references, values outside an enumeration, malformed dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.catalog import TYPES, ObjectType
from local.intacct_simulator.books.money import to_decimal
from local.intacct_simulator.books.store import Record, Store


class Checker:
    """Cleans the fields of records before an object's own rules see them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def new(self, name: str, fields: Mapping[str, Any], *, entity: int | None) -> dict[str, Any]:
        """Clean the fields of a new record and add defaults.

        Raises:
            BusinessError: something required is missing, or a value or reference is not valid.
        """
        kind = TYPES[name]
        given = {key: value for key, value in fields.items() if value not in (None, "")}
        cleaned = {**kind.defaults, **self._clean(kind, given, entity)}
        for field in kind.required:
            if cleaned.get(field) in (None, ""):
                raise errors.missing(kind.label, field)
        return cleaned

    def changes(
        self, name: str, fields: Mapping[str, Any], *, entity: int | None
    ) -> dict[str, Any]:
        """Clean the fields of a change; None or empty text clears a field that may be empty.

        Raises:
            BusinessError: a required field is cleared, or a value or reference is not valid.
        """
        kind = TYPES[name]
        cleaned = self._clean(kind, fields, entity)
        for field in kind.required:
            if field in cleaned and cleaned[field] in (None, ""):
                raise errors.missing(kind.label, field)
        return cleaned

    def unique(self, name: str, record: Mapping[str, Any], *, key: int | None = None) -> None:
        """Refuse a record whose id or number another one already has."""
        kind = TYPES[name]
        for field in kind.unique:
            value = record.get(field)
            if value in (None, ""):
                continue
            if any(row["key"] != key for row in self._store.find(name, **{field: value})):
                raise errors.duplicate(kind.label, field, value)

    def reference(self, target: str, value: object, field: str, *, entity: int | None) -> int:
        """Find the key of an existing, active, visible record by key (int) or id (text)."""
        label = TYPES[target].label
        found = (
            self._store.get(target, value)
            if isinstance(value, int)
            else self._store.first(target, id=str(value))
        )
        if found is None or found.get("status") == "inactive" or not _visible(found, entity):
            raise errors.unknown_reference(label, value, field)
        key: int = found["key"]
        return key

    def _clean(
        self, kind: ObjectType, fields: Mapping[str, Any], entity: int | None
    ) -> dict[str, Any]:
        cleaned: dict[str, Any] = {}
        for field, value in fields.items():
            if value in (None, ""):
                cleaned[field] = None
            elif field in kind.references:
                target = kind.references[field]
                cleaned[field] = self.reference(target, value, field, entity=entity)
            elif field in kind.amounts:
                cleaned[field] = _number(field, value)
            elif field in kind.dates:
                cleaned[field] = _day(field, value)
            else:
                _check_word(kind, field, value)
                cleaned[field] = value
        return cleaned


def _visible(record: Record, entity: int | None) -> bool:
    return record.get("entity") in (None, entity)


def _number(field: str, value: object) -> object:
    try:
        return to_decimal(value)
    except ValueError as exc:
        raise errors.invalid(field, value, "it is not a number") from exc


def _day(field: str, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as exc:
        raise errors.invalid(field, value, "it is not a date") from exc


def _check_word(kind: ObjectType, field: str, value: object) -> None:
    words = kind.words.get(field)
    if words is not None and value not in words:
        raise errors.invalid(field, value, f"it must be one of {', '.join(sorted(words))}")
