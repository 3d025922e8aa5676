"""The documents of a day under another mapping: account by account, and what it cannot book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.replaying.documents import DocumentDay
from tests.accounting.lives import PAID, SHIPPED, OrderLife, order_a_placed
from tests.accounting.shop import ACCOUNTS, book, facts, mapping, usd
from tests.unit.explain.telling import MemoryDocuments, archived
from tests.unit.explain.test_documents import chain_of, explained

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
