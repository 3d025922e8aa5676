"""Fees of a summary channel: events of their own days, in a journal of their own (J-11.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commerce.orders import Facts
from intacct.documents import JournalEntry
from shared.gl.batches import Sealed, postings, sealed_of
from shared.gl.contents import Part, contents_of
from shared.gl.corrections import part_differences
from shared.gl.days import DayKey
from shared.gl.revisions import BatchKind
from shared.policy.choices import CustomerMode, FeesOn, PostingMode
from shared.postings.book import StoreBook
from shared.postings.day_fees import entered_fees, is_fee, settled_by
from shared.postings.plan import DayEntry, Plan
from shared.postings.planner import plan
from tests.accounting.journals import parse, told
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import USD, book, day, facts, mapping, usd
from tests.unit.gl.test_contents import J_11_1, order_b

J_11_2 = "Dr 6100 6.42; Cr 1100 6.42"
SECOND = date(2026, 3, 2)
KEY = DayKey("acme", "shop", USD, SECOND)


def fee_book(**policy: Any) -> StoreBook:
    usual = {
        "posting_mode": PostingMode.SUMMARY_DAILY,
        "customer_mode": CustomerMode.CHANNEL,
        "fees_on": FeesOn.CAPTURE,
    }
    chart = mapping(accounts=PAYOUT_ACCOUNTS, channel_customer="C-WEB")
    return book(chart=chart, **(usual | policy))


def with_fee(known: Facts, fee: str) -> Facts:
    return replace(known, payments=tuple(replace(p, fee=usd(fee)) for p in known.payments))


def order_a() -> Facts:
    paid = replace(PAID, processed_at=day(2, 14))
    return with_fee(facts(order_a_placed(), paid, SHIPPED, one_tee_back(at=2)), "2.33")


def planned(known: Facts, books: StoreBook | None = None) -> Plan:
    made = plan(known, {}, books or fee_book())
    assert not made.findings, made.findings
    return made


def second_of_march() -> list[DayEntry]:
    both = (order_a(), with_fee(order_b(), "4.09"))
    return [entry for known in both for entry in planned(known).day_entries]


def journals(now: Sealed, before: Sealed | None = None) -> list[JournalEntry]:
    made = (posting.document for posting in postings(KEY, now, before))
    return [document for document in made if isinstance(document, JournalEntry)]


def test_fees_of_the_day_are_a_journal_beside_that_of_its_sales() -> None:
    """J-11.2 beside J-11.1."""
    day_ = sealed_of(KEY, second_of_march(), fee_book())

    fees, sales = journals(day_)

    assert (told(fees.lines), told(sales.lines)) == (parse(J_11_2), parse(J_11_1))
    assert "gateway fees" in fees.description
    assert "gateway fees" not in sales.description
    assert fees.reference != sales.reference


def test_both_journals_share_the_key_of_their_day() -> None:
    """R-11.10: parts share the key, and all of them post or none counts."""
    made = postings(KEY, sealed_of(KEY, second_of_march(), fee_book()))

    assert len({posting.key.rpartition(":")[0] for posting in made}) == 1
    assert [posting.key.rpartition(":")[2] for posting in made] == ["1", "2"]


def test_a_fee_belongs_to_the_day_of_its_capture_whenever_the_goods_leave() -> None:
    paid = replace(PAID, fee=usd("2.33"))

    before = planned(facts(order_a_placed(), paid)).day_entries
    after = planned(facts(order_a_placed(), paid, SHIPPED)).day_entries

    (fee,) = before
    assert (fee.event, fee.ledger_on, fee.counts) == ("fee:capture-1", date(2026, 3, 1), ())
    assert told(fee.lines) == parse("Dr 6100 2.33; Cr 1100 2.33")
    assert fee in after
    assert {entry.ledger_on for entry in after if entry != fee} == {SECOND}


def test_a_day_of_fees_alone_has_their_journal_alone() -> None:
    paid = replace(PAID, fee=usd("2.33"), processed_at=day(2, 14))
    entries = planned(facts(order_a_placed(), paid)).day_entries

    (fees,) = journals(sealed_of(KEY, entries, fee_book()))

    assert told(fees.lines) == parse("Dr 6100 2.33; Cr 1100 2.33")


@pytest.mark.parametrize(
    "policy",
    [
        {"fees_on": FeesOn.PAYOUT},
        {"fees_on_from": "2026-03-02", "fees_on_before": FeesOn.PAYOUT},
    ],
)
def test_orders_whose_fees_come_with_payouts_have_none_in_their_days(
    policy: dict[str, Any],
) -> None:
    """Order A was placed on the first of March."""
    entries = planned(order_a(), fee_book(**policy)).day_entries

    assert entries
    assert not any(is_fee(entry.event) for entry in entries)


def test_what_is_settled_of_a_fee_stands_whatever_the_cart_tells_later() -> None:
    settled = {"capture-1": usd("2.30")}
    later = with_fee(order_a(), "9.99")

    (fee,) = [
        x for x in planned(later, fee_book().for_fees(settled)).day_entries if is_fee(x.event)
    ]
    none = planned(later, fee_book().for_fees({"capture-1": usd("0.00")})).day_entries

    assert told(fee.lines) == parse("Dr 6100 2.30; Cr 1100 2.30")
    assert not any(is_fee(entry.event) for entry in none)


def test_a_second_life_of_an_order_settles_its_fees_by_the_same_payments() -> None:
    again = fee_book().for_revision(1)
    entries = planned(order_a(), again).day_entries

    settled = settled_by(entries, again)

    assert settled == {"capture-1": usd("2.33")}
    events = [entry.event for entry in entries]
    assert entered_fees(again.for_fees(settled), events) == settled
    assert entered_fees(fee_book().for_fees(settled), events) == {}


def test_a_fee_that_was_taken_back_stands_with_the_fees() -> None:
    entries = [
        replace(entry, event=f"undo:{entry.event}") if is_fee(entry.event) else entry
        for entry in planned(order_a()).day_entries
    ]

    parts = contents_of(entries, "shop", USD, SECOND).parts

    assert {part.is_fees for part in parts} == {True, False}


def test_a_closed_day_is_corrected_by_a_difference_of_sales_and_one_of_fees() -> None:
    """R-11.3, R-11.7: the difference keeps fees apart as well."""
    one = list(planned(order_a()).day_entries)
    before = sealed_of(KEY, one, fee_book())
    now = sealed_of(KEY, second_of_march(), fee_book())
    delta = replace(now.batch, sequence=2, kind=BatchKind.DELTA, replaces=1)

    sales, fees = journals(Sealed(delta, now.parts), before)

    assert told(fees.lines) == parse("Dr 6100 4.09; Cr 1100 4.09")
    assert told(sales.lines) == parse("Dr 1100 130.65; Cr 4000 120.00; Cr 2100-NYS 10.65")


def test_nothing_that_changed_is_no_difference() -> None:
    parts = sealed_of(KEY, second_of_march(), fee_book()).parts

    assert part_differences(parts, parts) == []
    assert part_differences([], parts) == [
        Part(number, part.lines, part.is_fees)
        for number, part in enumerate(sorted(parts, key=lambda part: part.is_fees), start=1)
    ]
