"""Every worked journal and scenario comes from cart facts through the planner, to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.postings.planner import plan
from tests.accounting.journals import (
    ROWS,
    SCENARIOS,
    Entry,
    Row,
    Scenario,
    balances,
    net,
    parse,
    play,
    told,
)
from tests.accounting.lives import LIVES


def _expected(row: Row) -> Entry:
    return {**parse(row.entry), **(parse(row.without) if row.without else {})}


@pytest.mark.parametrize("row", [r for r in ROWS.values() if r.life], ids=lambda row: row.id)
def test_a_worked_journal_comes_out_of_the_facts(row: Row) -> None:
    played = play(LIVES[row.life]())
    entry = told(played.lines(*row.postings), by_dimension="[" in row.entry)
    if row.clears:
        sides = [entry.pop((row.clears, side)) for side in ("Dr", "Cr")]
        assert sides[0] == sides[1]
    assert entry == _expected(row)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.id)
def test_a_row_balances_and_is_either_played_or_excused(row: Row) -> None:
    entry = parse(row.entry)
    debits = sum(amount for (_, side), amount in entry.items() if side == "Dr")
    credits_ = sum(amount for (_, side), amount in entry.items() if side == "Cr")
    assert debits == credits_ > 0
    assert bool(row.life) != bool(row.reason)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.id)
def test_a_scenario_ends_in_its_balances(scenario: Scenario) -> None:
    played = play(LIVES[scenario.life]())
    names = [name for name in played.postings if name not in scenario.before]
    assert len(names) == len(played.postings) - len(scenario.before)
    ended = net(played.lines(*names))
    expected = balances(scenario.balances)
    assert {account: ended.get(account, Decimal(0)) for account in expected} == expected
    entries = [told(posting.effect) for posting in played.postings.values()]
    missing = [row for row in scenario.rows if parse(ROWS[row].entry) not in entries]
    assert missing == []


@pytest.mark.parametrize("name", LIVES)
def test_every_life_can_be_told_at_once_or_step_by_step(name: str) -> None:
    life = LIVES[name]()
    by_steps = play(life)
    assert plan(life.stages[-1], by_steps.posted, life.book).postings == ()
    at_once = plan(life.stages[-1], {}, life.book)
    assert not at_once.findings
    lines = [line for posting in at_once.postings for line in posting.effect]
    assert _ended(net(lines)) == _ended(net(by_steps.lines()))


def _ended(balances_: dict[str, Decimal]) -> dict[str, Decimal]:
    """Balances without zeros; what the buyer has to his credit counts on whichever account."""
    ended = dict(balances_)
    if ended.get("1200", Decimal(0)) < 0:
        ended["2050"] = ended.get("2050", Decimal(0)) + ended.pop("1200")
    return {account: amount for account, amount in ended.items() if amount}
