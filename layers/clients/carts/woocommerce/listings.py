"""The lists of a WooCommerce site that change while they are read: orders and products.

Pages are read from the last seen time on, never by number, so that what changes while pages are
read shifts nothing away (carts reference §2.4 and §6.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from carts.adapter import CartApiError
from carts.documents import Node, to_identifier
from carts.json_api import Answer, RefusedParametersError
from carts.woocommerce.models import gmt

MOST_PAGES = 1000
"""More pages than that are no list that anybody can finish reading."""

_MOST_EXCLUDED = 600
_MOST_RESTARTS = 5
_SECOND = timedelta(seconds=1)

Ask = Callable[[str, dict[str, str]], Answer]
"""Asks for a path with parameters."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a list: its id, its time of change, and all that the site told of it."""

    id: str
    updated_at: datetime
    told: Mapping[str, Any]


class _UnsortedError(Exception):
    """The site did not sort by the time of the change."""


class Listing:
    """One list of the site, as `/orders`."""

    def __init__(self, ask: Ask, path: str, *, page_size: int, fields: str = "") -> None:
        """`fields` are the members wanted beside id and time of change; empty wants all."""
        self._ask = ask
        self._path = path
        self._page_size = page_size
        self._fixed = {"status": "any", "per_page": str(page_size)}
        if fields:
            self._fixed["_fields"] = fields

    def changed(self, since: datetime, until: datetime) -> Iterator[list[Row]]:
        """Pages of what was modified in `[since, until)`.

        Sites that cannot sort by the time of the change are read in the order of their ids, and
        again from the start when something left the window between two pages.

        Raises:
            CartApiError: a page could not be read.
        """
        try:
            yield from self.by_time(since, until)
        except (RefusedParametersError, _UnsortedError):
            yield from self.by_id(_window(since, until))

    def by_time(self, since: datetime, until: datetime) -> Iterator[list[Row]]:
        """From the last seen second on; those already seen in it are left out by their ids."""
        lower, seen_in_second = since, list[str]()
        for _ in range(MOST_PAGES):
            filters = _window(lower, until) | {"orderby": "modified", "order": "asc"}
            if seen_in_second:
                filters["exclude"] = ",".join(seen_in_second)
            rows = self.rows(filters)
            times = [row.updated_at for row in rows]
            if times != sorted(times):
                raise _UnsortedError
            yield rows
            if len(rows) < self._page_size:
                return
            last = times[-1]
            tied = [row.id for row in rows if row.updated_at == last]
            seen_in_second = [*seen_in_second, *tied] if last == lower else tied
            lower = last
            if len(seen_in_second) > _MOST_EXCLUDED:
                message = f"more than {_MOST_EXCLUDED} {self._path[1:]} were changed in one second"
                raise CartApiError(message, is_lasting=True)
        raise too_many_pages()

    def by_id(self, window: Mapping[str, str]) -> Iterator[list[Row]]:
        """By page number, sorted by id; a total that changes between pages starts it over."""
        seen: set[tuple[str, datetime]] = set()
        for _ in range(_MOST_RESTARTS):
            expected: str | None = None
            for page in range(1, MOST_PAGES + 1):
                filters = {**window, "orderby": "id", "order": "asc", "page": str(page)}
                answer = self._ask(self._path, self._fixed | filters)
                stated = answer.headers.get("X-WP-Total", "")
                if not stated.isdigit():
                    message = f"the site's list of {self._path[1:]} does not state its total"
                    raise CartApiError(message, is_lasting=True)
                if expected is not None and stated != expected:
                    break
                expected = stated
                rows = listed_rows(answer.document)
                yield [row for row in rows if (row.id, row.updated_at) not in seen]
                seen.update((row.id, row.updated_at) for row in rows)
                if page * self._page_size >= int(stated):
                    return
            else:
                raise too_many_pages()
        message = f"the site's {self._path[1:]} kept changing while they were listed"
        raise CartApiError(message)

    def rows(self, filters: Mapping[str, str]) -> list[Row]:
        """One page."""
        return listed_rows(self._ask(self._path, {**self._fixed, **filters}).document)


def listed_rows(document: Any) -> list[Row]:
    """The entries of one page of a list.

    Raises:
        CartApiError: it has another shape than documented.
    """
    if not isinstance(document, list):
        raise another_shape()
    rows = []
    for entry in document:
        node = Node(entry, "list", [])
        entry_id = to_identifier(node.get("id"))
        updated_at = gmt(node, "date_modified_gmt")
        if not entry_id or updated_at is None or node.problems:
            raise another_shape()
        rows.append(Row(entry_id, updated_at, entry))
    return rows


def too_many_pages() -> CartApiError:
    """More pages than can be read in one window."""
    message = f"more than {MOST_PAGES} pages in one window"
    return CartApiError(message, is_lasting=True)


def another_shape() -> CartApiError:
    """The site's answer cannot be what it says it is."""
    message = "the site's answer has another shape than documented"
    return CartApiError(message, is_lasting=True)


def _window(lower: datetime, until: datetime) -> dict[str, str]:
    """The filter of `[lower, until)`: the site leaves out both bounds, so a second is added."""
    return {
        "modified_after": _text(lower - _SECOND),
        "modified_before": _text(until),
        "dates_are_gmt": "true",
    }


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
