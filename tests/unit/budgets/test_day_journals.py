"""What a day of a summary channel costs is what its export writes, document by document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from commerce.orders import Facts
from intacct.documents import DocumentResult
from shared.budgets.counting import mix_of_orders
from shared.budgets.day_journals import CORRECTIONS, FEES, JOURNALS, STATISTICS, day_mix
from shared.budgets.depths import Depth, Volume, cost_of
from shared.gl.batches import postings, sealed_of
from shared.gl.days import DayKey
from shared.gl.revisions import Batch, BatchState
from shared.policy.choices import CustomerMode, FeesOn, PostingMode
from shared.policy.mapping import Definitions, Role
from shared.postings.book import StoreBook
from shared.postings.planner import plan
from tests.accounting.lives import PAID, SHIPPED, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import USD, book, captured, day, facts, mapping, parcel, usd

COUNTED = {
    Role.STATISTICAL_ORDERS: "STAT-ORDERS",
    Role.STATISTICAL_UNITS: "STAT-UNITS",
    Role.STATISTICAL_REFUNDS: "STAT-REFUNDS",
}
LATER = facts(
    order_a_placed(),
    replace(captured("capture-2", "69.95", day(5)), fee=usd("2.33")),
    parcel("parcel-2", day(5), tee=2, mug=1),
)


def channel(*, counted: bool = False, **policy: Any) -> StoreBook:
    definitions = Definitions(statistical_journal="STJ" if counted else "")
    accounts = {**PAYOUT_ACCOUNTS, **COUNTED}
    chart = mapping(accounts=accounts, definitions=definitions, channel_customer="C-WEB")
    return book(chart=chart, **policy)


def sold(fee: str = "") -> Facts:
    paid = replace(PAID, fee=usd(fee)) if fee else PAID
    return facts(order_a_placed(), paid, SHIPPED)


def test_a_day_costs_what_its_export_writes() -> None:
    """A journal, one of the fees, and the counts; not a correction that never came."""
    where = channel(counted=True, fees_on=FeesOn.CAPTURE)
    daily = channel(
        counted=True,
        fees_on=FeesOn.CAPTURE,
        posting_mode=PostingMode.SUMMARY_DAILY,
        customer_mode=CustomerMode.CHANNEL,
    )
    entries = plan(LATER, {}, daily).day_entries
    (on,) = {entry.ledger_on for entry in entries}
    written = postings(key := DayKey("acme", "shop", USD, on), sealed_of(key, entries, daily))

    found = day_mix([LATER], where)

    assert dict(found.documents) == {JOURNALS: 1, FEES: 1, STATISTICS: 1}
    assert sum(count for _, count in found.documents) == len(written) == 3
    assert found.days == 1


def test_days_with_and_without_fees_are_averaged() -> None:
    found = day_mix([sold(), LATER], channel(fees_on=FeesOn.CAPTURE))

    assert found.days == 2
    assert dict(found.documents) == {JOURNALS: 1, FEES: Decimal("0.5")}


def test_fees_that_payouts_book_and_counts_without_a_journal_cost_nothing() -> None:
    assert dict(day_mix([sold("2.33")], channel()).documents) == {JOURNALS: 1}


def test_corrections_count_as_often_as_the_days_had_them() -> None:
    results = {str(number): DocumentResult(str(number)) for number in range(2)}
    first = Batch(1, BatchState.DONE, results=results)
    second = Batch(2, BatchState.DONE, replaces=1, results=results)
    corrected = DayKey("acme", "shop", USD, date(2026, 3, 5))

    found = day_mix(
        [sold(), LATER], channel(), lambda key: (first, second) if key == corrected else (first,)
    )

    assert dict(found.documents) == {JOURNALS: 1, CORRECTIONS: 1}


def test_without_orders_the_policy_says_what_a_day_writes() -> None:
    found = day_mix([], channel(counted=True, fees_on=FeesOn.CAPTURE))

    assert found.days == 0
    assert dict(found.documents) == {JOURNALS: 1, FEES: 1, STATISTICS: 1}


def test_the_month_of_a_summary_channel_has_its_fees_in_it() -> None:
    mix = mix_of_orders([LATER], channel(fees_on=FeesOn.CAPTURE))

    parts = dict(cost_of(Depth.SUMMARY, mix, Volume(1_000, days=30, payouts=4)).parts)

    assert parts == {JOURNALS: 30, FEES: 30, "entries of payouts": 8}
