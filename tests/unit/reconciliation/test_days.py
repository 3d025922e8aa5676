"""Summary channels in the proof: events, the journals that hold them, and what comes late."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.gl.reports import DayState
from shared.reconciliation.differences import Cause
from shared.reconciliation.statement import Verdict
from tests.accounting.lives import order_a
from tests.unit.reconciliation import plants
from tests.unit.reconciliation.world import World, order_facts

ON = date(2026, 3, 2)


@pytest.fixture
def world() -> World:
    """Two orders of the outlet, on the morning after their day."""
    made = World()
    for name in ("7001", "7002"):
        made.sell(order_facts(name, order_a().stages[-1]), store="outlet")
    made.next_morning()
    return made


def test_events_without_a_journal_are_open_under_their_day(world: World) -> None:
    statement = world.prove(ON)

    assert {(d.subject, d.cause) for d in statement.differences} == {
        ("day 2026-03-02 USD", Cause.NOT_POSTED)
    }
    assert {d.what for d in statement.differences} == {
        "sale:7001:parcel-1-7001",
        "sale:7002:parcel-1-7002",
    }


def test_a_day_that_is_exported_is_equal(world: World) -> None:
    assert [report.state for report in world.export(ON)] == [DayState.POSTED]

    statement = world.prove(ON)

    (outlet,) = (store for store in statement.stores if store.store == "outlet")
    (journal,) = outlet.kinds
    assert statement.differences == ()
    assert statement.verdict is Verdict.EQUAL
    assert (journal.kind, journal.proved) == ("summary journal", 1)
    assert journal.proved_amount == Decimal("152.40")


def test_a_late_event_leads_to_a_revision_that_is_equal_too(world: World) -> None:
    world.export(ON)
    world.prove(ON)
    world.sell(order_facts("7003", order_a().stages[-1]), store="outlet")
    late = world.prove(ON)
    world.export(ON)

    statement = world.prove(date(2026, 3, 3))

    assert {d.what for d in late.differences} == {"sale:7003:parcel-1-7003"}
    assert statement.differences == ()
    assert {one.on for one in statement.late} == {ON}


def test_a_cent_in_the_journal_is_found_on_its_account(world: World) -> None:
    world.export(ON)
    account = plants.bend_line(world, 3)

    statement = world.prove(ON)

    assert [(d.subject, d.cause, d.account, d.amount) for d in statement.differences] == [
        ("day 2026-03-02 USD", Cause.LEDGER_DIFFERS, account, Decimal("0.01"))
    ]


def test_an_event_that_changed_in_the_day_book_breaks_its_journals_seal(world: World) -> None:
    world.export(ON)
    (key,) = world.days.entries_of
    del world.days.entries_of[key]["sale:7001:parcel-1-7001"]

    statement = world.prove(ON)

    assert Cause.CART_DIFFERS in {d.cause for d in statement.differences}


def test_an_order_that_the_cart_tells_otherwise_later_is_named(world: World) -> None:
    world.export(ON)
    world.prove(ON)
    pk = next(pk for pk in world.days.guards if pk.endswith("7001"))
    world.days.guards[pk]["sale:7001:parcel-1-7001"] = "another digest"
    world.know(order_facts("7001", order_a().stages[-1]), store="outlet")

    statement = world.prove(date(2026, 3, 3))

    assert [(d.subject, d.cause) for d in statement.differences] == [
        ("order 7001", Cause.CART_DIFFERS)
    ]
