"""Pages by key: nothing skipped, nothing repeated, whatever happens between two pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct.errors import RejectedError
from intacct.rest.query import Query, at_least, equal, first_rows, one_of, rows
from tests.unit.intacct.rest.support import client, page

Order = Callable[[str], Any]


class Table:
    """Answers queries over keys that may change between two pages, ordered one way or the other."""

    def __init__(self, keys: list[str], order: Order = int) -> None:
        self.keys = list(keys)
        self.order = order
        self.between: list[Callable[[list[str]], None]] = []
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.bodies.append(body)
        after = [f["$gt"]["key"] for f in body["filters"] if "$gt" in f]
        later = sorted(
            (k for k in self.keys if not after or self.order(k) > self.order(after[0])),
            key=self.order,
        )
        answer = page([{"key": key} for key in later[: body["size"]]])
        if self.between:
            self.between.pop(0)(self.keys)
        return answer


def keys_of(table: Table, size: int) -> list[str]:
    found = rows(client(table), Query("x/y", ("id",)), page_size=size)
    return [row["key"] for row in found]


@given(
    st.sets(st.integers(min_value=1, max_value=10**6), max_size=60),
    st.integers(min_value=1, max_value=9),
    st.sampled_from([int, str]),
)
def test_every_row_comes_once_in_either_order(numbers: set[int], size: int, order: Order) -> None:
    table = Table([str(number) for number in numbers], order)
    assert sorted(keys_of(table, size), key=int) == [str(number) for number in sorted(numbers)]


def test_a_row_that_vanishes_between_pages_hides_no_other() -> None:
    table = Table([str(n) for n in range(1, 7)])
    table.between = [lambda keys: keys.remove("1")]
    assert keys_of(table, 2) == ["1", "2", "3", "4", "5", "6"]


def test_a_row_that_appears_between_pages_repeats_no_other() -> None:
    table = Table([str(n) for n in range(10, 16)])
    table.between = [lambda keys: keys.append("1"), lambda keys: keys.append("20")]
    assert keys_of(table, 2) == ["10", "11", "12", "13", "14", "15", "20"]


def test_keys_that_compare_one_way_and_come_in_another_are_an_error_and_no_gap() -> None:
    table = Table(["1", "2", "10", "11"], int)

    def by_text_filtered_by_number(request: httpx.Request) -> httpx.Response:
        answer = table(request)
        found = json.loads(answer.content)["ia::result"]
        return page(sorted(found, key=lambda row: str(row["key"]), reverse=True))

    with pytest.raises(RejectedError, match="order of their keys"):
        list(rows(client(by_text_filtered_by_number), Query("x/y", ("id",)), page_size=4))


def test_the_request_has_the_form_of_sages_own_sdk() -> None:
    query = Query(
        "order-entry/document::Sales Order",
        ("id", "customer.id"),
        (equal("referenceNumber", "S-1"), one_of("state", ["pending", "closed"])),
    )
    assert query.body(after_key="7", size=2000) == {
        "object": "order-entry/document::Sales Order",
        "fields": ["key", "id", "customer.id"],
        "filters": [
            {"$eq": {"referenceNumber": "S-1"}},
            {"$in": {"state": ["pending", "closed"]}},
            {"$gt": {"key": "7"}},
        ],
        "filterExpression": "and",
        "filterParameters": {"caseSensitiveComparison": True, "includePrivate": False},
        "orderBy": [{"key": "asc"}],
        "start": 1,
        "size": 2000,
    }


def test_no_filter_means_no_expression() -> None:
    body = Query("x/y", ("id",)).body()
    assert body["filters"] == []
    assert body["filterExpression"] is None


def test_paging_keeps_a_joined_expression_whole() -> None:
    query = Query("x/y", ("id",), (equal("a", "1"), at_least("b", "2")), expression="1 or 2")
    assert query.body()["filterExpression"] == "1 or 2"
    assert query.body(after_key="9")["filterExpression"] == "(1 or 2) and 3"


def test_paging_keeps_filters_joined_by_a_word() -> None:
    query = Query("x/y", ("id",), (equal("a", "1"), equal("b", "2")), expression="or")
    assert query.body()["filterExpression"] == "or"
    assert query.body(after_key="9")["filterExpression"] == "(1 or 2) and 3"


def test_a_page_is_never_asked_larger_than_sage_gives() -> None:
    table = Table(["1"])
    keys_of(table, 100_000)
    assert table.bodies[0]["size"] == 4000


def test_the_first_rows_cost_one_call() -> None:
    table = Table([str(n) for n in range(1, 30)])
    found = first_rows(client(table), Query("x/y", ("id",)), limit=3)
    assert [row["key"] for row in found] == ["1", "2", "3"]
    assert len(table.bodies) == 1
