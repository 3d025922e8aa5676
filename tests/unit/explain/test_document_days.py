"""The documents of a day under another mapping: account by account, and what it cannot book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.explain.payouts import explain_payout
from shared.payouts.planner import plan_payout
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.replaying.documents import DocumentDay
from tests.accounting.lives import PAID, SHIPPED, OrderLife, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS, payout_book
from tests.accounting.shop import ACCOUNTS, book, facts, mapping, usd
from tests.unit.explain.telling import MemoryDocuments, archived
from tests.unit.explain.test_documents import chain_of, explained
from tests.unit.explain.test_payouts import simple

LIFE = OrderLife(book(), (facts(order_a_placed(), PAID, SHIPPED),))
SHIPPED_ON = date(2026, 3, 2)


def replayed(on: date, *, other: StoreBook | None = None, is_forged: bool = False) -> DocumentDay:
    documents, chain = MemoryDocuments(), chain_of(LIFE)
    record = replace(archived(LIFE, documents), customer="C-ADA")
    if is_forged:
        chain = {key: replace(one, content_hash="another") for key, one in chain.items()}
    entries = explained(record, chain, documents, book())
    day = DocumentDay("shop", on)
    day.add(record, chain, entries, (lambda _: other) if other else None)
    return day


def test_the_documents_of_a_day_come_out_as_they_were_sent() -> None:
    day = replayed(SHIPPED_ON)

    balances = {one.account: one.frozen.plain() for one in day.accounts if one.frozen}
    assert day.is_same
    assert {key.split("/")[2] for key in day.same} == {"APPLY", "INVOICE"}
    assert balances["4000"] == "-62.50"
    assert replayed(date(2026, 3, 9)).same == []


def test_another_mapping_shows_its_difference_by_account() -> None:
    other = book(chart=mapping(accounts={**ACCOUNTS, Role.SHIPPING_REVENUE: "4011"}))

    day = replayed(SHIPPED_ON, other=other)

    moved = {one.account: one.difference for one in day.accounts if one.difference}
    assert day.is_same
    assert moved == {"4010": usd("8.00"), "4011": usd("-8.00")}


def test_what_another_mapping_cannot_book_is_named() -> None:
    day = replayed(SHIPPED_ON, other=book(chart=mapping(tenders=())))

    assert set(day.unbookable) == set(day.same)
    assert all(why.startswith("MAPPING_MISSING") for why in day.unbookable.values())


def test_a_document_of_another_content_is_named() -> None:
    day = replayed(SHIPPED_ON, is_forged=True)

    assert not day.is_same
    assert day.different
    assert day.same == []


def paid_on(on: date, *, other: StoreBook | None = None, cents: str = "2.33") -> DocumentDay:
    """The day of J-6.1, whose first fee is another one where `cents` say so."""
    record, chain = simple()
    first, *others = record.payout.lines
    told = replace(first, fee=usd(cents), net=first.amount - usd(cents))
    payout = replace(record.payout, lines=(told, *others))
    record = replace(record, payout=replace(payout, amount=payout.net))
    day = DocumentDay("shop", on, "of payouts")
    entries = explain_payout(record, chain, [payout_book()])
    day.add_payout(entries, plan_payout(record, other) if other else None)
    return day


def test_the_entries_of_a_days_payouts_come_out_as_they_were_sent() -> None:
    day = paid_on(date(2026, 3, 5))

    balances = {one.account: one.frozen.plain() for one in day.accounts if one.frozen}
    assert day.is_same
    assert len(day.same) == 1
    assert balances == {"1100": "-165.45", "1120": "159.34", "6100": "6.11"}
    assert paid_on(date(2026, 3, 9)).same == []


def test_a_payout_that_its_kept_rows_do_not_give_is_another_one() -> None:
    day = paid_on(date(2026, 3, 5), cents="2.34")

    assert not day.is_same
    assert ["another content" in why for why in day.different.values()] == [True]


def test_another_mapping_shows_what_it_would_have_made_of_a_payout() -> None:
    moved = {**PAYOUT_ACCOUNTS, Role.PROCESSING_FEES: "6199"}
    without = {role: each for role, each in moved.items() if role is not Role.PROCESSING_FEES}

    day = paid_on(date(2026, 3, 5), other=book(chart=mapping(accounts=moved)))
    unbooked = paid_on(date(2026, 3, 5), other=book(chart=mapping(accounts=without)))

    differences = {one.account: one.difference for one in day.accounts if one.difference}
    assert differences == {"6100": usd("-6.11"), "6199": usd("6.11")}
    assert ["MAPPING_MISSING" in why for why in unbooked.unbookable.values()] == [True]
