"""Records that change while they are paged through: none is lost, and none is buried alive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from shared.changes import judging, reading
from tests.changes.history import ChangesHistory, LostError


def live(seeds: Iterable[int]) -> None:
    for seed in seeds:
        ChangesHistory(seed).live()


@pytest.mark.parametrize("seed", range(10))
def test_no_change_is_lost_and_nothing_that_is_there_is_told_gone(seed: int) -> None:
    ChangesHistory(seed).live()


def test_histories_show_what_a_reading_that_never_goes_far_back_loses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "WIDE", timedelta(seconds=1))
    monkeypatch.setattr(reading, "OVERLAP", timedelta(seconds=1))

    with pytest.raises(LostError, match="never told"):
        live(range(60))


def test_histories_show_what_is_buried_alive_when_blindness_counts_as_deletion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judging, "_is_blind", lambda *_: False)

    with pytest.raises(LostError, match="and is there"):
        live(range(60))
