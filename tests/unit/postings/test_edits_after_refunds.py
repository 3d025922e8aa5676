"""Edits of orders that were paid, refunded or cancelled before: the past stays what it was."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import Facts, LineKind, Restock
from shared.facts.merge import merge
from shared.gl.days import EntryConflictError
from shared.policy.choices import Moment, PostingMode
from shared.posting.entering import enter
from shared.postings.plan import Plan
from shared.postings.planner import plan
from tests.accounting.journals import net, play
from tests.accounting.lives import OrderLife, edited
from tests.accounting.planning import by_name
from tests.accounting.shop import (
    STATE,
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
    shipping,
    tax,
)
from tests.fake_day_book import MemoryDayBook
from tests.lives.books import Books

ORDER = "ORD#acme#shop#order-1"
PLACED = order(line("lamp", "100.00"), line("mug", "10.00"))
DEARER = edited(order(line("lamp", "100.00"), line("mug", "12.50")), at=5)
PAID, MORE = captured("capture-1", "110.00", day(1)), captured("capture-2", "2.50", day(5))
CANCELLED = refund(
    back("lamp", 1, "100.00", restock=Restock.CANCEL),
    at=day(3),
    name="cancel",
    transactions=(given_back("100.00", day(3)),),
)
ON_CAPTURE: dict[str, Any] = {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.CAPTURE}
DEFERRED: dict[str, Any] = {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.SHIP}


def _grown(*stages: Facts) -> Facts:
    known = stages[0]
    for stage in stages[1:]:
        known = merge(known, stage)
    return known


def _daily(known: Facts, **policy: Any) -> Plan:
    made = plan(known, {}, book(posting_mode=PostingMode.SUMMARY_DAILY, **policy))
    assert not made.findings, made.findings
    return made


def test_an_order_that_was_paid_in_full_stays_so_when_an_edit_makes_it_dearer() -> None:
    before = _grown(facts(PLACED, PAID, CANCELLED))
    after = _grown(before, facts(DEARER, MORE))
    events = [
        {entry.event for entry in _daily(known, **ON_CAPTURE).day_entries}
        for known in (before, after)
    ]
    assert events == [{"sale:order-1", "refund:cancel"}] * 2
    made = by_name(plan(after, {}, book(**ON_CAPTURE)))
    assert made["INVOICE invoice:capture:order-1"].true_on == day(1).date()
    assert "CREDIT credit:cancel" in made


def test_an_edit_before_the_money_came_decides_what_paid_in_full_means() -> None:
    paid_late = captured("capture-1", "110.00", day(6)), captured("capture-2", "2.50", day(7))
    known = _grown(facts(PLACED), facts(DEARER), facts(DEARER, *paid_late))
    made = by_name(plan(known, {}, book(**ON_CAPTURE)))
    assert made["INVOICE invoice:capture:order-1"].true_on == day(7).date()


def test_gift_cards_are_sold_when_the_order_of_that_time_was_paid() -> None:
    card = line("card", "50.00", kind=LineKind.GIFT_CARD, requires_shipping=False)
    placed = order(line("mug", "10.00"), card)
    dearer = edited(order(line("mug", "12.50"), card), at=5)
    known = _grown(facts(placed, captured("capture-1", "60.00", day(2))), facts(dearer))
    sold = by_name(plan(known, {}, book()))["INVOICE invoice:gift-cards:order-1"]
    assert sold.true_on == day(2).date()


@pytest.mark.parametrize("paid_on", [2, 6])
@pytest.mark.parametrize("policy", [{}, ON_CAPTURE, DEFERRED])
def test_a_gift_card_that_an_edit_adds_is_sold_when_it_is_paid(
    paid_on: int, policy: dict[str, Any]
) -> None:
    """One card is paid, then a second is added; or that is heard of after the first was paid."""
    card = line("card", "50.00", kind=LineKind.GIFT_CARD, requires_shipping=False)
    two = line("card", "50.00", 2, kind=LineKind.GIFT_CARD, requires_shipping=False)
    first = facts(order(card), captured("capture-1", "50.00", day(paid_on)))
    added = _grown(first, facts(edited(order(two), at=5)))
    paid = _grown(added, facts(edited(order(two), at=5), captured("capture-2", "50.00", day(7))))
    in_turn = Books(book(**policy))
    in_turn.learn(first)
    in_turn.learn(added)
    in_turn.learn(paid)
    at_once = Books(book(**policy))
    at_once.learn(paid)
    assert not in_turn.last.waiting
    assert in_turn.balances == at_once.balances == {"1100": Decimal(100), "2200": Decimal(-100)}


def test_what_an_edit_adds_to_cancelled_goods_is_earned_with_them_in_any_way_of_hearing() -> None:
    """Nothing is left to leave: no revenue may wait for it for ever."""
    cancelled = replace(
        CANCELLED,
        lines=(
            back("lamp", 1, "100.00", restock=Restock.CANCEL),
            back("mug", 1, "10.00", restock=Restock.CANCEL),
        ),
        transactions=(given_back("110.00", day(3)),),
    )
    first = facts(PLACED, PAID, cancelled)
    stages = (first, _grown(first, facts(DEARER, MORE)))
    life = OrderLife(book(**DEFERRED), stages)
    in_turn, at_once = play(life), play(replace(life, stages=stages[1:]))
    for played in (in_turn, at_once):
        balances = net(played.lines())
        assert balances.get("2300", Decimal(0)) == 0
        assert balances["4000"] == Decimal("-2.50")


@pytest.mark.parametrize("lamp", ["100.00", "0.00"])
def test_an_edit_after_a_cancellation_without_trace_is_billed_and_earned(lamp: str) -> None:
    """A free mug is cancelled last, without a document, and closes the order; then it costs 2.50.

    Shipping of 5.00 is kept. With a free lamp nothing else is billed.
    """
    sold = line("lamp", "100.00", discount="0.00" if lamp == "100.00" else "100.00")
    sent = shipping("5.00")
    placed = order(sold, line("mug", "10.00", discount="10.00"), shipping_lines=sent)
    dearer = order(sold, line("mug", "12.50", discount="10.00"), shipping_lines=sent)
    money = () if lamp == "0.00" else (given_back(lamp, day(3)),)
    refunds = (
        refund(
            back("lamp", 1, lamp, restock=Restock.CANCEL),
            at=day(3),
            name="cancel-lamp",
            transactions=money,
        ),
        refund(back("mug", 1, "0.00", restock=Restock.CANCEL), at=day(4), name="cancel-mug"),
    )
    paid = captured("capture-1", placed.total.plain(), day(1))
    first = facts(placed, paid, *refunds)
    stages = (first, _grown(first, facts(edited(dearer, at=5), MORE)))
    balances = net(play(OrderLife(book(**DEFERRED), stages)).lines())
    assert balances.get("2300", Decimal(0)) == 0
    assert balances["4000"] == Decimal("-2.50")
    assert balances["4010"] == Decimal("-5.00")
    assert balances["1100"] == Decimal("7.50")


def test_a_booked_refund_that_late_money_leaves_nothing_of_goes_to_a_person() -> None:
    """Money seemed to go back by another tender; then the tender's own money is heard of."""
    by_card = captured("capture-1", "100.00", day(1), "gift_card")
    more = captured("capture-2", "10.00", day(1))
    back_to_bank = replace(
        CANCELLED,
        lines=(back("mug", 1, "10.00", restock=Restock.CANCEL),),
        transactions=(given_back("10.00", day(3)),),
    )
    left = parcel("parcel-1", day(4), lamp=1)
    days, daily = MemoryDayBook(), book(posting_mode=PostingMode.SUMMARY_DAILY)
    known = _grown(facts(PLACED, by_card, back_to_bank))
    assert enter(days, ORDER, daily, _daily(known)) == 1
    with pytest.raises(EntryConflictError, match="returned:cancel"):
        enter(days, ORDER, daily, _daily(_grown(known, facts(PLACED, more, left))))


