"""The `query` function: select, filter tree, order, paging, aggregates, formats (§9.4)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.candidates import candidates
from local.intacct_simulator.xml.comparing import (
    comparable,
    folded,
    matcher,
    sort_key,
    wanted,
)
from local.intacct_simulator.xml.failures import (
    PROCESSING,
    SIGN_IN,
    UNKNOWN_FIELD,
    Fault,
    FunctionError,
)
from local.intacct_simulator.xml.nodes import Node, is_true, make, put, show_number, text_of
from local.intacct_simulator.xml.objects import company_objects
from local.intacct_simulator.xml.objects.model import Field, Kind, XmlObject
from local.intacct_simulator.xml.objects.values import Column, Values, column, flat_json, show

PAGE_SIZE = 100
PAGE_SIZE_MAX = 2000
IN_MAX = 1000
_AGGREGATES = ("count", "avg", "min", "max", "sum")
# Fields that lookup may show but `query` refuses by name (§13.2).
_NOT_QUERYABLE = {("ARINVOICE", "INVOICENO"), ("ARINVOICE", "DATECREATED")}

Test = Callable[[Record], bool]


@dataclass(frozen=True)
class Selected:
    """One entry of select: a field, or an aggregate over it."""

    column: Column
    aggregate: str = ""

    @property
    def name(self) -> str:
        """The name of the element in the answer."""
        return (
            f"{self.aggregate.upper()}.{self.column.name}" if self.aggregate else self.column.name
        )


def run(call: Call) -> Outcome:
    """Answer one page of a query.

    Raises:
        FunctionError: object, field, operator or page size is not valid, or not permitted.
    """
    node = call.node
    described = find_object(call, text_of(node, "object"))
    call.require(described.table, "list")
    selected = _selected(node, described)
    options = node.find("options")
    ignore_case = is_true(text_of(options, "caseinsensitive"))
    rows = call.select(
        described,
        private=is_true(text_of(options, "showprivate")),
        among=None if ignore_case else candidates(node.find("filter"), described),
    )
    test = _filter(node.find("filter"), described, call.values, ignore_case=ignore_case)
    rows = _ordered([row for row in rows if test(row)], node, described, call.values)
    shown = (
        _grouped(rows, selected, call.values)
        if any(entry.aggregate for entry in selected)
        else None
    )
    total = len(rows if shown is None else shown)
    size, offset = _page(node)
    page = (
        [_shown(row, selected, call.values) for row in rows[offset : offset + size]]
        if shown is None
        else shown[offset : offset + size]
    )
    return _answer(described, page, total=total, offset=offset, form=_format(options))


def find_object(call: Call, name: str) -> XmlObject:
    """Find an object by name, with what the company added to it.

    Raises:
        FunctionError: there is none (§8.4 row 21).
    """
    described = company_objects.find(call.books, name)
    if described is None:
        raise FunctionError(
            Fault(PROCESSING, "There was an error processing the function."),
            Fault(PROCESSING, f"Object definition {name} not found"),
        )
    return described


def _column(described: XmlObject, name: str) -> Column:
    if (described.name, name.strip().upper()) in _NOT_QUERYABLE:
        raise FunctionError(Fault(SIGN_IN, f"The following fields cannot be queried: {name}."))
    found = column(described, name)
    if found is None:
        raise FunctionError(
            Fault(UNKNOWN_FIELD, f"Field '{name}' is not a field of the object {described.name}.")
        )
    return found


def _selected(node: Node, described: XmlObject) -> list[Selected]:
    select = node.find("select")
    entries = [] if select is None else list(select)
    if not entries:
        raise FunctionError(Fault("DL02000001", "A query must select at least one field."))
    chosen = []
    for entry in entries:
        name = (entry.text or "").strip()
        if entry.tag not in ("field", *_AGGREGATES):
            raise FunctionError(Fault("DL02000001", f"'{entry.tag}' cannot be selected."))
        aggregate = "" if entry.tag == "field" else str(entry.tag)
        chosen.append(Selected(_column(described, name), aggregate))
    return chosen


def _page(node: Node) -> tuple[int, int]:
    try:
        size = int(text_of(node, "pagesize") or PAGE_SIZE)
        offset = int(text_of(node, "offset") or 0)
    except ValueError:
        size, offset = 0, 0
    if not 1 <= size <= PAGE_SIZE_MAX or offset < 0:
        raise FunctionError(
            Fault("DL02000001", f"pagesize must be 1 to {PAGE_SIZE_MAX}, offset 0 or more.")
        )
    return size, offset


def _format(options: Node | None) -> str:
    return (text_of(options, "returnformat") or text_of(options, "returnFormat") or "xml").lower()


# Filters.


def _filter(node: Node | None, described: XmlObject, values: Values, *, ignore_case: bool) -> Test:
    if node is None or not len(node):
        return lambda _row: True
    if len(node) != 1:
        raise FunctionError(Fault("DL02000001", "A filter has exactly one top operator."))
    return _condition(node[0], described, values, ignore_case=ignore_case)


def _condition(node: Node, described: XmlObject, values: Values, *, ignore_case: bool) -> Test:
    operator = str(node.tag)
    if operator in ("and", "or"):
        if len(node) < 2:  # noqa: PLR2004  # §7.1
            raise FunctionError(Fault("DL02000001", f"'{operator}' needs at least two conditions."))
        parts = [_condition(child, described, values, ignore_case=ignore_case) for child in node]
        join = all if operator == "and" else any
        return lambda row: join(part(row) for part in parts)
    wanted_column = _column(described, text_of(node, "field"))
    texts = [(value.text or "") for value in node.findall("value")]
    test = _comparison(operator, wanted_column.field, texts, ignore_case=ignore_case)

    def holds(row: Record) -> bool:
        value = comparable(wanted_column.field, values.raw(wanted_column, row))
        return test(folded(value) if ignore_case else value)

    return holds


def _comparison(
    operator: str, field: Field, texts: list[str], *, ignore_case: bool
) -> Callable[[Any], bool]:
    if operator == "isnull":
        return lambda value: value is None
    if operator == "isnotnull":
        return lambda value: value is not None
    counts = {"between": (2, 2), "in": (1, IN_MAX), "notin": (1, IN_MAX)}
    low, high = counts.get(operator, (1, 1))
    if not low <= len(texts) <= high:
        raise FunctionError(Fault("DL02000001", f"'{operator}' has a wrong number of values."))
    if operator in ("like", "notlike"):
        matches = matcher(texts[0], ignore_case=ignore_case)
        return matches if operator == "like" else lambda value: not matches(value)
    limits = [wanted(field, text) for text in texts]
    if ignore_case:
        limits = [folded(limit) for limit in limits]
    test = _TESTS.get(operator)
    if test is None:
        raise FunctionError(Fault("DL02000001", f"'{operator}' is not an operator."))
    return lambda value: value is not None and test(value, limits)


_TESTS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "equalto": lambda value, limits: bool(value == limits[0]),
    "notequalto": lambda value, limits: bool(value != limits[0]),
    "lessthan": lambda value, limits: bool(value < limits[0]),
    "lessthanorequalto": lambda value, limits: bool(value <= limits[0]),
    "greaterthan": lambda value, limits: bool(value > limits[0]),
    "greaterthanorequalto": lambda value, limits: bool(value >= limits[0]),
    "between": lambda value, limits: bool(limits[0] <= value <= limits[1]),
    "in": lambda value, limits: value in limits,
    "notin": lambda value, limits: value not in limits,
}


# Order, grouping, answer.


def _ordered(rows: list[Record], node: Node, described: XmlObject, values: Values) -> list[Record]:
    for order in reversed(node.findall("orderby/order")):
        by = _column(described, text_of(order, "field"))
        rows.sort(
            key=lambda row, by=by: sort_key(  # type: ignore[misc]  # bound at once
                comparable(by.field, values.raw(by, row))
            ),
            reverse=order.find("descending") is not None,
        )
    return rows


def _shown(row: Record, selected: Iterable[Selected], values: Values) -> dict[str, str]:
    return {entry.name: values.text(entry.column, row) for entry in selected}


def _grouped(rows: list[Record], selected: list[Selected], values: Values) -> list[dict[str, str]]:
    """Non-aggregate fields are the grouping; without them the whole is one group (§9.4)."""
    plain = [entry for entry in selected if not entry.aggregate]
    groups: dict[tuple[str, ...], list[Record]] = {}
    if not plain:
        groups[()] = []
    for row in rows:
        groups.setdefault(tuple(values.text(e.column, row) for e in plain), []).append(row)
    return [
        {
            entry.name: _aggregate(entry, members, values)
            if entry.aggregate
            else key[plain.index(entry)]
            for entry in selected
        }
        for key, members in groups.items()
    ]


def _aggregate(entry: Selected, rows: list[Record], values: Values) -> str:
    field = entry.column.field
    raws = [values.raw(entry.column, row) for row in rows]
    given: list[Any] = [raw for raw in raws if raw not in (None, "")]
    if entry.aggregate == "count":
        return str(len(given))
    if not given:
        return ""
    if entry.aggregate in ("min", "max"):
        pick = min if entry.aggregate == "min" else max
        return show(field, pick(given, key=lambda raw: comparable(field, raw)))
    if field.kind not in (Kind.INTEGER, Kind.NUMBER):
        raise FunctionError(Fault("DL02000001", f"The field {field.name} cannot be added up."))
    total = sum((Decimal(raw) for raw in given), start=Decimal(0))
    return show_number(total if entry.aggregate == "sum" else total / len(given))


def _answer(
    described: XmlObject, page: list[dict[str, str]], *, total: int, offset: int, form: str
) -> Outcome:
    if form == "json":
        return Outcome(body=flat_json(page), body_type="application/json")
    if form == "csv":
        return Outcome(body=csv_body(page), body_type="text/csv")
    rows = []
    for shown in page:
        row = make(described.name)
        for name, text in shown.items():
            put(row, name, text)
        rows.append(row)
    attributes = {
        "listtype": described.name,
        "totalcount": str(total),
        "offset": str(offset),
        "count": str(len(page)),
        "numremaining": str(max(total - offset - len(page), 0)),
    }
    return Outcome(rows=tuple(rows), attributes=attributes)


def csv_body(page: list[dict[str, str]]) -> bytes:
    """Rows as the csv format carries them, names first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(page[0]) if page else [])
    writer.writeheader()
    writer.writerows(page)
    return text.getvalue().encode()
