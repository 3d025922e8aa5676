"""Payouts that bring their sales into the books: J-6.8, J-6.10 to J-6.12, R-11.4, R-11.5."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from commerce.payouts import FeeKind
from shared.payouts.booking import BookingState
from shared.policy.choices import Cogs, PayoutMonths
from shared.policy.mapping import Role
from shared.postings.findings import Reason
from tests.accounting.journals import parse
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import (
    captured,
    day,
    line,
    order,
    parcel,
)
from tests.scenarios.paid_channel import (
    BOTH,
    CHARGE,
    FEE,
    J_6_8,
    J_6_10,
    J_6_11,
    J_6_12,
    ON_AMAZON,
    PAYOUT,
    REFUND,
    RESERVE,
    SEVENTH,
    TWO_ORDERS,
    over_month_end,
    paid,
    rig,
    sent,
    settlement,
    sofa,
    two_orders,
)
from tests.scenarios.summary_rig import SummaryRig
from tests.unit.payouts.told import line as row

__all__ = ["rig"]


@BOTH
def test_a_settlement_is_one_journal_that_equals_the_deposit(rig: SummaryRig) -> None:
    report = rig.pay_out(settlement(rig))

    assert report.state is BookingState.BOOKED
    assert rig.entries() == [(SEVENTH, parse(J_6_8))]


def test_a_payout_of_two_orders_a_partial_refund_and_fees_is_one_journal(rig: SummaryRig) -> None:
    rows = two_orders(rig)
    assert rig.entries() == []

    assert rig.pay_out(paid(*rows)).state is BookingState.BOOKED

    assert rig.entries() == [(SEVENTH, parse(TWO_ORDERS))]
    assert "1100" not in rig.balances()


def test_hearing_and_booking_again_changes_nothing(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))
    rig.pay_out(told)
    ended = rig.entries()

    rig.order("A", order_a_placed(), PAID, SHIPPED, one_tee_back())
    turned = replace(told, lines=told.lines[::-1])

    assert rig.pay_out(told).state is BookingState.BOOKED
    assert rig.pay_out(turned).state is BookingState.BOOKED
    assert rig.entries() == ended


def test_rows_in_any_order_make_the_same_journal(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))

    rig.pay_out(replace(told, lines=told.lines[::-1]))

    assert rig.entries() == [(SEVENTH, parse(TWO_ORDERS))]


def test_a_refund_after_the_payout_belongs_to_the_next_one(rig: SummaryRig) -> None:
    rig.order("A", order_a_placed(), PAID, SHIPPED)
    rig.pay_out(paid(row("1", CHARGE, "69.95", order_id="A")))

    rig.order("A", order_a_placed(), PAID, SHIPPED, one_tee_back())
    second = paid(row("2", REFUND, "-24.50", order_id="A"), payout_id="po-1002")

    assert rig.pay_out(second).state is BookingState.BOOKED
    taken_back = "Dr 4095 25.00; Dr 2100-NYS 0.90; Dr 2100-NYC 1.01; Dr 2100-MTA 0.09"
    assert rig.entries()[1] == (SEVENTH, parse(f"{taken_back}; Cr 4090 2.50; Cr 1010 24.50"))


def test_a_payout_before_its_refund_was_settled_takes_the_sale_alone(rig: SummaryRig) -> None:
    rig.order("A", order_a_placed(), PAID, SHIPPED, one_tee_back())

    assert rig.pay_out(paid(row("1", CHARGE, "69.95", order_id="A"))).state is BookingState.BOOKED

    assert rig.balances()["1010"] == Decimal("69.95")
    assert "4095" not in rig.balances()


@BOTH
def test_a_settlement_over_a_month_end_has_a_part_in_each_month(rig: SummaryRig) -> None:
    rig.configure(**ON_AMAZON)

    assert rig.pay_out(over_month_end(rig)).state is BookingState.BOOKED

    march, april = (date(2026, 3, 31), parse(J_6_10)), (date(2026, 4, 8), parse(J_6_11))
    assert rig.entries() == [march, april]


def test_by_policy_a_settlement_over_a_month_end_stays_whole(rig: SummaryRig) -> None:
    rig.configure(**ON_AMAZON, payout_months=PayoutMonths.DEPOSIT)

    rig.pay_out(over_month_end(rig))

    whole = parse("Dr 1010 549.00; Dr 6110 201.00; Cr 4000 750.00")
    assert rig.entries() == [(date(2026, 4, 8), whole)]


def test_sales_of_an_earlier_month_stand_on_clearing_until_the_deposit(rig: SummaryRig) -> None:
    march, april = day(31), datetime(2026, 4, 2, 15, tzinfo=UTC)
    rig.clock.now = april
    placed = replace(order(line("sofa", "80.00")), placed_at=march)
    rig.order("A", placed, captured("pay", "80.00", march), sent("A", march))

    rig.pay_out(
        paid(row("1", CHARGE, "80.00", "2.00", order_id="A"), sent_at=april, arrived_at=april)
    )

    assert rig.entries() == [
        (date(2026, 3, 31), parse("Dr 1100 80.00; Cr 4000 80.00")),
        (date(2026, 4, 2), parse("Dr 1010 78.00; Dr 6190 2.00; Cr 1100 80.00")),
    ]


def test_a_month_that_is_closed_is_entered_in_the_next_one(rig: SummaryRig) -> None:
    rig.configure(**ON_AMAZON)
    rig.close(date(2026, 3, 31))

    assert rig.pay_out(over_month_end(rig)).state is BookingState.BOOKED

    march, april = (date(2026, 4, 1), parse(J_6_10)), (date(2026, 4, 8), parse(J_6_11))
    assert rig.entries() == [march, april]


def test_a_settlement_of_nothing_still_posts_its_parts(rig: SummaryRig) -> None:
    rig.configure(**ON_AMAZON)
    sofa(rig, "A", "80.00", day(2))
    rig.pay_out(
        paid(
            row("1", CHARGE, "80.00", order_id="A"),
            row("2", FEE, "-30.00", fee_kind=FeeKind.REFERRAL),
            row("3", RESERVE, "-50.00"),
            sent_at=day(5),
            period_from=day(1),
        )
    )

    assert rig.entries() == [(date(2026, 3, 5), parse(J_6_12))]


def test_a_payout_waits_for_a_member_that_is_missing(rig: SummaryRig) -> None:
    told = paid(
        row("1", CHARGE, "69.95", order_id="A"), row("2", CHARGE, "120.00", order_id="unknown")
    )
    rig.order("A", order_a_placed(), PAID, SHIPPED)

    report = rig.pay_out(told)

    assert (report.state, rig.entries()) == (BookingState.HELD, [])
    (finding,) = rig.findings()
    assert (finding.reason, finding.place) == (
        Reason.DAY_INCOMPLETE,
        "payout po-1001 order unknown",
    )


def test_a_difference_of_one_cent_is_found_and_nothing_is_posted(rig: SummaryRig) -> None:
    rows = two_orders(rig)
    more = row("2", CHARGE, "120.01", "3.78", order_id="B", fee_kind=FeeKind.PROCESSING)

    report = rig.pay_out(paid(rows[0], more, rows[2]))

    assert (report.state, rig.entries()) == (BookingState.HELD, [])
    (finding,) = rig.findings()
    assert finding.reason is Reason.PAYMENT_UNDECIDED
    assert finding.difference is not None
    assert finding.difference.plain() == "0.01"
    assert "sale:B:b 120.00" in finding.message


def test_everything_that_a_payout_waits_for_is_said_at_once(rig: SummaryRig) -> None:
    rig.order("A", order_a_placed(), PAID)
    rows = (row("1", CHARGE, "69.95", order_id="A"), row("2", CHARGE, "5.00"))

    rig.pay_out(paid(*rows))

    unsent, unnamed = rig.findings()
    assert unsent.reason is Reason.PAYMENT_UNDECIDED
    assert "the shipment of line tee, line mug" in unsent.message
    assert (unnamed.reason, unnamed.place) == (Reason.DAY_INCOMPLETE, "payout po-1001 order (none)")


def test_what_came_meanwhile_lets_a_payout_go_on_by_itself(rig: SummaryRig) -> None:
    rig.order("A", order_a_placed(), PAID)
    told = paid(row("1", CHARGE, "69.95", order_id="A"))
    assert rig.pay_out(told).state is BookingState.HELD

    rig.order("A", order_a_placed(), PAID, SHIPPED)

    assert rig.book_again(rig.keep(told)).state is BookingState.BOOKED
    assert rig.balances()["1010"] == Decimal("69.95")
    assert "1100" not in rig.balances()


def test_what_no_payout_brings_is_posted_with_its_day(rig: SummaryRig) -> None:
    rig.configure(cogs=Cogs.CART_COST)
    by_bank = captured("bank", "69.95", day(1), "Bank Deposit")
    rig.order("A", order_a_placed(), by_bank, SHIPPED)

    rig.export_days()

    (on, entry), *_ = rig.entries()
    assert on == date(2026, 3, 2)
    assert entry["1010", "Dr"] == Decimal("69.95")
    assert entry["5000", "Dr"] == Decimal("22.10")


def test_a_payout_counts_what_it_sold(rig: SummaryRig) -> None:
    accounts = {**rig.book.mapping.accounts}
    assert Role.STATISTICAL_ORDERS in accounts

    rig.pay_out(paid(*two_orders(rig)))

    ((on, counted),) = rig.entries(is_statistical=True)
    assert on == SEVENTH
    assert counted == {
        ("STAT-ORDERS", "Dr"): 2,
        ("STAT-UNITS", "Dr"): 4,
        ("STAT-REFUNDS", "Dr"): 1,
    }
    assert len(rig.entries()) == 1


def test_a_settlement_in_two_months_is_three_documents_with_its_counts(rig: SummaryRig) -> None:
    rig.configure(**ON_AMAZON)

    rig.pay_out(over_month_end(rig))

    ((on, counted),) = rig.entries(is_statistical=True)
    assert (on, len(rig.entries())) == (date(2026, 4, 8), 2)
    assert counted == {("STAT-ORDERS", "Dr"): 2, ("STAT-UNITS", "Dr"): 2}
    assert rig.book_again(PAYOUT, correct_by="Ada").state is BookingState.BOOKED
    assert len(rig.entries()) == 2


def test_two_parcels_of_one_amount_are_paid_one_by_one_the_earlier_first(rig: SummaryRig) -> None:
    placed = order(line("sofa", "40.00", 2), at=day(1))
    money = captured("capture", "80.00", day(1))
    rig.order("A", placed, money, parcel("p1", day(2), sofa=1), parcel("p2", day(3), sofa=1))

    rig.pay_out(paid(row("1", CHARGE, "40.00", order_id="A")))
    held = rig.payout_days.holders("ORD#acme#shop#A")
    rig.pay_out(paid(row("2", CHARGE, "40.00", order_id="A"), payout_id="po-1002"))

    assert list(held) == ["sale:A:p1"]
    assert rig.balances() == {"1010": Decimal("80.00"), "4000": Decimal("-80.00")}
