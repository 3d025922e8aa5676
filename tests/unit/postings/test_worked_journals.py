"""Every worked journal and scenario comes from cart facts through the planner, to the cent."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from shared.postings.planner import plan
from tests.accounting.journals import (
    EVERY_SCENARIO,
    ROWS,
    SCENARIOS,
    Entry,
    Row,
    Scenario,
    balances,
    net,
    netted,
    parse,
    play,
    told,
)
from tests.accounting.lives import LIVES

PAYOUTS = Path("tests/accounting/payout_journals.toml")


def _expected(row: Row) -> Entry:
    return {**parse(row.entry), **(parse(row.without) if row.without else {})}


@pytest.mark.parametrize("row", [r for r in ROWS.values() if r.life], ids=lambda row: row.id)
def test_a_worked_journal_comes_out_of_the_facts(row: Row) -> None:
    played = play(LIVES[row.life]())
    entry = told(played.lines(*row.postings), by_dimension="[" in row.entry)
    if row.clears:
        sides = [entry.pop((row.clears, side)) for side in ("Dr", "Cr")]
        assert sides[0] == sides[1]
    if row.nets:
        assert netted(entry) == netted(parse(row.entry), parse(row.without))
        return
    assert entry == _expected(row)


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.id)
def test_a_row_balances_and_is_either_played_or_excused(row: Row) -> None:
    entry = parse(row.entry)
    debits = sum(amount for (_, side), amount in entry.items() if side == "Dr")
    credits_ = sum(amount for (_, side), amount in entry.items() if side == "Cr")
    assert debits == credits_ > 0
    assert bool(row.life) != bool(row.reason)


TOLD: list[Row | Scenario] = [*ROWS.values(), *EVERY_SCENARIO.values()]
ELSEWHERE = [one for one in TOLD if "tests/" in one.reason]


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: row.id)
def test_a_test_that_is_said_to_play_a_row_names_it(row: Row | Scenario) -> None:
    (path,) = re.findall(r"tests/[\w/]+\.(?:py|toml)", row.reason)
    text = Path(path).read_text(encoding="utf-8")
    named = {row.id, *re.findall(r"J-\d+\.\d+", row.reason)}
    for chapter, first, last in re.findall(r"J-(\d+)\.(\d+) to J-\d+\.(\d+)", text):
        text += " ".join(f"J-{chapter}.{number}" for number in range(int(first), int(last) + 1))
    assert any(name in text for name in named)


def test_every_scenario_of_the_reference_is_in_a_table() -> None:
    payouts = tomllib.loads(PAYOUTS.read_text(encoding="utf-8"))["scenarios"]
    known = {*EVERY_SCENARIO, *(scenario["id"] for scenario in payouts)}
    assert known == {f"S{number}" for number in range(1, 16)}
    assert all(bool(one.life) != bool(one.reason) for one in EVERY_SCENARIO.values())


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
