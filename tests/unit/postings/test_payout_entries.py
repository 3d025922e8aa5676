"""In `summary_payout` the events of an order are those of its days, and each has one place."""

from __future__ import annotations

from typing import Any

import pytest

from shared.policy.choices import Cogs, PostingMode
from shared.policy.mapping import Role
from shared.postings.payout_entries import cleared
from shared.postings.plan import Plan
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.planning import planned
from tests.accounting.shop import ACCOUNTS, book, captured, day, mapping, usd

CHART = mapping(accounts={**ACCOUNTS, Role.PAYOUT_CLEARING: "1100"})
BY_CARD = (PAID, SHIPPED, one_tee_back())
BY_BANK = (captured("bank", "69.95", day(1), "Bank Deposit"), SHIPPED)
BY_BOTH = (
    captured("gift", "20.00", day(1), "gift_card"),
    captured("card", "49.95", day(1)),
    SHIPPED,
)


def made(mode: PostingMode, *parts: Any) -> Plan:
    return planned(
        order_a_placed(), *parts, books=book(chart=CHART, posting_mode=mode, cogs=Cogs.CART_COST)
    )


@pytest.mark.parametrize("parts", [BY_CARD, BY_BANK, BY_BOTH])
def test_payouts_and_days_together_hold_the_events_of_a_daily_channel(parts: Any) -> None:
    daily, by_payout = (
        made(mode, *parts) for mode in (PostingMode.SUMMARY_DAILY, PostingMode.SUMMARY_PAYOUT)
    )

    assert by_payout.postings == ()
    assert daily.payout_entries == ()
    assert sorted(by_payout.events, key=lambda one: one.event) == sorted(
        daily.day_entries, key=lambda one: one.event
    )


def test_what_passes_the_clearing_account_waits_for_its_payout() -> None:
    plan = made(PostingMode.SUMMARY_PAYOUT, *BY_CARD)

    assert [(one.event, cleared(one, "1100")) for one in plan.payout_entries] == [
        ("sale:order-1:parcel-1", usd("69.95")),
        ("refund:refund-1", usd("-24.50")),
    ]
    assert {one.event.partition(":")[0] for one in plan.day_entries} == {"cogs", "restock"}


def test_what_no_payout_brings_belongs_to_its_day() -> None:
    plan = made(PostingMode.SUMMARY_PAYOUT, *BY_BANK)

    assert plan.payout_entries == ()
    assert {one.event.partition(":")[0] for one in plan.day_entries} == {"sale", "cogs"}


def test_a_sale_that_a_payout_brings_in_part_waits_for_it_whole() -> None:
    plan = made(PostingMode.SUMMARY_PAYOUT, *BY_BOTH)

    assert [cleared(one, "1100") for one in plan.payout_entries] == [usd("49.95")]
