"""A person has the lines of a day made anew: a mapping was wrong, or an amount was corrected."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from commerce.orders import Facts, Ref
from intacct.errors import RejectedError
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.days import BatchMovedError
from shared.gl.export import day_subject
from shared.gl.reports import DayReport, DayState
from shared.gl.revisions import BatchState
from shared.postings.plan import DayEntry, Finding, Plan, Reason
from tests.unit.gl_export.rig import KEY, ON, Rig, entry

WHO = "ops:kim"


def kept(rig: Rig, *entries: DayEntry) -> None:
    """Orders whose facts are known, with their events of the day."""
    for one in entries:
        pk = order_pk("acme", "outlet", one.order_id)
        facts = Facts(Ref("shopify", "outlet", "order", one.order_id))
        rig.facts.save(FactsRecord(pk, facts, status=FactsStatus.READY, configured=1))
        rig.plans[pk] = Plan(day_entries=(one,))
        rig.days.enter(pk, "acme", one, due_at=rig.clock())


def exported() -> Rig:
    rig = Rig()
    rig.tenant = rig.tenant.model_copy(update={"version": 2})
    kept(rig, entry("sale:1", "10.00", orders=1), entry("sale:2", "120.00", orders=1))
    rig.clock.pass_time(1800)
    (report,) = rig.due()
    assert report.state is DayState.POSTED
    return rig


def planned(rig: Rig, one: DayEntry) -> None:
    """What today's mapping makes of an order."""
    rig.plans[order_pk("acme", "outlet", one.order_id)] = Plan(day_entries=(one,))


def corrected(rig: Rig, **options: Any) -> DayReport:
    return rig.by_hand(correct_by=WHO, **options)


def test_a_wrong_mapping_is_put_right_by_a_revision() -> None:
    rig = exported()
    planned(rig, entry("sale:2", "120.00", account="4001"))

    report = corrected(rig)

    assert [one.what for one in report.journals] == ["day", "reversal"]
    assert rig.balances() == {
        (ON, "1100"): "130.00",
        (ON, "4000"): "-10.00",
        (ON, "4001"): "-120.00",
    }
    assert rig.days.head(KEY).corrected_by == ""


def test_in_a_closed_period_a_wrong_mapping_is_moved_from_account_to_account() -> None:
    rig = exported()
    rig.clock.now = rig.clock.now.replace(month=4, day=3)
    rig.books.closed_through = date(2026, 3, 31)
    planned(rig, entry("sale:2", "120.00", account="4001", orders=1))

    corrected(rig)

    moved = rig.journals()[1]
    assert [(x.account, x.side.value, x.amount.plain()) for x in moved.lines] == [
        ("4000", "debit", "120.00"),
        ("4001", "credit", "120.00"),
    ]
    assert moved.posted_on == date(2026, 4, 1)


def test_a_wrong_amount_is_put_right_and_the_order_may_go_on_with_its_new_lines() -> None:
    rig = exported()
    planned(rig, entry("sale:1", "9.00"))

    corrected(rig)

    assert rig.balances()[ON, "4000"] == "-129.00"
    pk = order_pk("acme", "outlet", "1")
    rig.days.enter(pk, "acme", entry("sale:1", "9.00"), due_at=rig.clock())


def test_the_orders_of_new_lines_are_planned_under_that_configuration_from_then_on() -> None:
    rig = exported()
    planned(rig, entry("sale:2", "120.00", account="4001"))

    corrected(rig)

    stamps = {pk: record.configured for pk, record in rig.facts.records.items()}
    assert sorted(stamps.values()) == [1, 2]


def test_a_day_whose_lines_stay_the_same_is_left_alone() -> None:
    rig = exported()

    report = corrected(rig)

    assert report.state is DayState.NOTHING
    assert len(rig.journals()) == 1
    assert rig.due() == []


def test_an_order_that_cannot_be_planned_holds_the_day_and_nothing_is_posted() -> None:
    rig = exported()
    planned(rig, entry("sale:1", "9.00"))
    finding = Finding(Reason.MAPPING_MISSING, "lines[0]", "no Sage item for SKU MUG")
    rig.plans[order_pk("acme", "outlet", "2")] = Plan(findings=(finding,))

    report = corrected(rig)

    assert (report.state, report.reasons) == (DayState.HELD, ("MAPPING_MISSING",))
    assert rig.reviews.records["acme", day_subject(KEY)].findings == (finding,)
    assert len(rig.journals()) == 1


