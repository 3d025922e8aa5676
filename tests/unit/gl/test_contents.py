"""The day's journal: grouped, not netted, balanced, and bound to exactly its events (R-11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.orders import Facts
from intacct.documents import Dimensions, JournalLine, Side
from intacct.statistics import StatisticalLine
from shared.gl.contents import (
    Adder,
    Contents,
    SummaryError,
    contents_of,
    grouped,
    lines_of,
    membership_hash,
)
from shared.policy.choices import Cogs, Moment, PostingMode
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


def added_up(entries: Iterable[DayEntry], **more: Any) -> Contents:
    return contents_of(entries, "shop", USD, date(2026, 3, 2), **more)


def test_the_day_of_orders_a_and_b_is_one_journal() -> None:
    contents = added_up(second_of_march())
    (part,) = contents.parts
    assert told(part.lines) == parse(J_11_1)
    assert contents.debits == usd("233.85")


def test_cost_of_goods_of_the_day_stands_beside_it() -> None:
    lines = added_up(second_of_march(cogs=Cogs.CART_COST)).parts[0].lines
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
    with pytest.raises(SummaryError, match="twice"):
        added_up([*entries, replace(entries[0], occurred_at=day(2, 1))])


def test_events_that_pass_by_out_of_order_are_refused() -> None:
    first, second = sorted(second_of_march(), key=lambda entry: entry.event)[:2]
    adder = Adder("shop", USD, date(2026, 3, 2))
    adder.add(second)
    with pytest.raises(SummaryError, match="out of order"):
        adder.add(first)


@pytest.mark.parametrize("change", [{"currency": "EUR"}, {"store": "x"}, {"ledger_on": date.max}])
def test_stores_days_and_currencies_do_not_mix(change: dict[str, Any]) -> None:
    entries = second_of_march()
    other = replace(entries[0], event="sale:other", lines=(), **change)
    with pytest.raises(SummaryError, match="exactly one"):
        added_up([*entries, other])


def test_what_does_not_balance_is_refused() -> None:
    entry = second_of_march()[0]
    with pytest.raises(SummaryError, match="balance"):
        added_up([replace(entry, lines=entry.lines[1:])])


def test_nothing_makes_no_journal() -> None:
    contents = added_up([])
    assert (contents.parts, contents.members, contents.debits) == ((), 0, usd("0.00"))


def test_the_mapping_versions_of_a_day_are_told() -> None:
    one, other = sorted(second_of_march(), key=lambda entry: entry.event)[:2]
    mixed = [replace(one, mapping_version="8"), replace(other, mapping_version="7")]
    assert added_up(mixed).mapping_version == "7, 8"


def test_counts_of_a_day_are_added_up_by_account_and_dimensions() -> None:
    web = Dimensions(location="WEB")
    orders = StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(1), web)
    units = StatisticalLine("STAT-UNITS", Side.DEBIT, Decimal(3), web)
    taken = StatisticalLine("STAT-UNITS", Side.CREDIT, Decimal(3), web)
    entries = sorted(second_of_march(), key=lambda entry: entry.event)[:3]
    counted = zip(entries, [(orders, units), (orders,), (taken,)], strict=True)
    counts = added_up([replace(entry, counts=each) for entry, each in counted]).counts
    assert counts == (StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(2), web),)


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
    whole = added_up(entries)
    parts = added_up(entries, lines_max=lines_max).parts
    assert all(len(part.lines) <= lines_max for part in parts)
    assert all(not imbalance(part.lines, USD) for part in parts)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    lines = [line for part in parts for line in part.lines]
    assert lines_of(grouped(lines)) == lines_of(grouped(whole.parts[0].lines))
