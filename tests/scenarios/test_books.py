"""The scenarios through both protocols: the simulated company's ledger must equal the tables."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.accounting.journals import SCENARIOS, Played, Scenario, balances, net
from tests.accounting.lives import LIVES
from tests.scenarios.conftest import Sage
from tests.scenarios.t_accounts import t_accounts


def _expected(played: Played) -> dict[str, Decimal]:
    return {account: amount for account, amount in net(played.lines()).items() if amount}


@pytest.fixture
def show(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, Played], None]:
    """With -v the T-accounts are printed, for an accountant to read."""

    def shown(title: str, played: Played) -> None:
        if request.config.get_verbosity() > 0:
            with capsys.disabled():
                sys.stdout.write(f"\n\n{title}\n\n{t_accounts(played.postings.values())}\n\n")

    return shown


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.id)
def test_a_scenario_leaves_its_balances_in_the_books(
    scenario: Scenario, sage: Sage, show: Callable[[str, Played], None]
) -> None:
    played = sage.live(LIVES[scenario.life]())
    show(f"{scenario.id} {scenario.title}", played)
    ledger = sage.simulator.balances()
    before = net(played.lines(*scenario.before)) if scenario.before else {}
    expected = balances(scenario.balances)
    ended = {
        account: ledger.get(account, Decimal(0)) - before.get(account, Decimal(0))
        for account in expected
    }
    assert ended == expected


@pytest.mark.parametrize("name", LIVES)
def test_the_books_hold_what_each_posting_said_it_would_do(name: str, sage: Sage) -> None:
    played = sage.live(LIVES[name]())
    assert sage.simulator.balances() == _expected(played)
