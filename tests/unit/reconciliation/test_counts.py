"""Counts of an exported day in its proof: as they were sent, or named one by one (R-12.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.policy.choices import CustomerMode, PostingMode
from shared.policy.mapping import Definitions, Role
from shared.reconciliation.differences import Cause
from shared.reconciliation.statement import Verdict
from tests.accounting.lives import PAID, SHIPPED, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import book, facts, mapping
from tests.unit.reconciliation.world import World, order_facts

ON = date(2026, 3, 2)
COUNTED = {
    Role.STATISTICAL_ORDERS: "STAT-ORDERS",
    Role.STATISTICAL_UNITS: "STAT-UNITS",
    Role.STATISTICAL_REFUNDS: "STAT-REFUNDS",
}


@pytest.fixture
def world() -> World:
    """A channel of daily journals with counts beside them, of which one day is exported."""
    made = World()
    definitions = Definitions(statistical_journal="STJ")
    chart = mapping(accounts={**PAYOUT_ACCOUNTS, **COUNTED}, definitions=definitions)
    chart = replace(chart, channel_customer="C-ADA")
    policy = {"posting_mode": PostingMode.SUMMARY_DAILY, "customer_mode": CustomerMode.CHANNEL}
    made.open_store("counted", book(chart=chart, **policy))
    sold = order_facts("A", facts(order_a_placed(), PAID, SHIPPED))
    made.know(sold, store="counted")
    made.post("A", store="counted")
    made.company.clock.advance(6 * 86_400)
    made.export(ON, "counted")
    return made


def entry(world: World) -> dict[str, Any]:
    """The day's statistical entry as the company has it."""
    books = world.company.books
    (found,) = [one for one in books.select("journal_entry", private=True) if one["is_statistical"]]
    return dict(found)


def recount(world: World, units: str) -> None:
    """Somebody changes how many units were sold."""
    books, record = world.company.books, entry(world)
    lines = []
    for row in books.lines("journal_entry", record["key"]):
        account = books.get("account", row["account"])
        kept = {name: row[name] for name in ("key", "account", "amount", "side") if row[name]}
        is_units = account is not None and account["id"] == "STAT-UNITS"
        lines.append({**kept, "amount": Decimal(units)} if is_units else kept)
    world.company.clock.advance(3600)
    books.update("journal_entry", record["key"], {"lines": lines}, entity="100")


def test_counts_as_they_were_sent_speak_against_nothing(world: World) -> None:
    statement = world.prove(ON)

    assert statement.differences == ()
    assert statement.verdict is Verdict.EQUAL


@pytest.mark.parametrize("was_proved", [False, True])
def test_a_count_that_somebody_changed_is_named_with_both_numbers(
    world: World, *, was_proved: bool
) -> None:
    if was_proved:
        world.prove(ON)
    recount(world, "7")

    (found,) = world.prove(ON).differences

    assert found.cause is Cause.EDITED_IN_SAGE
    assert "statistical entry" in found.what
    assert found.text == "it counts 7 on STAT-UNITS in Sage, and 3 were sent"
    assert found.amount is None
    assert world.prove(ON).differences == (found,)
    recount(world, "3")
    assert world.prove(ON).verdict is Verdict.EQUAL


def test_counts_that_somebody_deleted_are_missing(world: World) -> None:
    world.company.books.delete("journal_entry", entry(world)["key"])

    (found,) = world.prove(ON).differences

    assert found.cause is Cause.MISSING_IN_SAGE
    assert "statistical entry" in found.what
