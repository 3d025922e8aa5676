"""Aggregates of the query service: one row for each group, in the order of its columns (§8.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.intacct_simulator.rest.access import Accessor
from local.intacct_simulator.rest.envelopes import Json, invalid_request
from local.intacct_simulator.rest.fields import Field, Row
from local.intacct_simulator.rest.serialize import to_json

AGGREGATES = frozenset({"count", "sum", "avg", "min", "max"})
AMOUNT = Field(path="", kind="amount", read="", write="")
INTEGER = Field(path="", kind="integer", read="", write="")


@dataclass(frozen=True)
class Column:
    """One asked-for field, aggregated or plain."""

    name: str
    accessor: Accessor
    aggregate: str = ""

    @property
    def field(self) -> Field:
        """As what the column's values are written."""
        if self.aggregate == "count":
            return INTEGER
        return AMOUNT if self.aggregate in {"sum", "avg"} else self.accessor.field


@dataclass(frozen=True)
class Order:
    """One criterion of an order, by a field of the rows or a column of the groups."""

    name: str
    accessor: Accessor
    is_descending: bool


def check_columns(columns: Sequence[Column]) -> None:
    """Refuse to group by, or to compare, a field of several values.

    Raises:
        RestError: 400.
    """
    has_groups = any(column.aggregate for column in columns)
    for column in columns:
        if column.accessor.field.kind == "words" and has_groups and column.aggregate != "count":
            raise invalid_request(f"The field {column.name} of several values makes no groups")


def check_order(columns: Sequence[Column], order: Sequence[Order]) -> None:
    """Refuse to order groups by what they do not hold; one row has any order.

    Raises:
        RestError: 400.
    """
    names = {column.name for column in columns}
    has_groups = any(c.aggregate for c in columns) and not all(c.aggregate for c in columns)
    for one in order:
        if has_groups and one.name not in names:
            raise invalid_request(f"The order by {one.name} needs it among the fields")


def grouped(columns: Sequence[Column], rows: Sequence[Row], order: Sequence[Order]) -> list[Json]:
    """Write one row for each combination of the plain columns, or one of all rows without them.

    Raises:
        RestError: 400, a column cannot be added up.
    """
    plain = [column for column in columns if not column.aggregate]
    groups: dict[tuple[Any, ...], list[Row]] = {} if plain else {(): list(rows)}
    for row in rows if plain else ():
        groups.setdefault(tuple(column.accessor.value(row) for column in plain), []).append(row)
    made = []
    for values, members in groups.items():
        told = {column.name: value for column, value in zip(plain, values, strict=True)}
        told |= {c.name: _aggregate(c, members) for c in columns if c.aggregate}
        made.append(told)
    for one in reversed(order if plain else ()):
        made.sort(key=lambda told, name=one.name: sort_key(told[name]), reverse=one.is_descending)  # type: ignore[misc]
    return [
        {column.name: to_json(column.field, told[column.name]) for column in columns}
        for told in made
    ]


def sort_key(value: Any) -> tuple[bool, Any]:
    """Give what sorts values, empty ones first."""
    return (value is not None, 0 if value is None else value)


def _aggregate(column: Column, rows: Sequence[Row]) -> Any:
    values = [value for row in rows if (value := column.accessor.value(row)) is not None]
    if column.aggregate == "count":
        return len(values)
    if not values:
        return None
    if column.aggregate in {"min", "max"}:
        return min(values) if column.aggregate == "min" else max(values)
    if not all(isinstance(value, Decimal | int) for value in values):
        raise invalid_request(f"The field {column.name} cannot be added up")
    amount = sum((Decimal(value) for value in values), start=Decimal(0))
    return amount if column.aggregate == "sum" else amount / len(values)