def test_a_held_correction_goes_on_by_itself_once_it_can() -> None:
    rig = exported()
    good = rig.plans[order_pk("acme", "outlet", "2")]
    planned(rig, entry("sale:1", "9.00"))
    finding = Finding(Reason.MAPPING_MISSING, "lines[0]", "no Sage item for SKU MUG")
    rig.plans[order_pk("acme", "outlet", "2")] = Plan(findings=(finding,))
    corrected(rig)
    rig.plans[order_pk("acme", "outlet", "2")] = good
    rig.clock.pass_time(1801)

    (report,) = rig.due()

    assert report.state is DayState.POSTED
    assert rig.balances()[ON, "4000"] == "-129.00"


@pytest.mark.parametrize("plans", [(), (entry("sale:other", "120.00"),)])
def test_an_event_that_the_facts_have_no_more_is_shown_to_a_person(
    plans: tuple[DayEntry, ...],
) -> None:
    rig = exported()
    rig.plans[order_pk("acme", "outlet", "2")] = Plan(day_entries=plans)

    report = corrected(rig)

    assert (report.state, report.reasons) == (DayState.HELD, ("CONTENT_CONFLICT",))


def test_an_event_of_an_unknown_order_is_shown_to_a_person() -> None:
    rig = exported()
    rig.facts.records.clear()

    report = corrected(rig)

    assert report.reasons == ("CONTENT_CONFLICT",)


def test_a_journal_that_sage_refused_for_its_mapping_is_made_anew() -> None:
    rig = Rig()
    kept(rig, entry("sale:1", "10.00", account="4999"), entry("sale:2", "5.00"))
    rig.books.fail("before", RejectedError("there is no account 4999"))
    rig.clock.pass_time(1800)
    (held,) = rig.due()
    planned(rig, entry("sale:1", "10.00", account="4000"))

    report = corrected(rig)

    assert (held.state, report.state) == (DayState.HELD, DayState.POSTED)
    assert rig.balances() == {(ON, "1100"): "15.00", (ON, "4000"): "-15.00"}
    assert [batch.state for batch in rig.days.head(KEY).batches] == [
        BatchState.VOID,
        BatchState.DONE,
    ]


def test_a_refused_journal_whose_lines_stay_the_same_is_sealed_anew_with_its_events() -> None:
    rig = Rig()
    kept(rig, entry("sale:1", "10.00"))
    rig.books.fail("before", RejectedError("the journal is closed to direct postings"))
    rig.clock.pass_time(1800)
    rig.due()

    report = corrected(rig)

    assert report.state is DayState.POSTED
    assert rig.balances() == {(ON, "1100"): "10.00", (ON, "4000"): "-10.00"}


def test_a_batch_that_may_be_in_the_books_is_finished_before_its_lines_are_made_anew() -> None:
    rig = Rig()
    kept(rig, entry("sale:1", "10.00"))
    rig.books.fail("after", KeyboardInterrupt())
    rig.clock.pass_time(1800)
    with pytest.raises(KeyboardInterrupt):
        rig.due()

    planned(rig, entry("sale:1", "9.00"))

    leased = corrected(rig)
    rig.clock.pass_time(61)
    (finished,), (made_anew,) = rig.due(), rig.due()

    assert (leased.reasons, finished.state, made_anew.state) == (
        ("LEASED",),
        DayState.POSTED,
        DayState.POSTED,
    )
    assert rig.balances()[ON, "4000"] == "-9.00"


def test_making_anew_goes_on_where_it_was_out_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = exported()
    planned(rig, entry("sale:1", "9.00"))
    planned(rig, entry("sale:2", "119.00"))
    load = rig.facts.load
    asked: list[str] = []

    def slow(pk: str) -> FactsRecord | None:
        asked.append(pk)
        rig.clock.pass_time(240)
        return load(pk)

    monkeypatch.setattr(rig.facts, "load", slow)
    first = corrected(rig)
    head = rig.days.head(KEY)
    monkeypatch.undo()
    rig.clock.pass_time(1801)

    (second,) = rig.due()

    assert (first.state, second.state) == (DayState.PARKED, DayState.POSTED)
    assert (head.corrected_by, head.corrected_to) == (WHO, "sale:1")
    assert len(asked) == 1
    assert rig.balances()[ON, "4000"] == "-128.00"


def test_facts_that_change_just_now_are_read_again_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = exported()
    planned(rig, entry("sale:1", "9.00"))

    def moved(*_: Any, **__: Any) -> None:
        raise BatchMovedError

    monkeypatch.setattr(rig.days, "amend", moved)
    first = corrected(rig)
    monkeypatch.undo()
    rig.clock.pass_time(1801)

    (second,) = rig.due()

    assert (first.reasons, second.state) == (("CONTENDED",), DayState.POSTED)
