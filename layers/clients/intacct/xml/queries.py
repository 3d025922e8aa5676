"""The `query` function: filters as values, pages by key (§9.4, §9.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from intacct.xml.elements import (
    Element,
    add,
    date_text,
    element,
    text_at,
    timestamp_text,
    truth_text,
)

PAGE_SIZE = 1000  # Sage's advice; 2000 is the most that `query` takes (§7.1)
PAGE_SIZE_MAX = 2000
_KEY = "RECORDNO"

Value = str | int | date | datetime


def _value_text(value: Value) -> str:
    if isinstance(value, datetime):
        return timestamp_text(value)
    if isinstance(value, date):
        return date_text(value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: an operator of §9.4, a field, and the values it takes.

    Enumerations compare by label (`Posted`), unlike in `readByQuery`.
    """

    operator: str
    field: str
    values: tuple[Value, ...] = ()

    def to_element(self) -> Element:
        """The condition as the gateway wants it."""
        made = element(self.operator)
        add(made, "field", self.field)
        for value in self.values:
            add(made, "value", _value_text(value))
        return made


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `and` or `or`; a group of one is that one (§7.1: two or more)."""

    word: str
    parts: tuple[Condition | Group, ...]

    def to_element(self) -> Element:
        """The group as the gateway wants it."""
        if len(self.parts) == 1:
            return self.parts[0].to_element()
        made = element(self.word)
        for part in self.parts:
            made.append(part.to_element())
        return made


Filter = Condition | Group


def equal(field: str, value: Value) -> Condition:
    """`field` has exactly that value; case counts."""
    return Condition("equalto", field, (value,))


def above(field: str, value: Value) -> Condition:
    """`field` is greater than the value."""
    return Condition("greaterthan", field, (value,))


def at_least(field: str, value: Value) -> Condition:
    """`field` is the value or greater; instants are compared in the API user's zone (§11.2)."""
    return Condition("greaterthanorequalto", field, (value,))


def one_of(field: str, values: Sequence[Value]) -> Condition:
    """`field` is one of at most a thousand values (§7.1)."""
    return Condition("in", field, tuple(values))


def has_one_of(field: str, values: Sequence[Value]) -> Condition:
    """As `one_of`, but said as an equality where there is only one value."""
    return equal(field, values[0]) if len(values) == 1 else one_of(field, values)


def all_of(*parts: Filter) -> Filter:
    """Every part holds."""
    return Group("and", parts)


def any_of(*parts: Filter) -> Filter:
    """At least one part holds."""
    return Group("or", parts)


@dataclass(frozen=True, slots=True)
class Query:
    """What to read of one object: fields, filter, and the definition whose custom fields count.

    `key` is the field that pages go by: platform objects have `id` where others have RECORDNO.
    """

    object: str
    fields: tuple[str, ...]
    filter: Filter | None = None
    definition: str = ""
    is_case_insensitive: bool = False
    shows_private: bool = False
    key: str = _KEY

    def page(self, *, after: str = "", size: int = PAGE_SIZE) -> Element:
        """The page of rows whose key is above `after`, in the order of the keys.

        By key, not by offset: an offset runs the query anew and loses or repeats rows (§9.5).
        """
        function = element("query")
        select = add(function, "select")
        for name in dict.fromkeys((self.key, *self.fields)):
            add(select, "field", name)
        add(function, "object", self.object)
        if self.definition:
            add(function, "docparid", self.definition)
        parts = [self.filter] if self.filter else []
        if after:
            parts.append(above(self.key, after))
        if parts:
            add(function, "filter").append(all_of(*parts).to_element())
        order = add(add(function, "orderby"), "order")
        add(order, "field", self.key)
        add(order, "ascending")
        options = add(function, "options")
        add(options, "caseinsensitive", truth_text(self.is_case_insensitive))
        add(options, "showprivate", truth_text(self.shows_private))
        add(function, "pagesize", str(size))
        add(function, "offset", "0")
        return function


def last_key(rows: Sequence[Element], key: str = _KEY) -> str:
    """The key to go on after, empty when a page had no row."""
    return text_at(rows[-1], key) if rows else ""


def record(row: Element) -> dict[str, str]:
    """A row's fields by name; nested rows are left to those who know them."""
    return {field.tag: field.text or "" for field in row}
