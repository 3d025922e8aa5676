"""Rows written in bulk have one answer each, and lists with page numbers are read whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from carts.adapter import CartApiError
from carts.bulk import in_calls
from carts.catalogue import WriteOutcome, Written
from carts.json_api import RefusedParametersError
from carts.numbered import Page, numbered_pages


def test_a_row_that_spoils_its_call_is_found_and_the_others_are_written() -> None:
    calls: list[Sequence[int]] = []

    def write(rows: Sequence[int]) -> list[Written]:
        calls.append(rows)
        if 7 in rows:
            message = "not taken"
            raise RefusedParametersError(message, is_lasting=True)
        return [Written(WriteOutcome.DONE) for _ in rows]

    answers = in_calls(range(20), write, most=10)

    assert [i for i, each in enumerate(answers) if each.outcome is WriteOutcome.REFUSED] == [7]
    assert [i for i, each in enumerate(answers) if each.outcome is WriteOutcome.DONE] == [
        i for i in range(20) if i != 7
    ]
    assert max(len(rows) for rows in calls) == 10


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CartApiError("no", is_lasting=True), WriteOutcome.REFUSED),
        (CartApiError("later"), WriteOutcome.UNKNOWN),
    ],
)
def test_a_call_that_fails_is_not_tried_in_halves(
    error: CartApiError, outcome: WriteOutcome
) -> None:
    calls = []

    def write(rows: Sequence[int]) -> list[Written]:
        calls.append(rows)
        raise error

    assert [each.outcome for each in in_calls(range(4), write, most=10)] == [outcome] * 4
    assert len(calls) == 1


def test_a_list_whose_total_changes_is_read_again_from_the_start() -> None:
    rows = ["a", "b", "c", "d", "e"]
    asked = []

    def ask(number: int) -> Page:
        asked.append(number)
        page = rows[number * 2 : number * 2 + 2], len(rows)
        if len(asked) == 1:
            rows.remove("a")
        return page

    found = [row for page in numbered_pages(ask, "things") for row in page]

    assert set(found) >= {"b", "c", "d", "e"}
    assert asked == [0, 1, 0, 1]


def test_a_list_that_never_rests_is_given_up() -> None:
    total = iter(range(10, 1000))

    with pytest.raises(CartApiError, match="kept changing"):
        list(numbered_pages(lambda _: (["a"], next(total)), "things"))


def test_a_list_that_ends_before_its_total_ends_there() -> None:
    pages: list[Page] = [(["a"], 9), ([], 9)]
    assert list(numbered_pages(lambda number: pages[number], "things")) == [["a"], []]
