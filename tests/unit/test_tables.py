"""Many keys read at once: portions, what was left, and a table that never answers in full."""

from __future__ import annotations

from typing import Any, cast

import pytest

from shared.tables import LeftUnreadError, read_many

_TABLE = "orders"


class Table:
    """A DynamoDB client that answers at most `most` keys of a call."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[int] = []

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        keys = RequestItems[_TABLE]["Keys"]
        assert RequestItems[_TABLE]["ConsistentRead"]
        self.asked.append(len(keys))
        left = keys[self.most :]
        return {
            "Responses": {_TABLE: keys[: self.most]},
            "UnprocessedKeys": {_TABLE: {"Keys": left}} if left else {},
        }


def _read(table: Table, count: int) -> list[str]:
    keys = [{"pk": {"S": str(number)}} for number in range(count)]
    return [item["pk"]["S"] for item in read_many(cast("Any", table), _TABLE, keys)]


def test_keys_travel_in_portions_of_a_hundred() -> None:
    table = Table(100)
    assert _read(table, 250) == [str(number) for number in range(250)]
    assert table.asked == [100, 100, 50]


def test_what_was_left_unread_is_asked_for_again() -> None:
    table = Table(40)
    assert _read(table, 130) == [str(number) for number in range(130)]
    assert table.asked == [100, 60, 20, 30]


def test_no_key_is_no_call() -> None:
    table = Table(100)
    assert _read(table, 0) == []
    assert table.asked == []


def test_a_table_that_keeps_leaving_keys_unread_is_an_error_and_not_an_absence() -> None:
    with pytest.raises(LeftUnreadError, match="3 items of orders"):
        _read(Table(0), 3)
