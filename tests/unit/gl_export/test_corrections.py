"""What comes after the export: a journal anew and the old one taken back, or the difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from intacct.errors import NotSentError, RejectedError
from shared.gl.export import day_subject
from shared.gl.posting import Asked
from shared.gl.reports import DayState
from shared.gl.revisions import BatchKind, BatchState
from tests.unit.gl_export.rig import APRIL, IN_APRIL, KEY, ON, Rig, entry, exported, late


def test_a_missed_order_leads_to_a_new_journal_and_the_old_one_taken_back_on_the_same_day() -> None:
    rig = exported()
    late(rig)

    (report,) = rig.due()

    first, second, reversal = rig.journals()
    assert [one.posted_on for one in (first, second, reversal)] == [ON, ON, ON]
    assert rig.balances() == {(ON, "1100"): "48.16", (ON, "4000"): "-48.16"}
    assert [line.side.value for line in reversal.lines] == ["credit", "debit"]
    assert [one.what for one in report.journals] == ["day", "reversal"]


def test_both_revisions_carry_each_others_number() -> None:
    rig = exported()
    late(rig)
    rig.due()

    first, second, reversal = rig.journals()
    known, corrected = rig.days.head(KEY).batches
    assert first.reference in second.description
    assert first.reference in reversal.description
    assert second.reference in reversal.description
    assert (known.replaced_by, corrected.replaces) == (2, 1)
    assert (known.members, corrected.members, corrected.frozen) == (2, 3, 1)


def test_a_revision_may_be_revised_again() -> None:
    rig = exported()
    late(rig)
    rig.due()
    rig.enter(entry("sale:4", "1.00"))

    rig.due()

    assert rig.balances() == {(ON, "1100"): "49.16", (ON, "4000"): "-49.16"}
    assert len(rig.journals()) == 5
    assert [batch.replaced_by for batch in rig.days.head(KEY).batches] == [2, 3, 0]


class Crash(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("journal", [0, 1])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_replacement_and_reversal_is_finished_by_the_next_run(
    journal: int, when: str
) -> None:
    rig = exported()
    late(rig)
    rig.books.faults = [None] * journal
    rig.books.fail(when, Crash())
    with pytest.raises(Crash):
        rig.due()
    rig.clock.pass_time(1800)

    for _ in range(3):
        rig.due()

    assert rig.balances() == {(ON, "1100"): "48.16", (ON, "4000"): "-48.16"}
    assert len(rig.journals()) == 3
    assert rig.due() == []


def test_what_sage_refuses_of_the_new_journal_leaves_the_old_one_standing() -> None:
    rig = exported()
    late(rig)
    rig.books.fail("before", RejectedError("the account is inactive"))

    (report,) = rig.due()

    assert report.state is DayState.HELD
    assert rig.balances() == {(ON, "1100"): "15.50", (ON, "4000"): "-15.50"}


def test_in_a_closed_period_only_the_difference_is_posted_on_the_first_open_day() -> None:
    rig = exported()
    late(rig)
    rig.clock.now = IN_APRIL
    rig.books.closed_through = date(2026, 3, 31)

    (report,) = rig.due()

    assert rig.balances() == {
        (ON, "1100"): "15.50",
        (ON, "4000"): "-15.50",
        (APRIL, "1100"): "32.66",
        (APRIL, "4000"): "-32.66",
    }
    (journal,) = report.journals
    assert (journal.what, journal.posted_on, report.day.on) == ("difference", APRIL, ON)
    assert rig.journals()[0].reference in rig.journals()[1].description
    assert rig.due() == []


def test_the_difference_goes_to_the_first_period_that_takes_it() -> None:
    rig = exported()
    late(rig)
    rig.clock.now = datetime(2026, 5, 20, tzinfo=UTC)
    rig.books.closed_through = date(2026, 4, 30)

    rig.due()

    assert rig.balances()[date(2026, 5, 1), "4000"] == "-32.66"


def test_nothing_is_posted_into_a_period_that_is_still_to_come() -> None:
    rig = exported()
    late(rig)
    rig.books.closed_through = date(2026, 3, 31)

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.HELD, ("PERIOD_CLOSED",))
    assert rig.balances() == {(ON, "1100"): "15.50", (ON, "4000"): "-15.50"}


def test_after_a_difference_a_day_is_corrected_by_differences() -> None:
    rig = exported()
    late(rig)
    rig.clock.now = IN_APRIL
    rig.books.closed_through = date(2026, 3, 31)
    rig.due()
    rig.books.closed_through = date.min
    rig.enter(entry("sale:4", "1.00"))

    rig.due()

    assert [batch.kind for batch in rig.days.head(KEY).batches][1:] == [BatchKind.DELTA] * 2
    assert rig.balances() == {
        (ON, "1100"): "16.50",
        (ON, "4000"): "-16.50",
        (APRIL, "1100"): "32.66",
        (APRIL, "4000"): "-32.66",
    }


def test_a_period_that_closes_between_replacement_and_reversal_is_told_and_ends_well() -> None:
    rig = exported()
    late(rig)
    land = rig.books.land

    def closing(document: Any) -> Any:
        result = land(document)
        rig.books.closed_through = ON
        return result

    rig.books.land = closing  # type: ignore[method-assign]  # the month is closed just now
    (half,) = rig.due()
    rig.books.land = land  # type: ignore[method-assign]
    (held,) = rig.due()
    rig.books.closed_through = date.min
    rig.clock.pass_time(1801)
    released = rig.by_hand(release_by="ops:kim")

    assert (half.state, held.state, released.state) == (
        DayState.HELD,
        DayState.HELD,
        DayState.POSTED,
    )
    assert half.reasons == ("PERIOD_CLOSED", "PERIOD_CLOSED")
    told = rig.reviews.records["acme", day_subject(KEY)].findings[1].message
    assert told.startswith("1 of 2 journals that belong together are in the books")
    assert rig.balances() == {(ON, "1100"): "48.16", (ON, "4000"): "-48.16"}


def test_a_first_journal_waits_for_a_person_unless_the_policy_lets_it_move() -> None:
    rig = Rig()
    rig.configured(closed_period_summaries="next_open")
    rig.enter(entry("sale:1", "10.00"))
    rig.clock.now = IN_APRIL
    rig.books.closed_through = date(2026, 3, 31)

    rig.due()
    late(rig)
    rig.due()

    assert rig.balances() == {(APRIL, "1100"): "42.66", (APRIL, "4000"): "-42.66"}
    assert [batch.kind for batch in rig.days.head(KEY).batches] == ["revision", "delta"]


def test_counts_stand_on_the_same_day_and_are_taken_back_with_their_money() -> None:
    rig = exported(statistics=True)
    late(rig)

    (report,) = rig.due()

    assert [one.what for one in report.journals] == ["day", "statistics", "reversal", "reversal"]
    assert rig.counts() == {(ON, "STAT-ORDERS"): Decimal(3)}


def test_counts_of_a_difference_stand_on_its_day() -> None:
    rig = exported(statistics=True)
    late(rig)
    rig.clock.now = IN_APRIL
    rig.books.closed_through = date(2026, 3, 31)

    rig.due()

    expected = {(ON, "STAT-ORDERS"): Decimal(2), (APRIL, "STAT-ORDERS"): Decimal(1)}
    assert rig.counts() == expected


def test_a_plain_day_costs_two_documents_with_its_counts() -> None:
    rig = exported(statistics=True)

    assert len(rig.books.sent) == 2


def test_the_batch_keeps_under_which_mapping_its_lines_were_made() -> None:
    rig = exported()
    rig.enter(replace(entry("sale:3", "1.00"), mapping_version="2"))
    rig.due()

    assert [batch.mapping_version for batch in rig.days.head(KEY).batches] == ["1", "1, 2"]


def test_each_currency_of_a_store_has_a_day_of_its_own() -> None:
    rig = exported()
    sale = entry("sale:9", "7.00")
    euros = tuple(replace(x, amount=type(x.amount).of("7.00", "EUR")) for x in sale.lines)
    rig.enter(replace(sale, currency="EUR", lines=euros))

    (report,) = rig.due()

    assert (report.day.currency, report.state) == ("EUR", DayState.POSTED)
    assert len(rig.journals()) == 2
    assert rig.journals()[1].reference != rig.journals()[0].reference


def test_one_currency_of_a_day_may_be_asked_for() -> None:
    rig = exported()
    deadline = rig.clock() + timedelta(seconds=300)

    (report,) = rig.exporter.export("acme", "outlet", ON, Asked(deadline), currency="EUR")

    assert (report.day.currency, report.state) == ("EUR", DayState.NOTHING)


def test_a_day_too_long_for_one_run_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    rig.enter(*(entry(f"sale:{number:04d}", "1.00") for number in range(2500)))
    freeze = rig.days.freeze
    sizes: list[int] = []

    def slow(key: Any, batch: Any, events: Any) -> None:
        freeze(key, batch, events)
        sizes.append(len(events))
        rig.clock.pass_time(120)

    monkeypatch.setattr(rig.days, "freeze", slow)

    states = [report.state for _ in range(3) for report in rig.due()]

    assert states == [DayState.PARKED, DayState.POSTED]
    assert sum(sizes) == 2500
    assert rig.balances() == {(ON, "1100"): "2500.00", (ON, "4000"): "-2500.00"}


def test_sage_that_cannot_be_looked_at_parks_the_correction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = exported()
    late(rig)

    def down(*_: Any) -> Any:
        message = "no connection"
        raise NotSentError(message)

    monkeypatch.setattr(rig.sage, "journals", down)

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.PARKED, ("NotSentError",))
    assert rig.days.head(KEY).batches[1].state is BatchState.SEALED
