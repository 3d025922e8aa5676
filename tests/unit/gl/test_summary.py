"""The day's journal: grouped, not netted, balanced, and bound to exactly its events (R-11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.orders import Facts
from intacct.documents import Dimensions, JournalLine, Side
from shared.gl.summary import SummaryError, journal_entry, membership_hash, split, summarise
from shared.policy.switches import Cogs, Moment, PostingMode
from shared.postings.effects import imbalance
from shared.postings.plan import DayEntry, Plan
from shared.postings.planner import plan
from tests.accounting.journals import parse, told
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import (
    STATE,
    USD,
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    order,
    parcel,
    ref,
    refund,
    tax,
    usd,
)

J_11_1 = (
    "Dr 1100 200.60; Dr 4090 6.25; Dr 4095 25.00; Dr 2100-NYS 0.90; Dr 2100-NYC 1.01; "
    "Dr 2100-MTA 0.09; Cr 1100 24.50; Cr 4090 2.50; Cr 4000 182.50; Cr 4010 8.00; "
    "Cr 2100-NYS 13.22; Cr 2100-NYC 2.89; Cr 2100-MTA 0.24"
)
J_11_3 = "Dr 5000 70.10; Cr 5000 9.00; Dr 1300 9.00; Cr 1300 70.10"
J_11_7 = "Dr 4095 20.00; Dr 2100-NYS 1.78; Cr 1100 21.78"


def daily(known: Facts, **policy: Any) -> Plan:
    return plan(known, {}, book(posting_mode=PostingMode.SUMMARY_DAILY, **policy))


def order_b(*more: Any) -> Facts:
    placed = replace(
        order(line("sofa", "120.00", cost="48.00", taxes=(tax(STATE, "10.65"),)), at=day(2)),
        ref=ref("order", "order-2"),
    )
    paid, sent = captured("capture-2", "130.65", day(2)), parcel("parcel-b", day(2), sofa=1)
    return facts(placed, paid, sent, *more)


def order_a() -> Facts:
    paid = replace(PAID, processed_at=day(2, 14))
    return facts(order_a_placed(), paid, SHIPPED, one_tee_back(at=2))


def second_of_march(**policy: Any) -> list[DayEntry]:
    return [*daily(order_a(), **policy).day_entries, *daily(order_b(), **policy).day_entries]


def test_the_day_of_orders_a_and_b_is_one_journal() -> None:
    summary = summarise(second_of_march())
    assert told(summary.lines) == parse(J_11_1)
    assert summary.ledger_on == date(2026, 3, 2)
    assert summary.debits == usd("233.85")


def test_cost_of_goods_of_the_day_stands_beside_it() -> None:
    lines = summarise(second_of_march(cogs=Cogs.CART_COST)).lines
    of_goods = [line for line in lines if line.account in ("5000", "1300")]
    assert told(of_goods) == parse(J_11_3)


def test_a_refund_of_the_next_day_leaves_the_old_summary_untouched() -> None:
    before = daily(order_b()).day_entries
    money = (given_back("21.78", day(3)),)
    late = refund(back("sofa", 1, "20.00", "1.78"), at=day(3), name="refund-b", transactions=money)
    after = daily(order_b(late)).day_entries
    assert after[: len(before)] == before
    (new,) = after[len(before) :]
    assert told(new.lines) == parse(J_11_7)
    assert (new.event, new.ledger_on) == ("refund:refund-b", date(2026, 3, 3))


def test_billed_on_capture_the_whole_order_is_one_event() -> None:
    moments = {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.CAPTURE}
    (entry,) = daily(facts(order_a_placed(), PAID), **moments).day_entries
    assert (entry.event, entry.order_total) == ("sale:order-1", usd("69.95"))


def test_a_sale_waits_for_its_money() -> None:
    planned = daily(facts(order_a_placed(), SHIPPED))
    assert planned.day_entries == ()
    assert any("money for parcel-1" in text for text in planned.waiting)


def test_a_credit_without_money_is_held() -> None:
    planned = daily(facts(order_a_placed(), PAID, SHIPPED, one_tee_back(transactions=())))
    assert [finding.reason for finding in planned.findings] == ["OUT_OF_SCOPE"]
    assert planned.day_entries == ()


def test_membership_names_exactly_the_events_whatever_their_order() -> None:
    entries = second_of_march()
    assert membership_hash(entries) == membership_hash(reversed(entries))
    assert membership_hash(entries) != membership_hash(entries[1:])


def test_membership_changes_with_a_cent() -> None:
    entries = second_of_march()
    lines = tuple(replace(x, amount=x.amount + usd("0.01")) for x in entries[0].lines)
    assert membership_hash([replace(entries[0], lines=lines)]) != membership_hash(entries[:1])


def test_an_event_counts_once() -> None:
    entries = second_of_march()
    assert summarise([*entries, *entries]) == summarise(entries)


def test_the_same_event_with_other_content_is_refused() -> None:
    entries = second_of_march()
    other = replace(entries[0], occurred_at=day(2, 1))
    with pytest.raises(SummaryError, match="twice"):
        summarise([*entries, other])


@pytest.mark.parametrize("change", [{"currency": "EUR"}, {"store": "x"}, {"ledger_on": date.max}])
def test_stores_days_and_currencies_do_not_mix(change: dict[str, Any]) -> None:
    entries = second_of_march()
    other = replace(entries[0], event="sale:other", lines=(), **change)
    with pytest.raises(SummaryError, match="exactly one"):
        summarise([*entries, other])


def test_what_does_not_balance_is_refused() -> None:
    entry = second_of_march()[0]
    with pytest.raises(SummaryError, match="balance"):
        summarise([replace(entry, lines=entry.lines[1:])])


def test_nothing_makes_no_journal() -> None:
    with pytest.raises(SummaryError):
        summarise([])


def test_the_journal_is_posted_as_one_batch() -> None:
    summary = summarise(second_of_march())
    entry = journal_entry(summary, reference="GL-1", journal="GJ", description="2 March")
    assert entry.is_batch
    assert entry.lines == summary.lines
    assert entry.posted_on == summary.ledger_on


@given(
    st.lists(st.tuples(st.integers(1, 9999), st.integers(0, 6)), min_size=1, max_size=40),
    st.integers(2, 12),
)
def test_parts_of_a_long_day_each_balance_and_lose_nothing(
    sales: list[tuple[int, int]], lines_max: int
) -> None:
    entries = [
        DayEntry(
            event=f"sale:{index}",
            store="shop",
            currency=USD,
            ledger_on=date(2026, 3, 2),
            occurred_at=day(2),
            lines=(
                JournalLine("1100", Side.DEBIT, usd(str(Decimal(cents) / 100))),
                JournalLine(
                    f"400{account}",
                    Side.CREDIT,
                    usd(str(Decimal(cents) / 100)),
                    Dimensions(location="100"),
                ),
            ),
        )
        for index, (cents, account) in enumerate(sales)
    ]
    parts = split(entries, lines_max=lines_max)
    summaries = [summarise(part) for part in parts]
    assert all(len(summary.lines) <= lines_max for summary in summaries)
    assert all(not imbalance(summary.lines, USD) for summary in summaries)
    assert sorted(e for s in summaries for e in s.events) == sorted(e.event for e in entries)
