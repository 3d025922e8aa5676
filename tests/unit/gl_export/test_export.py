from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from intacct.documents import JournalEntry, Side
from intacct.errors import CredentialsError, NotSentError, OutcomeUnknownError
from shared.gl.batches import postings, sealed_of
from shared.gl.calendar import day_end
from shared.gl.dates import ledger_date
from shared.gl.days import DayKey, KeptEntry
from shared.gl.export import LAG, day_subject
from shared.gl.reports import DayState
from shared.gl.revisions import Batch, BatchState
from shared.posting.store_books import store_book
from shared.postings.plan import Reason
from shared.reviews.records import CONNECTION
from tests.unit.gl_export.rig import ENDS_AT, KEY, ON, TENANT, Rig, entry


def test_a_day_that_is_over_becomes_one_journal_of_its_grouped_lines() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"), entry("sale:2", "5.50"))

    (report,) = rig.due()

    (journal,) = rig.journals()
    assert report.state is DayState.POSTED
    assert (journal.journal, journal.posted_on, journal.is_batch) == ("SJ", ON, True)
    assert [(line.account, line.side.value, line.amount.plain()) for line in journal.lines] == [
        ("1100", "debit", "15.50"),
        ("4000", "credit", "15.50"),
    ]
    assert (report.journals[0].members, report.journals[0].debits) == (2, "15.50 USD")
    assert report.journals[0].reference == journal.reference
    assert len(journal.reference) <= 21


def test_an_exported_day_is_exported_once() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.due()

    later = rig.due()
    by_hand = rig.by_hand()

    assert later == []
    assert by_hand.state is DayState.NOTHING
    assert len(rig.journals()) == 1


def test_a_day_is_not_closed_before_it_is_over_where_the_entity_is() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.clock.now = ENDS_AT - timedelta(seconds=1)

    scheduled, by_hand = rig.due(), rig.by_hand()

    assert scheduled == []
    assert by_hand.state is DayState.NOT_OVER
    assert rig.journals() == []


def test_a_schedule_leaves_time_for_deliveries_that_are_on_their_way() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.clock.now = ENDS_AT + LAG - timedelta(seconds=1)

    assert rig.due() == []


def test_a_lost_answer_leads_to_one_journal() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.books.fail("after", OutcomeUnknownError("read timeout"))
    (first,) = rig.due()
    rig.clock.pass_time(900)

    (second,) = rig.due()

    assert (first.state, second.state) == (DayState.PARKED, DayState.POSTED)
    assert len(rig.journals()) == 1
    assert rig.days.read(KEY).batches[0].state is BatchState.DONE


def test_an_event_that_comes_after_the_seal_waits_until_the_sealed_journal_is_in() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.books.fail("before", NotSentError("refused"))
    rig.due()
    rig.enter(entry("sale:2", "5.50"))
    rig.clock.pass_time(900)

    first = rig.due()
    second = rig.due()

    assert [journal.lines[0].amount.plain() for journal in rig.journals()] == [
        "10.00",
        "15.50",
        "10.00",
    ]
    assert [report[0].journals[0].sequence for report in (first, second)] == [1, 2]
    assert len({journal.reference for journal in rig.journals()}) == 3


@pytest.mark.parametrize("step", ["open_batch", "freeze", "seal", "complete", "settle"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step_leaves_a_day_that_the_next_run_finishes(
    step: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"), entry("sale:2", "5.50"))
    real = getattr(rig.days, step)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            real(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(rig.days, step, dying)
    with pytest.raises(KeyboardInterrupt):
        rig.due()
    monkeypatch.undo()
    rig.clock.pass_time(900)

    rig.due()

    (journal,) = rig.journals()
    assert journal.lines[0].amount.plain() == "15.50"
    assert rig.due() == []


def test_a_run_that_broke_off_between_freezing_and_sealing_takes_late_events_along() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    batch = rig.days.open_batch(KEY, Batch(1, BatchState.OPEN))
    rig.days.freeze(KEY, batch, ["sale:1"])
    rig.enter(entry("sale:2", "5.50"))

    rig.due()

    assert [journal.lines[0].amount.plain() for journal in rig.journals()] == ["15.50"]


def test_a_day_whose_sealed_events_changed_is_shown_to_a_person_and_not_posted() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.books.fail("before", NotSentError("refused"))
    rig.due()
    rig.days.entries_of[KEY]["sale:1"] = KeptEntry(entry("sale:1", "99.00"), "BATCH#0001")
    rig.ledger.records.clear()
    rig.clock.pass_time(900)

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.HELD, ("CONTENT_CONFLICT",))
    assert rig.journals() == []


def test_events_that_do_not_balance_are_never_posted() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00", credit="9.99"))

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.HELD, ("UNBALANCED",))
    assert rig.books.sent == []


def test_a_day_waits_for_orders_that_are_held_and_says_for_which() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.backlog.missing = ("order:outlet:7:facts is held",)

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.INCOMPLETE, rig.backlog.missing)
    assert rig.backlog.asked == [ENDS_AT + LAG]
    review = rig.reviews.records[("acme", day_subject(KEY))]
    assert review.reasons == (Reason.DAY_INCOMPLETE,)
    assert rig.days.read(KEY).batches == ()


def test_a_person_may_close_a_day_without_the_orders_that_are_held() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.backlog.missing = ("order:outlet:7:facts is held",)
    rig.due()

    report = rig.by_hand(even_if_incomplete=True)

    assert report.state is DayState.POSTED
    assert not rig.reviews.is_open("acme", day_subject(KEY))


def test_a_closed_period_holds_the_day_for_a_person() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.books.closed_through = ON

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.HELD, ("PERIOD_CLOSED",))
    assert rig.reviews.is_open("acme", day_subject(KEY))


