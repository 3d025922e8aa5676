"""Entries of payouts: each line is its rows and what becomes of the net, to the cent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intacct.documents import DocumentResult
from shared.explain.lines import ExplainedEntry
from shared.explain.payouts import explain_payout
from shared.ledger.records import Record
from shared.payouts.planner import plan_payout
from shared.payouts.records import PayoutRecord, merged
from shared.policy.mapping import Role
from tests.accounting.payout_lives import LIVES, PAYOUT_ACCOUNTS, PayoutLife, payout_book
from tests.unit.explain.telling import record_of
from tests.unit.payouts.told import SENT_AT, payout


def kept(life: PayoutLife) -> list[PayoutRecord]:
    records: dict[str, PayoutRecord] = {}
    for told, at in life.told:
        records[told.ref.id] = merged("acme", records.get(told.ref.id), told, at=at)
    return list(records.values())


def chain_of(record: PayoutRecord, life: PayoutLife) -> dict[str, Record]:
    return {
        entry.posting.key: record_of("PAY", entry.posting, DocumentResult("1"))
        for entry in plan_payout(record, life.book).entries
    }


@pytest.mark.parametrize("name", LIVES)
def test_every_entry_of_every_life_is_explained_to_the_cent(name: str) -> None:
    life = LIVES[name]()
    for record in kept(life):
        chain = chain_of(record, life)

        entries = explain_payout(record, chain, [life.book])

        assert {entry.key for entry in entries} == set(chain)
        assert [entry.all_problems for entry in entries if not entry.is_proved] == []


def simple() -> tuple[PayoutRecord, dict[str, Record]]:
    record = merged("acme", None, payout(), at=SENT_AT)
    return record, chain_of(record, PayoutLife(payout_book(), ()))


def line_of(entries: list[ExplainedEntry], account: str) -> list[tuple[str, str, str]]:
    (entry,) = entries
    line = next(line for line in entry.lines if line.account == account)
    return [(part.what, part.order_id, part.amount.plain()) for part in line.parts]


def test_clearing_is_told_by_order_and_fees_by_row() -> None:
    record, chain = simple()

    entries = explain_payout(record, chain, [payout_book()])

    assert line_of(entries, "1100") == [
        ("payout row 1: charge", "A", "69.95"),
        ("payout row 2: charge", "B", "120.00"),
        ("payout row 3: refund", "A", "-24.50"),
    ]
    assert line_of(entries, "6100") == [
        ("payout row 1: charge", "A", "2.33"),
        ("payout row 2: charge", "B", "3.78"),
    ]
    assert line_of(entries, "1120") == [("the payout's net", "", "159.34")]
    clearing = next(line for line in entries[0].lines if line.account == "1100")
    assert clearing.parts[0].rules == ("accounts.payout_clearing",)


def test_the_version_under_which_it_was_booked_is_found() -> None:
    record, chain = simple()
    accounts = {**PAYOUT_ACCOUNTS, Role.PROCESSING_FEES: "6199"}
    newer = payout_book(accounts)

    both = explain_payout(record, chain, [newer, payout_book()])
    newest_only = explain_payout(record, chain, [newer])

    assert all(entry.is_proved for entry in both)
    assert "has another content" in newest_only[0].all_problems[0]


def test_rows_that_were_changed_after_booking_are_told_as_a_problem() -> None:
    record, chain = simple()
    first, *others = record.payout.lines
    shifted = replace(first, order_id="C", amount=first.amount * 2, net=first.net + first.amount)
    told = replace(record.payout, amount=None, lines=(shifted, *others))

    entries = explain_payout(replace(record, payout=told), chain, [payout_book()])

    assert not entries[0].is_proved


def test_an_entry_that_was_never_sent_and_one_that_nobody_planned_are_problems() -> None:
    record, chain = simple()
    (known,) = chain.values()
    stranger = replace(known, key="acme/100/JOURNAL/shop:payout:po-1001:again")

    entries = explain_payout(record, {stranger.key: stranger}, [payout_book()])

    assert ["never sent" in entry.all_problems[0] for entry in entries] == [True, False]
    assert "gives no such entry" in entries[1].all_problems[0]
