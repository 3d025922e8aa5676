"""Stock converges to its owner's figures and stays there; `make convergence` lives many more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.inventory.sync import StockReport
from shared.ownership.table import Side
from shared.polling.reports import PollOutcome
from tests.convergence.stock import DivergedError, StockHistory


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
