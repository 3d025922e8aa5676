"""The query service (REST reference §8): typed filters, and pages that neither skip nor repeat."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from intacct.errors import NotSentError, RejectedError
from intacct.rest.answers import Answer
from intacct.rest.client import RestClient

PAGE_SIZE = 2000
LARGEST_PAGE = 4000
_JOINS = frozenset({"and", "or"})
Row = dict[str, Any]
"""A flat row: dotted names are keys (`customer.id`)."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: `operator` without its dollar sign, a field of the model, and the operand."""

    operator: str
    field: str
    operand: Any

    def as_json(self) -> dict[str, dict[str, Any]]:
        """The form of Sage's guide and SDK: `{"$op": {"field": operand}}` (§8.2)."""
        return {f"${self.operator}": {self.field: self.operand}}


def equal(field: str, value: str | None) -> Filter:
    """The field is exactly this value."""
    return Filter("eq", field, value)


def one_of(field: str, values: Sequence[str]) -> Filter:
    """The field is one of these values."""
    return Filter("in", field, list(values))


def greater(field: str, value: str) -> Filter:
    """The field is greater than this value."""
    return Filter("gt", field, value)


def at_least(field: str, value: str) -> Filter:
    """The field is this value or greater: what a watermark needs (§8.5)."""
    return Filter("gte", field, value)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of one object; `fields` always come with `key`.

    `expression` joins the filters by number (`(1 and 2) or 3`), or all by one word; empty is `and`.
    `include_private` also shows entity-private records when asked at top level (§8.3); text is
    compared with its case unless `ignores_case`.
    """

    object: str
    fields: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    expression: str = ""
    include_private: bool = False
    ignores_case: bool = False

    def body(self, *, after_key: str | None = None, size: int = PAGE_SIZE) -> dict[str, Any]:
        """The request body for the page of rows whose key follows `after_key`."""
        filters = list(self.filters)
        expression = self.expression or "and"
        if after_key is not None:
            filters.append(greater("key", after_key))
            if self.expression:
                joined = f" {self.expression} ".join(str(n) for n in range(1, len(filters)))
                numbered = joined if self.expression in _JOINS else self.expression
                expression = f"({numbered}) and {len(filters)}"
        return {
            "object": self.object,
            "fields": list(dict.fromkeys(("key", *self.fields))),
            "filters": [condition.as_json() for condition in filters],
            "filterExpression": expression if filters else None,
            # Nested here: at top level the call fails (§8.1).
            "filterParameters": {
                "caseSensitiveComparison": not self.ignores_case,
                "includePrivate": self.include_private,
            },
            "orderBy": [{"key": "asc"}],
            "start": 1,
            "size": size,
        }


class UnorderedPagesError(RejectedError):
    """The rows did not come in the order of their keys, so that paging by key would lose some."""


def rows(
    client: RestClient, query: Query, *, entity: str = "", page_size: int = PAGE_SIZE
) -> Iterator[Row]:
    """All rows that match, in the order of their keys, each once.

    Pages by key instead of by record number: every page is evaluated anew, and a record number
    shifts when rows are added or vanish meanwhile (§8.5). Whether keys order as numbers or as text
    is UNCONFIRMED, so the order within a page tells, and a break of it is an error, never a gap.

    Raises:
        UnorderedPagesError: the keys of a page, or of two pages, are not in one order.
        NotSentError: an answer cannot be read as rows; reading again is safe.
    """
    size = min(page_size, LARGEST_PAGE)
    after: str | None = None
    order = _KeyOrder()
    while True:
        answer = client.query(query.body(after_key=after, size=size), entity=entity)
        page = _page(answer, size)
        keys = [str(row["key"]) for row in page]
        order.check(keys)
        yield from page
        if len(page) < size:
            return
        after = keys[-1]


class _KeyOrder:
    """Notices when keys stop rising, counted as numbers or compared as text, in one of the two."""

    def __init__(self) -> None:
        self._last: str | None = None
        self._as_numbers = True
        self._as_text = True

    def check(self, keys: Sequence[str]) -> None:
        """Take the next keys.

        Raises:
            UnorderedPagesError: they follow neither order.
        """
        along = keys if self._last is None else [self._last, *keys]
        if self._as_numbers:
            are_numbers = all(map(str.isdecimal, along))
            self._as_numbers = are_numbers and _rises([int(key) for key in along])
        self._as_text = self._as_text and _rises(along)
        if not self._as_numbers and not self._as_text:
            message = "the rows of a query are not in the order of their keys"
            raise UnorderedPagesError(message)
        self._last = along[-1] if along else None


def _rises(keys: Sequence[Any]) -> bool:
    return all(map(operator.lt, keys, keys[1:]))


def first_rows(client: RestClient, query: Query, *, entity: str = "", limit: int = 10) -> list[Row]:
    """The first few rows in one call, for look-ups by a mark that should be unique.

    Raises:
        NotSentError: the answer cannot be read as rows: it never counts as none.
    """
    return list(_page(client.query(query.body(size=limit), entity=entity), limit))


def _page(answer: Answer, size: int) -> Sequence[Row]:
    """The rows of an answer, all of them: what is missing would pass for not being there."""
    page, stated = answer.result, answer.meta.get("totalCount")
    is_read = isinstance(page, list) and _have_keys(page)
    total = int(stated) if isinstance(stated, str | int) and str(stated).isdecimal() else None
    if not is_read or total is None or len(page) < min(size, total):
        message = "the answer to a query cannot be read as its rows"
        raise NotSentError(message)
    found: Sequence[Row] = page
    return found


def _have_keys(page: Sequence[Any]) -> bool:
    try:
        keys = [row["key"] for row in page]
    except (TypeError, KeyError, IndexError):
        return False
    return set(map(type, keys)) <= {str, int} and "" not in keys
