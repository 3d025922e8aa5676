"""Cost of goods that were recognised when they were paid, and cancelled before they left."""

from __future__ import annotations

from decimal import Decimal

from commerce.orders import Restock
from shared.policy.choices import Cogs, Moment, PostingMode
from shared.postings.plan import Plan
from shared.postings.planner import plan
from tests.accounting.journals import net
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

PLACED = order(line("tee", "25.00", 2, cost="9.00"), line("mug", "10.00", cost="4.00"))
PAID = captured("capture-1", "60.00", day(1))
SENT = parcel("parcel-1", day(2), tee=1, mug=1)
CANCELLED = refund(
    back("tee", 1, "25.00", restock=Restock.CANCEL),
    at=day(3),
    transactions=(given_back("25.00", day(3)),),
)
KNOWN = facts(PLACED, PAID, SENT, CANCELLED)


def _planned(recognise_on: Moment, mode: PostingMode = PostingMode.DETAIL) -> Plan:
    books = book(
        invoice_on=Moment.CAPTURE,
        recognise_on=recognise_on,
        cogs=Cogs.CART_COST,
        posting_mode=mode,
    )
    made = plan(KNOWN, {}, books)
    assert not made.findings, made.findings
    return made


def test_cost_that_was_booked_at_capture_comes_back_with_the_cancellation() -> None:
    made = _planned(Moment.CAPTURE)
    balances = net(line for posting in made.postings for line in posting.effect)
    assert (balances["5000"], balances["1300"]) == (Decimal("13.00"), Decimal("-13.00"))


def test_a_day_gives_the_cost_back_too() -> None:
    made = _planned(Moment.CAPTURE, PostingMode.SUMMARY_DAILY)
    balances = net(line for entry in made.day_entries for line in entry.lines)
    assert (balances["5000"], balances["1300"]) == (Decimal("13.00"), Decimal("-13.00"))


def test_what_never_left_has_no_cost_where_goods_earn_when_they_leave() -> None:
    made = _planned(Moment.SHIP)
    assert not [posting.key for posting in made.postings if ":restock:" in posting.key]
    balances = net(line for posting in made.postings for line in posting.effect)
    assert balances["5000"] == Decimal("13.00")
