"""Days of a company whose own tax engine is on: true with rounding lines, and no less strict."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.reconciliation.differences import Cause
from shared.reconciliation.page import page
from shared.reconciliation.statement import RoundingWeek, Verdict
from shared.reconciliation.tables import table
from tests.accounting.lives import order_a
from tests.unit.reconciliation import plants
from tests.unit.reconciliation.world import World, order_facts

ON, NEXT = date(2026, 3, 2), date(2026, 3, 3)
CENT = Decimal("0.01")
RATES = {"TAX-NYS": "4", "TAX-NYC": "4.5", "TAX-MTA": "0.375"}


@pytest.fixture
def world() -> World:
    """Order A twice, to each of which the engine adds a cent of city tax (J-9.1)."""
    made = World()
    made.company.switches.tax_engine_rates = RATES
    for name in ("1001", "1002"):
        made.sell(order_facts(name, order_a().stages[-1]))
    made.next_morning()
    return made


def test_a_day_with_rounding_lines_is_equal_and_counts_them(world: World) -> None:
    statement = world.prove(ON)

    assert statement.differences == ()
    assert statement.verdict is Verdict.EQUAL
    assert statement.roundings == (RoundingWeek("shop", 2, 2 * CENT, CENT),)
    balances = {one.account: (one.ours, one.sage) for one in statement.balances}
    assert balances["2100-NYC"] == (Decimal("-5.80"), Decimal("-5.80"))
    moved = {one.account: one.expected for one in statement.accounts}
    assert moved["7900"] == 2 * CENT


def test_it_stays_equal_on_the_days_after(world: World) -> None:
    world.prove(ON)
    world.next_morning()
    world.sell(order_facts("1001", order_a().stages[-1]))

    for again in (False, True):
        statement = world.prove(NEXT, again=again)
        assert statement.verdict is Verdict.EQUAL
        assert [one.lines for one in statement.roundings] == [2]

    assert world.prove(date(2026, 3, 9)).roundings == ()


def test_a_cent_that_a_person_moved_on_a_taxed_invoice_is_found(world: World) -> None:
    world.prove(ON)
    places = [
        number
        for number, row in enumerate(plants.table(world, "gl_detail"))
        if row["origin_object"] == "sales_document"
    ]
    for place in places[:2]:
        account = plants.bend_line(world, place)
        statement = world.prove(ON, again=True)
        plants.bend_line(world, place, -CENT)
        found = [(one.cause, one.account, one.amount) for one in statement.differences]
        assert found == [(Cause.LEDGER_DIFFERS, account, CENT)]


def test_a_total_of_a_taxed_invoice_that_a_person_changed_is_found(world: World) -> None:
    invoice = plants.table(world, "sales_document")[-1]
    world.company.books.store.change(
        "sales_document", invoice["key"], total=invoice["total"] - CENT
    )

    statement = world.prove(ON)

    assert [(one.cause, one.amount) for one in statement.differences] == [
        (Cause.EDITED_IN_SAGE, -CENT)
    ]


def test_page_and_table_show_the_rounding_lines(world: World) -> None:
    statement = world.prove(ON)

    assert b"Rounding lines of the seven days to this one" in page(statement)
    assert b"2 lines in seven days, the largest of 0.01" in table(statement)
