from __future__ import annotations

from typing import Any

import pytest

from shared.gl.batches import _Maker
from tests.days.history import BrokenError, DaysHistory


@pytest.mark.parametrize("first", [0, 3])
def test_days_and_single_documents_leave_the_same_books_whatever_happens(first: int) -> None:
    lived(range(first, first + 3))


def test_a_seed_that_failed_once_fails_no_more() -> None:
    DaysHistory(74).live()


def lived(seeds: range) -> None:
    for seed in seeds:
        DaysHistory(seed).live()


def test_a_day_that_is_not_taken_back_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any) -> Any:
        return iter(())

    monkeypatch.setattr(_Maker, "mirrors", nothing)

    with pytest.raises(BrokenError, match="the day"):
        lived(range(8))
