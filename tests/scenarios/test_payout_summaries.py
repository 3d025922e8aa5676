"""Payouts that bring their sales into the books: J-6.8, J-6.10 to J-6.12, R-11.4 to R-11.10."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import Fulfilment, Payment
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from intacct.capabilities import Protocol
from shared.gl.days import EntryConflictError
from shared.payouts.booking import BookingState
from shared.payouts.store import PayoutKey
from shared.policy.mapping import ItemRule, Role
from shared.policy.switches import Cogs, PayoutMonths, PostingMode
from shared.postings.findings import Reason
from tests.accounting.journals import parse
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.payout_lives import AMAZON, PAYOUT_ACCOUNTS
from tests.accounting.shop import (
    STATE,
    back,
    captured,
    day,
    given_back,
    line,
    order,
    parcel,
    refund,
    shipping,
    tax,
)
from tests.contract.actions.teller import Teller
from tests.scenarios.channel import COUNTED
from tests.scenarios.summary_rig import SummaryRig
from tests.unit.payouts.told import ARRIVED_AT, payout
from tests.unit.payouts.told import line as row

CHARGE, REFUND, FEE = PayoutLineKind.CHARGE, PayoutLineKind.REFUND, PayoutLineKind.FEE
RESERVE = PayoutLineKind.RESERVE
SEVENTH = date(2026, 3, 7)
PAYOUT = PayoutKey("acme", "shop", "po-1001")
ON_AMAZON: dict[str, Any] = {"accounts": {**AMAZON, **COUNTED}}
J_6_8 = (
    "Dr 1010 549.00; Dr 4090 20.00; Dr 6110 154.50; Dr 6120 210.00; Dr 4095 90.00; Dr 6130 75.00; "
    "Dr 6125 12.30; Dr 1150 150.00; Cr 4000 1000.00; Cr 4010 50.00; Cr 6110 10.80; Cr 1150 200.00"
)
J_6_10 = "Dr 1160 300.00; Dr 6110 100.00; Cr 4000 400.00"
J_6_11 = "Dr 1010 549.00; Dr 6110 101.00; Cr 4000 350.00; Cr 1160 300.00"
J_6_12 = "Dr 6110 30.00; Dr 1150 50.00; Cr 4000 80.00"
TWO_ORDERS = (
    "Dr 1010 159.34; Dr 6100 6.11; Dr 4090 6.25; Dr 4095 25.00; Dr 2100-NYS 0.90; "
    "Dr 2100-NYC 1.01; Dr 2100-MTA 0.09; Cr 4090 2.50; Cr 4000 172.72; Cr 4010 8.00; "
    "Cr 2100-NYS 12.35; Cr 2100-NYC 2.89; Cr 2100-MTA 0.24"
)


BOTH = pytest.mark.parametrize("rig", list(Protocol), indirect=True)


@pytest.fixture
def rig(request: pytest.FixtureRequest) -> Iterator[SummaryRig]:
    with Teller(getattr(request, "param", Protocol.XML)) as teller:
        books = teller.company.books
        for account in sorted({*PAYOUT_ACCOUNTS.values(), *AMAZON.values(), "1101"}):
            if books.by_id("account", account) is None:
                books.create("account", {"id": account, "name": f"Account {account}"})
        yield SummaryRig(teller, ARRIVED_AT)


def paid(*lines: PayoutLine, payout_id: str = "po-1001", **more: Any) -> Payout:
    """A payout that arrived, of exactly these rows."""
    worth = sum((one.net.amount for one in lines), Decimal(0))
    told: dict[str, Any] = {
        "amount": f"{worth:.2f}",
        "status": PayoutStatus.PAID,
        "arrived_at": ARRIVED_AT,
        "payout_id": payout_id,
    }
    return payout(lines, **{**told, **more})


def on_amazon(name: str, amount: str, at: datetime) -> Payment:
    return captured(name, amount, at, "amazon")


def sofa(rig: SummaryRig, order_id: str, amount: str, at: datetime) -> None:
    """An order of one sofa, paid at Amazon and sent at that instant."""
    placed = replace(order(line("sofa", amount)), placed_at=at)
    rig.order(order_id, placed, on_amazon(f"pay-{order_id}", amount, at), sent(order_id, at))


def sent(order_id: str, at: datetime) -> Fulfilment:
    return parcel(f"parcel-{order_id}", at, sofa=1)


def two_orders(rig: SummaryRig) -> tuple[PayoutLine, ...]:
    """Order A with one tee back, and an order of 120.00; the rows of J-6.1."""
    rig.order("A", order_a_placed(), PAID, SHIPPED, one_tee_back())
    placed = order(line("sofa", "110.22", taxes=(tax(STATE, "9.78"),)), at=day(2))
    rig.order("B", placed, captured("capture-2", "120.00", day(2)), parcel("b", day(3), sofa=1))
    return (
        row("1", CHARGE, "69.95", "2.33", order_id="A", fee_kind=FeeKind.PROCESSING),
        row("2", CHARGE, "120.00", "3.78", order_id="B", fee_kind=FeeKind.PROCESSING),
        row("3", REFUND, "-24.50", order_id="A"),
    )


def settlement(rig: SummaryRig) -> Payout:
    """The settlement of J-6.8 in the rows of Amazon's report, with the orders that it pays."""
    rig.configure(**ON_AMAZON)
    placed = order(
        line("sofa", "600.00", discount="20.00"), shipping_lines=shipping("50.00"), at=day(1)
    )
    rig.order("A", placed, on_amazon("pay-A", "630.00", day(2)), sent("A", day(2)))
    other = order(line("sofa", "100.00", 4), at=day(2))
    money = (given_back("90.00", day(4), gateway="amazon"),)
    returned = refund(back("sofa", 1, "90.00"), at=day(4), transactions=money)
    rig.order(
        "B",
        other,
        on_amazon("pay-B", "400.00", day(3)),
        parcel("parcel-B", day(3), sofa=4),
        returned,
    )
    return paid(
        row("sales-A", CHARGE, "600.00", order_id="A"),
        row("shipping-A", CHARGE, "50.00", order_id="A"),
        row("promotion-A", CHARGE, "-20.00", order_id="A"),
        row("sales-B", CHARGE, "400.00", order_id="B"),
        row("referral", FEE, "-154.50", fee_kind=FeeKind.REFERRAL),
        row("fba", FEE, "-210.00", fee_kind=FeeKind.FULFILMENT),
        row("refund-B", REFUND, "-90.00", order_id="B"),
        row("credit", FEE, "10.80", fee_kind=FeeKind.REFERRAL, order_id="B"),
        row("ads", FEE, "-75.00", fee_kind=FeeKind.ADVERTISING),
        row("storage", FEE, "-12.30", fee_kind=FeeKind.STORAGE),
        row("previous", RESERVE, "200.00"),
        row("new", RESERVE, "-150.00"),
        period_from=datetime(2026, 3, 1, 8, tzinfo=UTC),
    )


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