def test_a_person_lets_a_refused_day_go_again_once_its_cause_is_gone() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.books.closed_through = ON
    rig.due()
    rig.clock.pass_time(1801)

    (scheduled,) = rig.due()
    rig.books.closed_through = date.min
    released = rig.by_hand(release_by="ops:kim")

    assert (scheduled.state, released.state) == (DayState.HELD, DayState.POSTED)
    assert len(rig.journals()) == 1
    assert not rig.reviews.is_open("acme", day_subject(KEY))


def test_refused_credentials_leave_the_other_days_of_the_company_alone() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.enter(replace(entry("sale:9", "3.00"), ledger_on=date(2026, 3, 1)))
    rig.books.fail("before", CredentialsError("login refused"))

    reports = rig.due()
    rig.clock.pass_time(900)
    later = rig.due()

    assert [report.state for report in reports] == [DayState.STOPPED]
    assert len(rig.books.sent) == 3
    assert [report.state for report in later] == [DayState.POSTED, DayState.POSTED]
    # The connection has one record; who keeps connections fresh closes it when it is fresh again.
    assert [review.subject for review in rig.reviews.all("acme")] == [CONNECTION]


def test_a_day_that_breaks_off_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    other = replace(entry("sale:9", "3.00"), ledger_on=date(2026, 3, 1))
    rig.enter(other)
    head = rig.days.head

    def failing(key: DayKey) -> Any:
        if key.on == date(2026, 3, 1):
            raise RuntimeError
        return head(key)

    monkeypatch.setattr(rig.days, "head", failing)

    reports = rig.due()

    assert [report.state for report in reports] == [DayState.FAILED, DayState.POSTED]
    assert [type(error) for _, error in rig.failures] == [RuntimeError]


def test_a_paused_company_keeps_its_days_open() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.tenant = TENANT.model_copy(update={"is_paused": True})

    assert rig.due() == []


def test_a_store_that_is_gone_from_the_configuration_holds_its_day() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))
    rig.tenant = TENANT.model_copy(update={"stores": ()})

    (report,) = rig.due()

    assert (report.state, report.reasons) == (DayState.HELD, ("CONFIGURATION_MISSING",))


def test_a_day_too_long_for_one_document_is_posted_in_parts_that_each_balance() -> None:
    members = [entry(f"sale:{n:04d}", "1.00", account=f"A{n:04d}") for n in range(1200)]
    book = store_book(TENANT, "outlet")
    assert book is not None

    planned = postings(KEY, sealed_of(KEY, members, book))

    assert len(planned) == 2
    assert len({posting.key for posting in planned}) == 2
    for posting in planned:
        document = posting.document
        assert isinstance(document, JournalEntry)
        debits = sum(x.amount.amount for x in document.lines if x.side is Side.DEBIT)
        credits_ = sum(x.amount.amount for x in document.lines if x.side is Side.CREDIT)
        assert debits == credits_
        assert len(document.lines) <= 900
    whole = sum(
        line.amount.amount
        for posting in planned
        for line in posting.effect
        if line.side is Side.DEBIT
    )
    assert whole == 1200


def test_the_report_is_plain_data() -> None:
    rig = Rig()
    rig.enter(entry("sale:1", "10.00"))

    (report,) = rig.due()

    told = report.as_json()
    assert (told["date"], told["state"], told["reasons"]) == ("2026-03-02", "posted", [])
    assert told["journals"][0]["debits"] == "10.00 USD"


@pytest.mark.parametrize(
    ("on", "zone", "day_ends_at", "expected"),
    [
        (date(2026, 3, 2), "America/New_York", "00:00", "2026-03-03T05:00:00+00:00"),
        (date(2026, 3, 2), "America/New_York", "03:00", "2026-03-03T08:00:00+00:00"),
        (date(2026, 3, 8), "America/Los_Angeles", "00:00", "2026-03-09T07:00:00+00:00"),
        (date(2026, 11, 1), "America/Los_Angeles", "00:00", "2026-11-02T08:00:00+00:00"),
        (date(2026, 3, 31), "Asia/Tokyo", "00:00", "2026-03-31T15:00:00+00:00"),
        # The hour from 1 to 2 comes twice that night, and belongs to Saturday both times.
        (date(2026, 10, 31), "America/New_York", "02:00", "2026-11-01T07:00:00+00:00"),
    ],
)
def test_a_day_ends_when_the_entitys_calendar_says(
    on: date, zone: str, day_ends_at: str, expected: str
) -> None:
    ends_at = day_end(on, zone, day_ends_at)

    assert ends_at == datetime.fromisoformat(expected)
    assert ledger_date(ends_at - timedelta(seconds=1), zone, day_ends_at) == on
    assert ledger_date(ends_at, zone, day_ends_at) == on + timedelta(days=1)
