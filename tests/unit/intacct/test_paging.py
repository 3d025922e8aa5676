"""Pages by key in both protocols: nothing skipped, nothing repeated, while rows come and go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intacct.rest.query import Query, rows
from intacct.xml.elements import Element, add, element, text_at
from intacct.xml.envelope import Function, FunctionResult
from intacct.xml.paging import pages
from intacct.xml.queries import Query as XmlQuery
from tests.unit.intacct.rest.support import client, page


class Living:
    """A table whose rows come and go between two pages, as the plan says."""

    def __init__(self, start: set[int], plan: list[tuple[set[int], set[int]]]) -> None:
        self.keys = set(start)
        self.ever = set(start)
        self.always = set(start)
        self.plan = list(plan)

    def page(self, after: int, size: int) -> tuple[list[int], int]:
        """A page of keys in order, and how many are left behind it; then something happens."""
        later = sorted(key for key in self.keys if key > after)
        if self.plan:
            come, go = self.plan.pop(0)
            self.ever |= come
            self.keys = (self.keys | come) - go
            self.always &= self.keys
        return later[:size], max(0, len(later) - size)


def over_rest(table: Living, size: int) -> list[int]:
    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        after = [int(each["$gt"]["key"]) for each in body["filters"] if "$gt" in each]
        found, _ = table.page(after[0] if after else 0, body["size"])
        return page([{"key": str(key)} for key in found])

    query = Query("x/y", ("id",))
    return [int(row["key"]) for row in rows(client(answer), query, page_size=size)]


class Gateway:
    """Answers `query` from a living table."""

    def __init__(self, table: Living) -> None:
        self._table = table

    def execute_one(self, function: Function, **_: Any) -> FunctionResult:
        asked = function.element
        after = asked.findtext("filter/greaterthan/value")
        found, left = self._table.page(int(after or 0), int(text_at(asked, "pagesize")))
        return FunctionResult(
            status="success",
            function="query",
            control_id=function.control_id,
            rows=tuple(_row(key) for key in found),
            attributes={"count": str(len(found)), "numremaining": str(left)},
        )


def _row(key: int) -> Element:
    row = element("CUSTOMER")
    add(row, "RECORDNO", str(key))
    return row


def over_xml(table: Living, size: int) -> list[int]:
    gateway: Any = Gateway(table)
    found = pages(gateway, XmlQuery("CUSTOMER", ()), size=size)
    return [int(text_at(row, "RECORDNO")) for part in found for row in part]


KEYS = st.sets(st.integers(min_value=1, max_value=60), max_size=12)


@pytest.mark.parametrize("read", [over_rest, over_xml])
@settings(max_examples=60)
@given(
    start=st.sets(st.integers(min_value=1, max_value=60), max_size=40),
    plan=st.lists(st.tuples(KEYS, KEYS), max_size=12),
    size=st.integers(min_value=1, max_value=7),
)
def test_what_was_there_all_the_time_comes_once_and_nothing_twice(
    read: Callable[[Living, int], list[int]],
    start: set[int],
    plan: list[tuple[set[int], set[int]]],
    size: int,
) -> None:
    table = Living(start, plan)

    found = read(table, size)

    assert found == sorted(set(found))
    assert table.always <= set(found) <= table.ever
