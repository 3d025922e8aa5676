"""The scenarios through both protocols: the simulated company's ledger must equal the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shared.gl.batches import postings, sealed_of
from shared.gl.days import DayKey
from shared.policy.choices import Cogs, PostingMode
from shared.postings.planner import plan
from tests.accounting.journals import SCENARIOS, Played, Scenario, balances, net
from tests.accounting.lives import LIVES, PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import (
    STATE,
    book,
    captured,
    day,
    facts,
    line,
    order,
    parcel,
    ref,
    tax,
)
from tests.scenarios.conftest import Sage


def _expected(played: Played) -> dict[str, Decimal]:
    return {account: amount for account, amount in net(played.lines()).items() if amount}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.id)
def test_a_scenario_leaves_its_balances_in_the_books(
    scenario: Scenario, sage: Sage, show: Callable[[str, Played], None]
) -> None:
    played = sage.live(LIVES[scenario.life]())
    show(f"{scenario.id} {scenario.title}", played)
    ledger = sage.simulator.balances()
    before = net(played.lines(*scenario.before)) if scenario.before else {}
    expected = balances(scenario.balances)
    ended = {
        account: ledger.get(account, Decimal(0)) - before.get(account, Decimal(0))
        for account in expected
    }
    assert ended == expected


@pytest.mark.parametrize("name", LIVES)
def test_the_books_hold_what_each_posting_said_it_would_do(name: str, sage: Sage) -> None:
    played = sage.live(LIVES[name]())
    assert sage.simulator.balances() == _expected(played)


def _state_of_order(sage: Sage, played: Played) -> str:
    key = played.posted[played.postings["SO_CREATE order:order-1"].key].key
    record = sage.simulator.company.books.get("sales_document", int(key))
    assert record is not None
    return str(record["state"])


@pytest.mark.parametrize(
    "name",
    ["order_a", "order_a_two_parcels", "order_a_deferred_two_parcels", "three_that_do_not_divide"],
)
def test_an_order_that_was_billed_whole_is_converted(name: str, sage: Sage) -> None:
    assert _state_of_order(sage, sage.live(LIVES[name]())) == "converted"


def test_an_order_of_which_a_part_was_cancelled_stays_partly_converted(sage: Sage) -> None:
    played = sage.live(LIVES["order_a_half_cancelled"]())
    assert _state_of_order(sage, played) == "partiallyConverted"


def test_the_day_of_a_summary_channel_is_one_batch_in_the_books(sage: Sage) -> None:
    """J-11.1 and J-11.3 by GLBATCH: orders A and B and the return of 2 March 2026."""
    summary_book = book(posting_mode=PostingMode.SUMMARY_DAILY, cogs=Cogs.CART_COST)
    order_a = facts(
        order_a_placed(), replace(PAID, processed_at=day(2, 14)), SHIPPED, one_tee_back(at=2)
    )
    order_b = facts(
        replace(
            order(line("sofa", "120.00", cost="48.00", taxes=(tax(STATE, "10.65"),))),
            ref=ref("order", "order-2"),
        ),
        captured("capture-2", "130.65", day(2)),
        parcel("parcel-b", day(2), sofa=1),
    )
    entries = [
        entry for known in (order_a, order_b) for entry in plan(known, {}, summary_book).day_entries
    ]
    day_key = DayKey("acme", "shop", "USD", date(2026, 3, 2))
    (posting,) = postings(day_key, sealed_of(day_key, entries, summary_book))
    sage.post(posting)
    assert sage.simulator.balances() == balances(
        "1100 176.10; 4090 3.75; 4095 25.00; 4000 -182.50; 4010 -8.00; 2100-NYS -12.32; "
        "2100-NYC -1.88; 2100-MTA -0.15; 5000 61.10; 1300 -61.10"
    )
