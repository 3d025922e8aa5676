"""Payouts with their sales, made anew, moved, edited and explained: R-11.7 to R-11.10."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from commerce.payouts import PayoutLineKind, PayoutStatus
from shared.gl.days import EntryConflictError
from shared.payouts.booking import BookingState
from shared.policy.choices import PostingMode
from shared.policy.mapping import ItemRule, Role
from tests.accounting.journals import parse
from tests.accounting.lives import PAID, SHIPPED, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import (
    STATE,
    captured,
    day,
    line,
    order,
    parcel,
    tax,
)
from tests.scenarios.channel import COUNTED
from tests.scenarios.paid_channel import (
    BOTH,
    CHARGE,
    SEVENTH,
    TWO_ORDERS,
    paid,
    rig,
    sent,
    two_orders,
)
from tests.scenarios.summary_rig import SummaryRig
from tests.unit.payouts.told import line as row

__all__ = ["rig"]


def test_a_person_may_leave_a_missing_member_to_the_clearing_account(rig: SummaryRig) -> None:
    rig.order("A", order_a_placed(), PAID, SHIPPED)
    rows = (row("1", CHARGE, "69.95", order_id="A"), row("2", CHARGE, "120.00", order_id="B"))

    report = rig.pay_out(paid(*rows), even_if_incomplete=True)

    assert report.state is BookingState.BOOKED
    assert rig.balances()["1010"] == Decimal("189.95")
    assert rig.balances()["1100"] == Decimal("-120.00")

    two_orders(rig)
    key = rig.keep(paid(*rows))
    assert rig.book_again(key, correct_by="Ada").state is BookingState.BOOKED
    assert rig.balances()["1010"] == Decimal("189.95")
    assert "1100" not in rig.balances()
    assert len(rig.entries()) == 3


@BOTH
def test_a_wrong_mapping_is_corrected_by_replacement_and_reversal(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))
    rig.pay_out(told)

    rig.configure(ItemRule("SOFA", "WEB-GOODS-2", account="4001"))
    assert rig.book_again(rig.keep(told), correct_by="Ada").state is BookingState.BOOKED

    anew = parse(TWO_ORDERS.replace("Cr 4000 172.72", "Cr 4000 62.50; Cr 4001 110.22"))
    taken_back = {
        (account, "Cr" if side == "Dr" else "Dr"): amount
        for (account, side), amount in parse(TWO_ORDERS).items()
    }
    assert rig.entries() == [
        (SEVENTH, parse(TWO_ORDERS)),
        (SEVENTH, anew),
        (SEVENTH, taken_back),
    ]
    assert rig.balances()["1010"] == Decimal("159.34")


@BOTH
def test_in_a_closed_period_the_difference_goes_into_the_next_one(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))
    rig.pay_out(told)
    rig.close(date(2026, 3, 31))
    rig.clock.now = datetime(2026, 4, 10, 12, tzinfo=UTC)

    rig.configure(ItemRule("SOFA", "WEB-GOODS-2", account="4001"))
    assert rig.book_again(rig.keep(told), correct_by="Ada").state is BookingState.BOOKED

    delta = parse("Dr 4000 110.22; Cr 4001 110.22")
    assert rig.entries() == [(SEVENTH, parse(TWO_ORDERS)), (date(2026, 4, 1), delta)]


def test_a_correction_that_changes_nothing_posts_nothing(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))
    rig.pay_out(told)

    assert rig.book_again(rig.keep(told), correct_by="Ada").state is BookingState.BOOKED

    assert len(rig.entries()) == 1


def test_orders_placed_before_the_move_are_settled_as_in_detail(rig: SummaryRig) -> None:
    rig.order("A", order_a_placed(), PAID, SHIPPED)
    rig.configure(
        posting_mode_from="2026-03-02",
        posting_mode_before=PostingMode.DETAIL,
    )
    rig.facts.records.clear()
    rows = (row("1", CHARGE, "69.95", order_id="A"), row("2", CHARGE, "80.00", order_id="B"))
    placed = order(line("sofa", "80.00"), at=day(3))
    rig.order("B", placed, captured("pay", "80.00", day(3)), sent("B", day(3)))
    known = order_a_placed()
    rig.detail("A", known, PAID, SHIPPED)

    assert rig.pay_out(paid(*rows)).state is BookingState.BOOKED

    assert rig.entries() == [
        (SEVENTH, parse("Dr 1010 149.95; Cr 1100 69.95; Cr 4000 80.00")),
    ]


def test_a_payout_that_was_booked_before_the_move_is_never_booked_again(rig: SummaryRig) -> None:
    rig.configure(posting_mode=PostingMode.DETAIL)
    told = paid(row("1", CHARGE, "69.95", order_id="A"))
    rig.pay_out(told)
    before = rig.entries()

    rig.configure()

    assert rig.book_again(rig.keep(told)).state is BookingState.BOOKED
    assert rig.entries() == before


def test_money_on_its_way_stands_in_transit_until_it_arrives(rig: SummaryRig) -> None:
    rows = two_orders(rig)
    transit = {**rig.book.mapping.accounts, Role.PAYOUTS_IN_TRANSIT: "1120"}
    rig.configure(accounts=transit)
    moving = replace(paid(*rows), status=PayoutStatus.IN_TRANSIT, arrived_at=None)
    assert rig.pay_out(moving).state is BookingState.BOOKED
    assert rig.balances()["1120"] == Decimal("159.34")

    assert rig.pay_out(paid(*rows)).state is BookingState.BOOKED

    assert rig.balances()["1010"] == Decimal("159.34")
    assert "1120" not in rig.balances()
    assert len(rig.entries()) == 2


def test_every_line_of_a_payouts_journals_is_explained_to_the_cent(rig: SummaryRig) -> None:
    rig.order("A", order_a_placed(), PAID, SHIPPED)
    rows = (row("1", CHARGE, "69.95", order_id="A"), row("2", CHARGE, "120.00", order_id="B"))
    rig.pay_out(paid(*rows), even_if_incomplete=True)
    journal, _ = rig.explained()
    left = next(one for one in journal.lines if one.account == "1100")
    assert journal.is_proved
    assert {part.amount.plain() for part in left.parts} == {"69.95", "120.00", "-69.95"}

    two_orders(rig)
    rig.book_again(rig.keep(paid(*rows)), correct_by="Ada")

    entries = rig.explained()
    assert [one.kind for one in entries].count("GL_BATCH") == 3
    assert [one.problems for one in entries if not one.is_proved] == []
    of_order = {part.order_id for one in entries for line in one.lines for part in line.parts}
    assert of_order == {"", "A", "B"}


def test_a_difference_in_a_closed_period_is_explained(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))
    rig.pay_out(told)
    rig.close(date(2026, 3, 31))
    rig.clock.now = datetime(2026, 4, 10, 12, tzinfo=UTC)
    rig.configure(ItemRule("SOFA", "WEB-GOODS-2", account="4001"))
    rig.book_again(rig.keep(told), correct_by="Ada")

    entries = rig.explained()

    assert [one.all_problems for one in entries if not one.is_proved] == []
    assert [one.kind for one in entries].count("GL_BATCH") == 2


def test_an_edit_after_the_payout_is_a_conflict_and_never_a_second_sale(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))
    rig.pay_out(told)
    placed = order(line("sofa", "100.22", taxes=(tax(STATE, "9.78"),)), at=day(2))

    with pytest.raises(EntryConflictError, match="sale:B:b"):
        rig.order("B", placed, captured("capture-2", "120.00", day(2)), parcel("b", day(3), sofa=1))

    assert rig.book_again(rig.keep(told), correct_by="Ada").state is BookingState.HELD
    assert len(rig.entries()) == 1


def test_an_edit_before_the_payout_changes_what_the_payout_brings(rig: SummaryRig) -> None:
    two_orders(rig)
    placed = order(line("sofa", "100.00"), at=day(2))
    rig.order("B", placed, captured("capture-2", "100.00", day(2)), parcel("b", day(3), sofa=1))

    rig.pay_out(paid(row("2", CHARGE, "100.00", order_id="B")))

    assert rig.entries() == [(SEVENTH, parse("Dr 1010 100.00; Cr 4000 100.00"))]


def test_a_payout_that_fails_goes_back_and_its_retry_brings_no_sales(rig: SummaryRig) -> None:
    rig.configure(accounts={**PAYOUT_ACCOUNTS, **COUNTED})
    rows = two_orders(rig)
    failed = replace(paid(*rows), status=PayoutStatus.FAILED, arrived_at=None)
    rig.pay_out(replace(failed, status=PayoutStatus.IN_TRANSIT))
    rig.pay_out(failed)
    assert rig.balances()["1100"] == Decimal("159.34")

    back = row("9", PayoutLineKind.TRANSFER, "159.34", type_name="payout_failure")
    rig.pay_out(paid(back, payout_id="po-1002"))

    assert rig.balances()["1010"] == Decimal("159.34")
    assert "1100" not in rig.balances()
