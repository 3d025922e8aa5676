"""The query service (REST reference §8): flat rows, filters, expressions, ordering, aggregates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from local.intacct_simulator.books.store import Among
from local.intacct_simulator.company import Company
from local.intacct_simulator.rest.access import Access, Accessor
from local.intacct_simulator.rest.envelopes import Json, Reply, invalid_request, page_meta
from local.intacct_simulator.rest.fields import Row
from local.intacct_simulator.rest.filters import (
    MACROS,
    Condition,
    parse_condition,
    parse_expression,
)
from local.intacct_simulator.rest.groups import (
    AGGREGATES,
    Column,
    Order,
    check_columns,
    check_order,
    grouped,
    sort_key,
)
from local.intacct_simulator.rest.schema import Catalog, Target
from local.intacct_simulator.rest.serialize import to_json

MEMBERS = frozenset(
    {"object", "fields", "filters", "filterExpression", "filterParameters", "orderBy"}
    | {"start", "size"}
)
PARAMETERS: Mapping[str, type] = {
    "asOfDate": str,
    "includeHierarchyFields": bool,
    "caseSensitiveComparison": bool,
    "includePrivate": bool,
}
MAX_SIZE = 4000
MAX_DIGITS = 18
DEFAULT_SIZE = 100


@dataclass(frozen=True)
class Query:
    """A checked query."""

    target: Target
    columns: tuple[Column, ...]
    matches: Callable[[Row], bool]
    order: tuple[Order, ...]
    start: int
    size: int
    include_private: bool
    among: Among | None


class QueryService:
    """Answers `POST /services/core/query`."""

    def __init__(self, company: Company, catalog: Catalog) -> None:
        self._company = company
        self._books = books = company.books
        self._catalog = catalog
        self._access = Access(books, catalog)
        self._today: Callable[[], date] = company.clock.today

    def object_of(self, body: Any) -> Target:
        """Give the object that a query asks about.

        Raises:
            RestError: the body is no query, or the object does not exist.
        """
        if not isinstance(body, Mapping):
            raise invalid_request("The query payload is not an object")
        for name in body:
            if name not in MEMBERS:
                raise invalid_request(f"Unrecognized key '{name}' in query payload")
        target = self._catalog.find(str(body.get("object", "")))
        if target is None:
            raise invalid_request(f"The object {body.get('object')} does not exist")
        return target

    def run(self, body: Mapping[str, Any], *, entity: str) -> Reply:
        """Run a query in an entity's view.

        Raises:
            RestError: 400, a field, operator or member is unknown or malformed.
        """
        query = self._parse(body)
        rows = [row for row in self._rows(query, entity) if query.matches(row)]
        page = slice(query.start - 1, query.start - 1 + query.size)
        if any(column.aggregate for column in query.columns):
            groups = grouped(query.columns, rows, query.order)
            count, result = len(groups), groups[page]
        else:
            count = len(rows)
            result = [self._flat(query, row) for row in _ordered(rows, query.order)[page]]
        meta = page_meta(count, query.start, query.size)
        return Reply(200, {"ia::result": result, "ia::meta": meta})

    def _parse(self, body: Mapping[str, Any]) -> Query:
        target = self.object_of(body)
        parameters = _parameters(body.get("filterParameters"))
        conditions = [
            parse_condition(one, lambda path: self._filterable(target, path), self._today())
            for one in _list_of(body, "filters")
        ]
        is_case_sensitive = parameters.get("caseSensitiveComparison", True)
        is_conjunction = body.get("filterExpression") in (None, "and")
        expression = parse_expression(body.get("filterExpression"), len(conditions))

        columns = tuple(self._column(target, name) for name in _fields(body))
        check_columns(columns)
        order = tuple(self._order(target, columns, _list_of(body, "orderBy")))
        check_order(columns, order)

        def matches(row: Row) -> bool:
            return expression(lambda n: _holds(conditions[n], row, is_case_sensitive))

        return Query(
            target=target,
            columns=columns,
            matches=matches,
            order=order,
            start=whole_number(body, "start", 1),
            size=whole_number(body, "size", DEFAULT_SIZE, most=MAX_SIZE),
            include_private=parameters.get("includePrivate", False),
            among=_among(conditions) if is_case_sensitive and is_conjunction else None,
        )

    def _column(self, target: Target, name: Any) -> Column:
        if not isinstance(name, str):
            raise invalid_request("A field name is not text")
        aggregate, _, path = name.rpartition(":")
        is_aggregate = aggregate in AGGREGATES
        accessor = self._access.find(target.schema, path if is_aggregate else name)
        if accessor is None:
            raise invalid_request(f"The field {name} does not exist on {target.name}")
        return Column(name, accessor, aggregate if is_aggregate else "")

    def _filterable(self, target: Target, path: str) -> Accessor:
        accessor = self._access.find(target.schema, path)
        if accessor is None or accessor.field.kind == "href":
            raise invalid_request(f"The field {path} cannot be used in a filter of {target.name}")
        return accessor

    def _order(
        self, target: Target, columns: Sequence[Column], given: Iterable[Any]
    ) -> Iterable[Order]:
        sums = {column.name: column.accessor for column in columns if column.aggregate}
        for one in given:
            if not isinstance(one, Mapping) or len(one) != 1:
                raise invalid_request("Each member of orderBy is an object of one field")
            ((path, direction),) = one.items()
            if direction not in ("asc", "desc"):
                raise invalid_request(f"The direction {direction} is neither asc nor desc")
            accessor = sums.get(path) or self._filterable(target, path)
            if accessor.field.kind == "words" and path not in sums:
                raise invalid_request(f"The field {path} of several values makes no order")
            yield Order(path, accessor, direction == "desc")

    def _rows(self, query: Query, entity: str) -> Iterable[Row]:
        schema, private, among = query.target.schema, query.include_private, query.among
        for record in self._books.select(schema.table, entity=entity, private=private, among=among):
            if self._company.shows(record) and query.target.holds(record, self._books):
                yield self._catalog.row(schema, record)

    def _flat(self, query: Query, row: Row) -> Json:
        return {
            column.name: to_json(column.accessor.field, column.accessor.value(row))
            for column in query.columns
        }


def _among(conditions: Sequence[Condition]) -> Among | None:
    """Give the stored field of which a conjunction of filters wants the fewest values."""
    found = [
        Among(condition.accessor.stored, condition.exact)
        for condition in conditions
        if condition.exact and condition.accessor.stored
    ]
    return min(found, key=lambda one: len(one.values), default=None)


def _holds(condition: Condition, row: Row, is_case_sensitive: bool) -> bool:  # noqa: FBT001  # a plain switch of the request
    value = condition.accessor.value(row)
    return condition.test(value, is_case_sensitive)


def _ordered(rows: list[Row], order: Sequence[Order]) -> list[Row]:
    """Sort by the last criterion first, so that earlier ones win; empty values come first."""
    for one in reversed(order):
        value = one.accessor.value
        rows = sorted(rows, key=lambda row: sort_key(value(row)), reverse=one.is_descending)
    return rows


def _parameters(given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise invalid_request("filterParameters is not an object")
    for name, value in given.items():
        if name not in PARAMETERS:
            raise invalid_request(f"Unrecognized key '{name}' in filterParameters")
        if not isinstance(value, PARAMETERS[name]):
            raise invalid_request(f"The value of {name} in filterParameters is invalid")
    _check_day(given.get("asOfDate"))
    return given


def _check_day(given: str | None) -> None:
    """Refuse a day that is neither a date nor a macro for one; nothing here depends on it."""
    if given is None or given in MACROS:
        return
    try:
        date.fromisoformat(given)
    except ValueError as exc:
        raise invalid_request("The value of asOfDate in filterParameters is no date") from exc


def _fields(body: Mapping[str, Any]) -> list[Any]:
    given = body.get("fields")
    if not isinstance(given, list) or not given:
        raise invalid_request("The query payload needs a list of fields")
    return given


def _list_of(body: Mapping[str, Any], name: str) -> list[Any]:
    given = body.get(name)
    if given is None:
        return []
    if not isinstance(given, list):
        raise invalid_request(f"The member {name} of the query payload is not a list")
    return given


def whole_number(
    given: Mapping[str, Any], name: str, default: int, *, most: int | None = None
) -> int:
    """Read a place or size of a page: a number, or its text as URLs and some clients have it.

    Raises:
        RestError: 400, it is no number, less than one or more than `most`.
    """
    value = given.get(name, default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < MAX_DIGITS:
        value = int(value)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or value < 1 or (most is not None and value > most):
        raise invalid_request(f"The value {value} of {name} is out of range")
    return int(value)