def over_month_end(rig: SummaryRig) -> Payout:
    march, april = datetime(2026, 3, 28, 15, tzinfo=UTC), datetime(2026, 4, 3, 15, tzinfo=UTC)
    ended = datetime(2026, 4, 8, 15, tzinfo=UTC)
    rig.clock.now = ended
    sofa(rig, "M", "400.00", march)
    sofa(rig, "N", "350.00", april)
    return paid(
        row("1", CHARGE, "400.00", at=march, order_id="M"),
        row("2", FEE, "-100.00", at=march, fee_kind=FeeKind.REFERRAL),
        row("3", CHARGE, "350.00", at=april, order_id="N"),
        row("4", FEE, "-101.00", at=april, fee_kind=FeeKind.REFERRAL),
        sent_at=ended,
        arrived_at=ended,
        period_from=datetime(2026, 3, 25, 15, tzinfo=UTC),
    )


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
    (journal,) = rig.explained()
    left = next(one for one in journal.lines if one.account == "1100")
    assert journal.is_proved
    assert {part.amount.plain() for part in left.parts} == {"189.95", "-69.95"}

    two_orders(rig)
    rig.book_again(rig.keep(paid(*rows)), correct_by="Ada")

    entries = rig.explained()
    assert len(entries) == 3
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

    assert [one.is_proved for one in entries] == [True, True]


def test_a_settlement_in_two_months_is_three_documents_with_its_counts(rig: SummaryRig) -> None:
    rig.configure(**ON_AMAZON)

    rig.pay_out(over_month_end(rig))

    ((on, counted),) = rig.entries(is_statistical=True)
    assert (on, len(rig.entries())) == (date(2026, 4, 8), 2)
    assert counted == {("STAT-ORDERS", "Dr"): 2, ("STAT-UNITS", "Dr"): 2}
    assert rig.book_again(PAYOUT, correct_by="Ada").state is BookingState.BOOKED
    assert len(rig.entries()) == 2


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


def test_two_parcels_of_one_amount_are_paid_one_by_one_the_earlier_first(rig: SummaryRig) -> None:
    placed = order(line("sofa", "40.00", 2), at=day(1))
    money = captured("capture", "80.00", day(1))
    rig.order("A", placed, money, parcel("p1", day(2), sofa=1), parcel("p2", day(3), sofa=1))

    rig.pay_out(paid(row("1", CHARGE, "40.00", order_id="A")))
    held = rig.payout_days.holders("ORD#acme#shop#A")
    rig.pay_out(paid(row("2", CHARGE, "40.00", order_id="A"), payout_id="po-1002"))

    assert list(held) == ["sale:A:p1"]
    assert rig.balances() == {"1010": Decimal("80.00"), "4000": Decimal("-80.00")}
