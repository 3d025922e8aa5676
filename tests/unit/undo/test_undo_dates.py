"""An undo is dated as its documents, or on the first open day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.postings.calendars import Calendar
from shared.postings.findings import Reason
from tests.unit.undo.planned_undo import INVOICE, change, lived, planned
from tests.unit.undo.rig import PK


def test_an_open_period_is_undone_on_the_days_of_its_documents() -> None:
    plan = planned(*lived())

    days = {item.undoes.split("/")[2]: item.dated_on for item in plan.items}
    assert days["ADVANCE"] == date(2026, 3, 1)
    assert days["INVOICE"] == date(2026, 3, 2)
    assert days["REFUND_PAY"] == date(2026, 3, 4)
    assert not any(item.is_shifted for item in plan.items)


def test_what_lies_in_a_closed_period_is_undone_on_the_first_open_day() -> None:
    rig, life = lived()
    rig.ask(open_from=date(2026, 3, 3))

    plan = planned(rig, life)

    days = {item.undoes.split("/")[2]: (item.dated_on, item.is_shifted) for item in plan.items}
    assert days["ADVANCE"] == (date(2026, 3, 3), True)
    assert days["REFUND_PAY"] == (date(2026, 3, 4), False)


def test_a_closed_period_stops_the_undo_until_the_first_open_day_is_said() -> None:
    rig, life = lived()
    with rig.teller:
        rig.teller.company.books.periods.close("100", date(2026, 3, 31))
        rig.ask()
        refused = rig.undo(life.book)
        rig.ask(open_from=date(2026, 4, 1))
        waiting = rig.undo(life.book)
        done = rig.undo_at_last(life.book)

    assert [finding.reason for finding in refused.findings] == [Reason.PERIOD_CLOSED]
    assert waiting.reason == "SETTLING"
    assert done.kind.value == "complete", done
    assert rig.balances() == {}


def test_a_closed_period_that_is_learned_moves_the_undo_by_itself_and_is_listed() -> None:
    rig, life = lived()
    late = rig.learns()
    with rig.teller:
        rig.teller.company.books.periods.close("100", date(2026, 3, 31))
        rig.ask()
        outcome = rig.undo_at_last(life.book)

    assert outcome.kind.value == "complete", outcome
    assert rig.balances() == {}
    items = list(late.all("acme"))
    assert {item.posted_on for item in items} == {date(2026, 4, 1)}
    assert {item.true_on.month for item in items} == {3}
    assert len(items) == 8


def test_where_no_period_is_open_yet_nothing_is_undone() -> None:
    rig, life = lived()
    shut = Calendar(closed_through=date(2026, 4, 30), begins=(date(2026, 5, 1),))
    closed = replace(life.book, calendar=replace(shut, today=date(2026, 4, 20)))

    plan = rig.undoer.plan(rig.kept, rig.ledger.chain(PK), closed)

    assert plan.items == ()
    assert {finding.reason for finding in plan.findings} == {Reason.PERIOD_CLOSED}


def test_the_ledger_tells_the_date_under_which_a_late_posting_came_into_the_books() -> None:
    rig, life = lived()
    moved = replace(rig.ledger.chain(PK)[INVOICE], dated_on=date(2026, 4, 1))
    change(rig, INVOICE, moved)

    days = {item.dated_on for item in planned(rig, life).items if item.undoes == INVOICE}

    assert days == {date(2026, 4, 1)}
