"""J-10.1: a refund of a month that had closed when it was heard of, through both protocols."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from intacct.errors import RejectedError
from shared.posting.late_items import late_item
from shared.postings.calendars import Calendar
from shared.postings.periods import posting_date
from shared.postings.planner import plan
from tests.accounting.journals import Played, parse, told
from tests.accounting.lives import OrderLife
from tests.accounting.shop import (
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    order,
    parcel,
    refund,
)
from tests.scenarios.conftest import Sage

APRIL = Calendar(date(2026, 3, 31), begins=(date(2026, 4, 1),), today=date(2026, 4, 3))
SOLD = (order(line("bowl", "24.50")), captured("capture-1", "24.50", day(1)))
SENT = parcel("parcel-1", day(2), bowl=1)
MONEY = given_back("24.50", day(28))
RETURNED = refund(back("bowl", 1, "24.50"), at=day(28), transactions=(MONEY,))


def test_a_refund_of_a_closed_month_is_posted_on_the_first_day_of_the_open_one(
    sage: Sage, show: Callable[[str, Played], None]
) -> None:
    played = sage.live(OrderLife(book(), (facts(*SOLD, SENT),)))
    sage.simulator.company.books.periods.close("100", date(2026, 3, 31))
    known = facts(*SOLD, SENT, RETURNED)

    sage.go_on(known, replace(book(), calendar=APRIL), played)

    show("J-10.1 refund of 28 March, found on 3 April", played)
    memo = played.postings["CREDIT credit:refund-1"]
    assert told(memo.effect) == parse("Dr 4095 24.50; Cr 1200 24.50")
    assert posting_date(memo.document) == date(2026, 4, 1)
    item = late_item("ORD#1", memo, APRIL)
    assert item is not None
    assert (item.true_on, item.posted_on) == (date(2026, 3, 28), date(2026, 4, 1))
    assert f"{sage.simulator.balances()['4095']:.2f}" == "24.50"


def test_the_books_refuse_it_under_its_own_date(sage: Sage) -> None:
    played = sage.live(OrderLife(book(), (facts(*SOLD, SENT),)))
    sage.simulator.company.books.periods.close("100", date(2026, 3, 31))
    planned = plan(facts(*SOLD, SENT, RETURNED), played.posted, book())

    memo = next(posting for posting in planned.postings if ":credit:" in posting.key)

    with pytest.raises(RejectedError):
        sage.post(memo)
