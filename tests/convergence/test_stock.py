"""Stock converges to its owner's figures and stays there; `make convergence` lives many more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.inventory.sync import StockReport
from shared.ledger import resolving
from shared.ownership.table import Side
from shared.polling.reports import PollOutcome
from tests.convergence.stock import DivergedError, StockHistory

LOST_TO_THE_END = 9853
"""A seed in which every request of one adjustment is lost, as often as it may be sent."""


@pytest.mark.parametrize("seed", range(12))
def test_each_place_comes_to_what_its_owner_says_and_rests(seed: int) -> None:
    StockHistory(seed).live()


def test_a_history_in_which_nothing_travels_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    history = StockHistory(1)
    idle = StockReport("acme", "shop-0", PollOutcome.COMPLETE)
    monkeypatch.setattr(history.rig, "run", lambda *_: idle)
    with pytest.raises(DivergedError, match="Sage has"):
        history.live()


def test_a_run_that_writes_on_the_owners_side_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = (StockHistory(seed) for seed in range(20))
    history = next(one for one in seeds if one.places[0].owner is Side.SAGE)
    run = history.rig.run

    def meddle(*arguments: Any) -> StockReport:
        history.rig.sage.on_hand[history.skus[0], history.places[0].warehouse] += Decimal(1)
        return run(*arguments)

    monkeypatch.setattr(history.rig, "run", meddle)
    with pytest.raises(DivergedError, match="owner's side"):
        history.live()


def test_what_was_lost_to_the_end_waits_for_a_person_and_then_converges() -> None:
    history = StockHistory(LOST_TO_THE_END)
    history.live()
    assert max(history.lost.values()) == resolving.MOST_RESENDS + 1


def test_an_adjustment_that_waits_for_a_person_too_early_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolving, "MOST_RESENDS", 1)
    with pytest.raises(DivergedError, match="was lost 2 times"):
        StockHistory(LOST_TO_THE_END).live()


def test_an_adjustment_that_waits_and_is_told_to_nobody_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history = StockHistory(LOST_TO_THE_END)
    monkeypatch.setattr(history.rig, "findings", list)
    with pytest.raises(DivergedError, match="nobody is told"):
        history.live()
