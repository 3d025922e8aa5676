"""Orders in other currencies on channels of daily journals: what these can say, and what not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import Facts, Payment, Refund
from shared.policy.choices import CustomerMode, FxRate, PostingMode
from shared.policy.mapping import RateRow
from shared.postings.book import StoreBook
from shared.postings.plan import Reason
from shared.postings.planner import plan
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import book, captured, day, facts, line, mapping, order, parcel
from tests.scenarios.test_currencies import COAT, SENT, _returned

ONE_DAY, LATER = captured("capture-1", "100.00", day(3)), captured("capture-1", "100.00", day(6))
MODES = (PostingMode.SUMMARY_DAILY, PostingMode.SUMMARY_PAYOUT)


def daily(mode: PostingMode = PostingMode.SUMMARY_DAILY, **policy: Any) -> StoreBook:
    rates = (RateRow("EUR", "2026-01-01", "1.1000"),)
    chart = mapping(accounts=PAYOUT_ACCOUNTS, channel_customer="C-WEB", fx_rates=rates)
    return book(chart=chart, posting_mode=mode, customer_mode=CustomerMode.CHANNEL, **policy)


def euros(paid: Payment) -> Payment:
    return replace(paid, amount=Money(paid.amount.amount, "EUR"))


def sold(paid: Payment, *more: Refund) -> Facts:
    return facts(COAT, SENT, euros(paid), *more)


def reasons(known: Facts, where: StoreBook) -> list[tuple[Reason, str]]:
    return [(finding.reason, finding.place) for finding in plan(known, {}, where).findings]


@pytest.mark.parametrize("mode", MODES)
def test_goods_and_money_of_one_day_take_the_rate_of_that_day(mode: PostingMode) -> None:
    """J-8.1 with a capture of the same day: both sides have one rate."""
    made = plan(sold(ONE_DAY), {}, daily(mode))

    assert made.findings == ()
    assert [(entry.currency, entry.ledger_on.day) for entry in made.events] == [("EUR", 3)]


@pytest.mark.parametrize("mode", MODES)
def test_a_capture_of_another_day_is_refused_where_its_difference_has_no_place(
    mode: PostingMode,
) -> None:
    """J-8.2: Sage books it for single documents; no journal of ours can say it."""
    assert reasons(sold(LATER), daily(mode)) == [(Reason.OUT_OF_SCOPE, "order.currency")]


def test_money_that_comes_before_the_goods_is_refused_when_they_leave() -> None:
    early = euros(captured("capture-1", "100.00", day(2)))

    assert reasons(facts(COAT, early), daily()) == []
    assert reasons(facts(COAT, early, SENT), daily()) == [(Reason.OUT_OF_SCOPE, "order.currency")]


def test_a_refund_of_another_day_is_refused() -> None:
    """J-8.4 and J-8.5: the credit takes the rate of the sale, its money that of its own day."""
    assert reasons(sold(ONE_DAY, _returned("100.00", 10)), daily()) == [
        (Reason.OUT_OF_SCOPE, "order.currency")
    ]


def test_a_refund_of_the_same_day_has_the_rate_of_its_sale() -> None:
    assert reasons(sold(ONE_DAY, _returned("100.00", 3)), daily()) == []


@pytest.mark.parametrize("rate", [FxRate.TABLE, FxRate.CART])
def test_a_policy_of_rates_that_a_journal_would_not_follow_is_refused(rate: FxRate) -> None:
    assert (Reason.OUT_OF_SCOPE, "policy.fx_rate") in reasons(sold(ONE_DAY), daily(fx_rate=rate))


def test_orders_in_the_entitys_currency_may_be_of_any_days() -> None:
    at_home = order(line("coat", "100.00"))
    known = facts(at_home, parcel("parcel-1", day(3), coat=1), LATER)

    assert reasons(known, daily(fx_rate=FxRate.TABLE)) == []
