"""A channel moves from one mode to another at a ledger date (R-11.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from commerce.orders import Facts
from shared.policy.choices import PostingMode
from shared.postings.plan import Plan
from shared.postings.planner import plan
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import book, day, facts

DETAIL, DAILY = PostingMode.DETAIL, PostingMode.SUMMARY_DAILY


def planned(known: Facts, before: PostingMode, after: PostingMode, since: str) -> Plan:
    moved = book(posting_mode=after, posting_mode_before=before, posting_mode_from=since)
    return plan(known, {}, moved)


def order_a(*more: Any) -> Facts:
    """Placed on the first of March, and everything else later."""
    return facts(order_a_placed(), PAID, SHIPPED, *more)


def test_an_order_placed_before_the_move_finishes_in_detail() -> None:
    made = planned(order_a(one_tee_back(at=9)), DETAIL, DAILY, "2026-03-02")

    assert made.day_entries == ()
    assert made.postings == plan(order_a(one_tee_back(at=9)), {}, book()).postings


def test_an_order_placed_on_the_day_of_the_move_is_in_the_new_mode() -> None:
    made = planned(order_a(), DETAIL, DAILY, "2026-03-01")

    assert made.postings == ()
    assert [entry.event for entry in made.day_entries] == ["sale:order-1:parcel-1"]


def test_a_channel_may_move_back_to_detail() -> None:
    made = planned(order_a(), DAILY, DETAIL, "2026-03-02")

    assert made.postings == ()
    assert made.day_entries


@pytest.mark.parametrize(("hour", "is_daily"), [(4, False), (5, True)])
def test_the_day_of_the_move_begins_where_the_entity_is(hour: int, *, is_daily: bool) -> None:
    placed = replace(order_a_placed(), placed_at=day(2, hour))

    made = planned(facts(placed, PAID, SHIPPED), DETAIL, DAILY, "2026-03-02")

    assert bool(made.day_entries) is is_daily


def test_a_move_to_payouts_needs_the_account_that_they_clear() -> None:
    made = planned(order_a(), DETAIL, PostingMode.SUMMARY_PAYOUT, "2026-03-02")

    assert [finding.place for finding in made.findings] == ["mapping.accounts.payout_clearing"]