def test_what_came_back_before_its_order_was_billed_is_not_what_an_edit_added() -> None:
    """The lamp comes back for another, whose bill has the very lines: its parcel had billed it."""
    placed = order(line("lamp", "100.00"))
    exchanged = edited(order(line("lamp", "100.00"), line("other", "100.00")), at=5)
    returned = refund(back("lamp", 1, "100.00"), at=day(4))
    paid = captured("capture-1", "40.00", day(1))
    billed = facts(placed, paid, returned)
    parcels = (parcel("parcel-1", day(2), lamp=1), parcel("parcel-2", day(6), other=1))
    books = Books(book(**DEFERRED))
    books.learn(billed, is_all=False)
    assert any("invoice:" in posting.key for posting in books.done)
    rest = captured("capture-2", "60.00", day(3))
    books.learn(_grown(billed, facts(exchanged, *parcels, rest)))
    assert books.balances == {
        "1100": Decimal("100.00"),
        "4000": Decimal("-200.00"),
        "4095": Decimal("100.00"),
    }
    assert not books.last.waiting


def test_what_an_edit_bills_stays_the_same_while_it_is_in_doubt() -> None:
    """One lamp came back with all of its line's tax, of which its parcel had billed a half."""
    owed = (tax(STATE, "1.60"),)
    placed = order(line("lamp", "25.00", 2, taxes=owed), shipping_lines=shipping("5.00"))
    fewer = edited(
        order(line("lamp", "25.00", 1, taxes=owed), shipping_lines=placed.shipping_lines), at=1
    )
    returned = refund(
        back("lamp", 1, "25.00", "1.60"), at=day(3), transactions=(given_back("26.60", day(3)),)
    )
    stages = [facts(placed), facts(placed, parcel("parcel-1", day(2), lamp=1), returned)]
    known = _grown(*stages, facts(fewer, captured("capture-1", "31.60", day(1))))
    played = play(OrderLife(book(), (stages[0], _grown(*stages))))

    first = plan(known, played.posted, book())
    (bill,) = (each for each in first.postings if "invoice:edit:" in each.key)
    again = plan(known, played.posted, book(), {bill.key})

    assert sum(each.amount.amount for each in bill.effect) == Decimal("5.00")
    assert again.postings == first.postings
