"""Journals of payouts with their sales, taken apart into orders, rows and counted events."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.explain.lines import ExplainedEntry, ExplainedLine
from shared.policy.choices import PayoutMonths
from shared.policy.mapping import ItemRule
from shared.postings.plan import PostingKind
from tests.scenarios.paid_channel import (
    ON_AMAZON,
    over_month_end,
    paid,
    rig,
    settlement,
    two_orders,
)
from tests.scenarios.summary_rig import SummaryRig

__all__ = ["rig"]

STAT = PostingKind.STATISTICAL.value


def journals(rig: SummaryRig) -> list[ExplainedEntry]:
    found = rig.explained()
    assert [one.all_problems for one in found if not one.is_proved] == []
    return [one for one in found if one.kind != STAT]


def line_on(entry: ExplainedEntry, account: str) -> ExplainedLine:
    return next(one for one in entry.lines if one.account == account)


def test_the_payouts_own_money_is_told_by_its_rows(rig: SummaryRig) -> None:
    rig.pay_out(paid(*two_orders(rig)))

    (journal,) = journals(rig)

    fees = line_on(journal, "6100")
    assert {(part.what, part.amount.plain(), part.order_id) for part in fees.parts} == {
        ("payout row 1: charge", "2.33", "A"),
        ("payout row 2: charge", "3.78", "B"),
    }
    (deposit,) = line_on(journal, "1010").parts
    assert (deposit.what, deposit.amount.plain()) == ("the payout's net", "159.34")


def test_no_part_of_a_settlement_is_left_as_one_sum(rig: SummaryRig) -> None:
    rig.pay_out(settlement(rig))

    (journal,) = journals(rig)

    told = {part.what for line in journal.lines for part in line.parts}
    assert not {what for what in told if what.startswith("payout:")}


@pytest.mark.parametrize("months", list(PayoutMonths))
def test_a_settlement_over_a_month_end_is_told_by_its_rows_in_each_month(
    rig: SummaryRig, months: PayoutMonths
) -> None:
    rig.configure(**ON_AMAZON, payout_months=months)
    rig.pay_out(over_month_end(rig))

    found = journals(rig)

    told = {
        part.what
        for entry in found
        for line in entry.lines
        if line.account == "6110"
        for part in line.parts
    }
    assert told
    assert all(what.startswith("payout row ") for what in told)


def test_what_is_taken_back_is_told_by_the_same_rows(rig: SummaryRig) -> None:
    told = paid(*two_orders(rig))
    rig.pay_out(told)
    rig.configure(ItemRule("SOFA", "WEB-GOODS-2", account="4001"))
    rig.book_again(rig.keep(told), correct_by="Ada")

    first, again, back = journals(rig)

    rows = [
        {(p.what, p.amount.plain()) for p in line_on(one, "6100").parts}
        for one in (first, again, back)
    ]
    assert rows[0] == rows[1] == rows[2]
    assert line_on(back, "6100").side is not line_on(first, "6100").side


def test_the_counts_of_a_payout_lead_to_its_sales(rig: SummaryRig) -> None:
    rig.pay_out(paid(*two_orders(rig)))

    (counted,) = [one for one in rig.explained() if one.kind == STAT]

    assert counted.is_proved, counted.all_problems
    orders, units = line_on(counted, "STAT-ORDERS"), line_on(counted, "STAT-UNITS")
    assert {part.order_id for part in orders.parts} == {"A", "B"}
    assert sum(part.amount.amount for part in units.parts) == units.amount.amount == Decimal(4)
