"""A journal that a person changed, took out, or left as a draft, and then its day changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from intacct.statistics import StatisticalEntry
from shared.gl.export import LOOKS_AGAIN, day_subject
from shared.gl.inspecting import JournalInSage, JournalState
from shared.gl.reports import DayState
from tests.fake_sage_side import effect_of
from tests.unit.gl_export.rig import APRIL, IN_APRIL, KEY, ON, Rig, exported, late


def edited(rig: Rig) -> None:
    """Somebody changed the day's journal in Sage by 0.50."""
    (key,) = [result.key for _, result in rig.books.documents]
    effect = effect_of(rig.journals()[0].lines)
    effect["4000", "USD"] -= Decimal("0.50")
    rig.sage.changed[key] = JournalInSage(JournalState.POSTED, effect)


def test_a_journal_that_was_changed_in_sage_is_not_corrected_until_a_person_has_seen_it() -> None:
    rig = exported()
    edited(rig)
    late(rig)

    (report,) = rig.due()

    (finding,) = rig.reviews.records["acme", day_subject(KEY)].findings
    assert (report.state, report.reasons) == (DayState.HELD, ("READBACK_DIFFERS",))
    assert "we posted -15.50, there is -16.00" in finding.message
    assert len(rig.journals()) == 1


def test_a_changed_journal_is_looked_at_again_after_hours_and_whenever_a_person_asks() -> None:
    rig = exported()
    edited(rig)
    late(rig)
    rig.due()
    soon = rig.due()
    rig.clock.now += LOOKS_AGAIN + timedelta(hours=1)
    again = rig.due()
    rig.sage.changed.clear()

    report = rig.by_hand()

    assert (soon, again[0].state, report.state) == ([], DayState.HELD, DayState.POSTED)
    assert rig.balances() == {(ON, "1100"): "48.16", (ON, "4000"): "-48.16"}


def test_released_by_a_person_what_was_changed_by_hand_stays() -> None:
    rig = exported()
    edited(rig)
    late(rig)
    rig.due()

    report = rig.by_hand(release_by="ops:kim")

    assert report.state is DayState.POSTED
    assert len(rig.journals()) == 3


@pytest.mark.parametrize("state", [JournalState.GONE, JournalState.REVERSED])
def test_a_journal_that_a_person_took_out_is_not_taken_back_once_more(state: JournalState) -> None:
    rig = exported()
    (key,) = [result.key for _, result in rig.books.documents]
    rig.sage.changed[key] = JournalInSage(state)
    late(rig)

    (held,) = rig.due()
    released = rig.by_hand(release_by="ops:kim")

    assert (held.state, released.state) == (DayState.HELD, DayState.POSTED)
    assert [one.lines[0].amount.plain() for one in rig.journals()] == ["15.50", "48.16"]
    assert not rig.days.head(KEY).batches[1].takes_back


def test_a_day_that_a_person_took_out_moves_whole_where_its_period_is_closed() -> None:
    rig = exported()
    (key,) = [result.key for _, result in rig.books.documents]
    rig.sage.changed[key] = JournalInSage(JournalState.GONE)
    late(rig)
    rig.due()
    rig.clock.now = IN_APRIL
    rig.books.closed_through = date(2026, 3, 31)

    report = rig.by_hand(release_by="ops:kim")

    assert [(one.what, one.posted_on) for one in report.journals] == [("day", APRIL)]
    assert rig.journals()[-1].lines[0].amount.plain() == "48.16"


def moved_to_another_entity(rig: Rig) -> None:
    (store,) = rig.tenant.stores
    (entity,) = rig.tenant.entities
    other = entity.model_copy(update={"id": "200"})
    store = store.model_copy(update={"entity": "200"})
    update = {"entities": (entity, other), "stores": (store,)}
    rig.tenant = rig.tenant.model_copy(update=update)


def test_a_store_that_moved_is_corrected_in_the_books_of_both_entities() -> None:
    rig = exported()
    moved_to_another_entity(rig)
    late(rig)

    (report,) = rig.due()

    assert report.state is DayState.POSTED
    assert rig.appliers == ["100", "200", "100"]


def test_a_difference_between_two_entities_is_refused() -> None:
    rig = exported()
    moved_to_another_entity(rig)
    late(rig)
    rig.clock.now = IN_APRIL
    rig.books.closed_through = date(2026, 3, 31)

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.HELD, ("OUT_OF_SCOPE",))
    assert len(rig.journals()) == 1


def test_drafts_are_left_to_a_person_by_policy() -> None:
    rig = exported(summary_journals="draft", statistics=True)

    assert all(getattr(document, "is_draft", False) for document, _ in rig.books.documents)
    assert rig.days.head(KEY).batches[0].is_draft


def test_a_day_whose_draft_was_not_posted_yet_waits_for_that() -> None:
    rig = exported(summary_journals="draft")
    late(rig)

    (report,) = rig.due()

    (finding,) = rig.reviews.records["acme", day_subject(KEY)].findings
    assert report.state is DayState.HELD
    assert "is draft in Sage" in finding.message
    assert len(rig.journals()) == 1


def test_a_draft_that_was_deleted_gives_way_to_a_new_one() -> None:
    rig = exported(summary_journals="draft")
    (key,) = [result.key for _, result in rig.books.documents]
    rig.sage.changed[key] = JournalInSage(JournalState.GONE)
    late(rig)

    (report,) = rig.due()

    assert report.state is DayState.POSTED
    assert [one.what for one in report.journals] == ["day"]


def test_a_draft_that_was_posted_is_taken_back_by_a_draft() -> None:
    rig = exported(summary_journals="draft")
    (journal,) = rig.journals()
    (key,) = [result.key for _, result in rig.books.documents]
    rig.sage.changed[key] = JournalInSage(JournalState.POSTED, effect_of(journal.lines))
    late(rig)

    (report,) = rig.due()

    assert [one.what for one in report.journals] == ["day", "reversal"]
    assert all(one.is_draft for one in rig.journals())


def test_counts_that_were_changed_in_sage_hold_the_correction_of_their_day() -> None:
    """R-12.2: they follow the same reversals, so that taking them back must leave nothing."""
    rig = exported(statistics=True)
    (key,) = [one.key for made, one in rig.books.documents if isinstance(made, StatisticalEntry)]
    rig.sage.counted[key] = {"STAT-ORDERS": Decimal(3)}
    late(rig)

    (held,) = rig.due()
    (finding,) = rig.reviews.records["acme", day_subject(KEY)].findings
    released = rig.by_hand(release_by="ops:kim")

    assert (held.state, held.reasons) == (DayState.HELD, ("READBACK_DIFFERS",))
    assert "account STAT-ORDERS" in finding.place
    assert "we posted 2, there is 3" in finding.message
    assert released.state is DayState.POSTED
    assert rig.counts() == {(ON, "STAT-ORDERS"): Decimal(3)}
