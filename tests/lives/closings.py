"""The ninth invariant (§17): books that close under an order's life, and what is moved or held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from shared.policy.choices import ClosedPeriod
from shared.posting.late_items import late_item
from shared.postings.calendars import Calendar
from shared.postings.periods import posting_date
from shared.postings.plan import Plan
from shared.postings.planner import plan
from tests.lives.books import Books
from tests.lives.carts import Life, last_of


def no_entry_is_dated_in_a_closed_or_future_period(life: Life, books: Books) -> None:
    """9: with books that close amid the life, nothing is dated there or after today.

    Each posting that moves is on the late-items list with its true date, and no other is; what may
    not be moved is held by name with all that needs it.
    """
    calendar, rule, planned = closed_amid(life, books)
    true_dates = {posting.key: posting_date(posting.document) for posting in books.done}
    for posting in planned.postings:
        day, true_day = posting_date(posting.document), true_dates[posting.key]
        if day is None or true_day is None:
            assert day == true_day, posting.key
            continue
        assert calendar.closed_through is not None
        assert calendar.today is not None
        assert calendar.closed_through < day <= calendar.today, posting.key
        listed = late_item("ORD#1", posting, calendar)
        assert (listed is not None) == (day != true_day), posting.key
        assert listed is None or (listed.true_on, listed.posted_on) == (true_day, day), posting.key
    _the_rest_is_held(planned, true_dates, calendar, rule)


def _the_rest_is_held(
    planned: Plan, true_dates: dict[str, date | None], calendar: Calendar, rule: ClosedPeriod
) -> None:
    left_out = set(true_dates) - {posting.key for posting in planned.postings}
    assert left_out == set(planned.withheld)
    assert bool(left_out) == bool(planned.blocked)
    closed = {key for key in true_dates if (day := true_dates[key]) and not calendar.is_open(day)}
    assert bool(planned.blocked) <= bool(closed)
    if rule is ClosedPeriod.NEXT_OPEN:
        assert not left_out


def closed_amid(life: Life, books: Books) -> tuple[Calendar, ClosedPeriod, Plan]:
    """Books closed through a day of the life, the rule for its invoices, and the plan under both.

    The period after the closed one has begun.
    """
    random = Random(f"closing {life.seed}")  # noqa: S311  # a drawn test
    first = books.book.ledger_on(life.order.placed_at)
    last = books.book.ledger_on(last_of(life))
    closed = first + timedelta(days=random.randint(-1, (last - first).days))
    opens = closed + timedelta(days=1)
    calendar = Calendar(closed, begins=(first, opens), today=max(last, opens))
    rule = random.choice([ClosedPeriod.NEXT_OPEN, ClosedPeriod.HOLD])
    policy = replace(books.book.policy, closed_period_invoices=rule)
    return (
        calendar,
        rule,
        plan(life.facts(), {}, replace(books.book, policy=policy, calendar=calendar)),
    )
