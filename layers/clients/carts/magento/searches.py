"""The lists of a Magento store by search criteria, read while they change (carts reference §5.3).

Pages are read from the last seen time on, and within one second from the last seen id on, never by
number: what changes while pages are read shifts nothing away (§2.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from carts.adapter import CartApiError
from carts.documents import Node, to_identifier
from carts.json_api import JsonApi
from carts.magento.models import utc

MOST_PAGES = 1000
"""More pages than that are no list that anybody can finish reading."""

_SECOND = timedelta(seconds=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

Filter = tuple[str, str, str]
"""Field, condition, value."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list: its own number, its time of change, and all that was told of it.

    A row that states no time was changed at the beginning of time.
    """

    number: int
    updated_at: datetime
    told: Mapping[str, Any]


class Search:
    """One list of the store, as `/orders`, whose rows have a number and a time of change."""

    def __init__(
        self,
        api: JsonApi,
        path: str,
        *,
        page_size: int,
        member: str = "entity_id",
        fields: Sequence[str] = (),
    ) -> None:
        """`member` holds a row's number in answers; `fields` are all that is wanted of a row."""
        self._api = api
        self._path = path
        self._page_size = page_size
        self._member = member
        self._fields = fields

    def changed(self, since: datetime, until: datetime) -> Iterator[list[Row]]:
        """All rows updated in `[since, until)`: by time, and inside a full second by id.

        Raises:
            CartApiError: a page could not be read.
        """
        lower = since.astimezone(UTC).replace(microsecond=0)
        for _ in range(MOST_PAGES):
            window = [("updated_at", "gteq", _text(lower)), ("updated_at", "lt", _text(until))]
            rows = self._page(window, [("updated_at", "ASC")])
            times = [row.updated_at for row in rows]
            if _NEVER in times:
                raise another_shape()
            if times != sorted(times):
                raise _unsorted()
            yield rows
            if len(rows) < self._page_size:
                return
            if times[-1] > lower:
                lower = times[-1]
                continue
            second = [
                ("updated_at", "gteq", _text(lower)),
                ("updated_at", "lt", _text(lower + _SECOND)),
            ]
            yield from self.by_number(second)
            lower += _SECOND
        raise too_many_pages()

    def by_number(self, filters: Sequence[Filter] = ()) -> Iterator[list[Row]]:
        """All rows that the filters let through, from the last seen number on."""
        last = 0
        for _ in range(MOST_PAGES):
            above = [*filters, ("entity_id", "gt", str(last))]
            rows = self._page(above, [("entity_id", "ASC")])
            yield rows
            if len(rows) < self._page_size:
                return
            numbers = [row.number for row in rows]
            if numbers != sorted(numbers) or numbers[-1] <= last:
                raise _unsorted()
            last = numbers[-1]
        raise too_many_pages()

    def _page(self, filters: Sequence[Filter], sorting: Sequence[tuple[str, str]]) -> list[Row]:
        """The first page of what the filters let through."""
        params = criteria(filters, sorting, page_size=self._page_size)
        if self._fields:
            params["fields"] = f"items[{','.join(self._fields)}],total_count"
        items, _ = items_of(self._api.get(self._path, params).document)
        return [self._row(item) for item in items]

    def _row(self, item: Any) -> Row:
        node = Node(item, "items", [])
        number = to_identifier(node.get(self._member))
        updated_at = utc(node, "updated_at") if node.has("updated_at") else _NEVER
        if not number.isdigit() or node.problems:
            raise another_shape()
        return Row(int(number), updated_at, item)


def criteria(
    filters: Sequence[Filter],
    sorting: Sequence[tuple[str, str]],
    *,
    page_size: int,
    page: int = 1,
) -> dict[str, str]:
    """The search grammar of all lists: groups are joined by and (carts reference §5.3)."""
    params = {
        "searchCriteria[pageSize]": str(page_size),
        "searchCriteria[currentPage]": str(page),
    }
    for index, (member, condition, value) in enumerate(filters):
        group = f"searchCriteria[filter_groups][{index}][filters][0]"
        params[f"{group}[field]"] = member
        params[f"{group}[condition_type]"] = condition
        params[f"{group}[value]"] = value
    for index, (member, direction) in enumerate(sorting):
        params[f"searchCriteria[sortOrders][{index}][field]"] = member
        params[f"searchCriteria[sortOrders][{index}][direction]"] = direction
    return params


def items_of(document: Any) -> tuple[list[Any], int]:
    """The entries of a page and how many the whole list has; shops answer null for none.

    Raises:
        CartApiError: it has another shape than documented.
    """
    if not isinstance(document, dict):
        raise another_shape()
    items, count = document.get("items"), document.get("total_count")
    if items is None and count == 0:
        return [], 0
    if not isinstance(items, list):
        raise another_shape()
    return items, count if isinstance(count, int) else -1


def too_many_pages() -> CartApiError:
    """More pages than can be read of one list."""
    message = f"more than {MOST_PAGES} pages in one list"
    return CartApiError(message, is_lasting=True)


def another_shape() -> CartApiError:
    """The store's answer cannot be what it says it is."""
    message = "the store's answer has another shape than documented"
    return CartApiError(message, is_lasting=True)


def _unsorted() -> CartApiError:
    message = "the store does not sort what it lists"
    return CartApiError(message, is_lasting=True)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
