"""Events of a summary channel go into the day book once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from commerce.money import Money
from intacct.documents import JournalLine, Side
from shared.gl.days import DayKey
from shared.posting.reports import PostingState
from shared.postings.plan import DayEntry
from tests.unit.posting.post_order_rig import DAY, Rig


def sale(amount: str = "10.00", event: str = "sale:1001") -> DayEntry:
    money = Money.of(amount, "USD")
    lines = (JournalLine("1100", Side.DEBIT, money), JournalLine("4000", Side.CREDIT, money))
    occurred_at = datetime.fromisoformat("2026-03-02T15:00:00+00:00")
    return DayEntry(event, "shop", "USD", DAY, occurred_at, lines)


def test_events_of_a_summary_channel_go_into_the_day_book_once() -> None:
    rig = Rig()
    rig.keep()
    rig.day_entries = (sale(),)

    first, second = rig.post(), rig.post()

    day = rig.days.read(DayKey("acme", "shop", "USD", DAY))
    assert (first.state, first.entered, second.entered) == (PostingState.POSTED, 1, 0)
    assert day.free == (sale(),)
    # 2 March ends at midnight in New York.
    assert day.due_at == datetime.fromisoformat("2026-03-03T05:00:00+00:00")


def test_an_event_that_changes_after_it_was_entered_is_shown_to_a_person() -> None:
    rig = Rig()
    rig.keep()
    rig.day_entries = (sale("10.00"),)
    rig.post()
    rig.day_entries = (sale("11.00"),)

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "CONTENT_CONFLICT")
    day = rig.days.read(DayKey("acme", "shop", "USD", DAY))
    assert day.free == (sale("10.00"),)


def test_an_event_whose_day_moved_is_not_entered_a_second_time() -> None:
    rig = Rig()
    rig.keep()
    rig.day_entries = (sale(),)
    rig.post()
    rig.day_entries = (replace(sale(), ledger_on=date(2026, 3, 3)),)

    rig.post()

    assert len(rig.days.entries_of) == 1
