"""The leg of orders: facts against ledger, for every order of the accounting reference."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.money import Money
from shared.facts.record import FactsStatus
from shared.ledger.content import digest
from shared.ledger.records import State
from shared.policy.choices import PostingMode
from shared.policy.mapping import ItemRule
from shared.postings.findings import Finding, Reason
from shared.postings.plan import PostingKind
from shared.postings.planner import plan
from shared.reconciliation.differences import Cause
from tests.accounting.journals import net, play
from tests.accounting.lives import LIVES, PAID, SHIPPED, order_a, order_a_placed
from tests.accounting.shop import book, captured, day, facts, mapping, usd
from tests.unit.reconciliation.told import chain_of, row_of


@pytest.mark.parametrize("name", LIVES)
def test_an_order_that_is_posted_whole_has_no_difference_and_the_effects_it_was_posted_with(
    name: str,
) -> None:
    life = LIVES[name]()
    played = play(life)
    row = row_of(life.stages[-1], chain_of(life, played).values(), life.book)

    sums: dict[str, Decimal] = {}
    for document in row.documents:
        for account, amount in document.effect or ():
            sums[account] = sums.get(account, Decimal(0)) + amount
    expected = {a: v for a, v in net(played.lines()).items() if v}
    assert row.differences == ()
    assert all(one.is_posted for one in row.documents)
    assert {a: v for a, v in sums.items() if v} == expected


@pytest.mark.parametrize("name", list(LIVES)[::3])
def test_a_document_that_did_not_come_yet_is_named_with_its_amount(name: str) -> None:
    life = LIVES[name]()
    *begun, last = chain_of(life).values()

    row = row_of(life.stages[-1], begun, life.book)

    (found,) = (d for d in row.differences if last.document_number in d.what)
    (document,) = (one for one in row.documents if one.key == last.key)
    assert (found.cause, found.amount) == (Cause.NOT_POSTED, -document.amount)
    assert row.is_open


def test_a_document_in_doubt_is_in_doubt_and_not_missing() -> None:
    life = order_a()
    chain = chain_of(life)
    sent = next(key for key in chain if "/INVOICE/" in key)
    chain[sent] = replace(chain[sent], state=State.SENT, result=None)
    apply = next(key for key in chain if "/APPLY/" in key)
    del chain[apply]

    row = row_of(life.stages[-1], chain.values(), life.book)

    assert [d.cause for d in row.differences if "invoice" in d.what] == [Cause.IN_DOUBT]
    assert [d.amount for d in row.differences if "invoice" in d.what] == [Decimal("-69.95")]


def test_one_cent_that_the_cart_changed_afterwards_is_found() -> None:
    life = order_a()
    chain = chain_of(life)
    dearer = facts(order_a_placed(), replace(PAID, amount=usd("69.96")), SHIPPED)

    row = row_of(dearer, chain.values(), life.book)

    (found,) = [d for d in row.differences if d.what.startswith("advance ")]
    assert (found.cause, found.amount) == (Cause.CART_DIFFERS, Decimal("-0.01"))


def test_a_document_that_no_fact_explains_is_not_in_the_cart() -> None:
    life = order_a()
    chain = chain_of(life)
    unpaid = facts(order_a_placed(), SHIPPED)

    row = row_of(unpaid, chain.values(), life.book)

    causes = {d.what.split()[0]: d.cause for d in row.differences}
    assert causes["advance"] is Cause.NOT_IN_CART


def test_a_held_order_is_named_with_its_findings_and_its_amount() -> None:
    off = Finding(
        Reason.UNBALANCED, "totals", "lines and total differ", "", Money.of("0.01", "USD")
    )
    row = row_of(
        facts(order_a_placed(), PAID), [], book(), status=FactsStatus.HELD, findings=(off,)
    )

    assert [(d.cause, d.amount) for d in row.differences] == [(Cause.HELD, Decimal("0.01"))]
    assert row.is_open


def test_what_was_posted_under_an_older_mapping_keeps_its_accounts() -> None:
    life = order_a()
    before = row_of(life.stages[-1], chain_of(life).values(), life.book)
    moved = mapping(item_rules=(ItemRule("TEE", "TEE", account="4001"), ItemRule("MUG", "MUG")))
    newer = replace(life.book, mapping=replace(moved, version="2", department="WEB"))

    row = row_of(life.stages[-1], chain_of(life).values(), newer, known=before)

    effects = {one.key: one.effect for one in row.documents}
    assert effects == {one.key: one.effect for one in before.documents}
    assert row.differences == ()


def test_without_an_older_row_such_an_effect_is_unknown_and_no_difference() -> None:
    life = order_a()
    newer = replace(life.book, mapping=mapping(version="2", department="WEB"))

    row = row_of(life.stages[-1], chain_of(life).values(), newer)

    invoice = next(one for one in row.documents if one.kind is PostingKind.INVOICE)
    assert invoice.effect is None
    assert row.differences == ()


def test_events_of_a_summary_channel_are_compared_with_the_day_book() -> None:
    outlet = book(posting_mode=PostingMode.SUMMARY_DAILY)
    known = facts(order_a_placed(), PAID, SHIPPED)
    entries = plan(known, {}, outlet).day_entries
    entered = {entry.event: digest(entry.lines) for entry in entries}

    whole = row_of(known, [], outlet, entered=entered)
    missing = row_of(known, [], outlet)
    other = row_of(known, [], outlet, entered=dict.fromkeys(entered, "x"))
    more = row_of(known, [], outlet, entered={**entered, "sale:9": "x"})

    assert whole.differences == ()
    assert [d.cause for d in missing.differences] == [Cause.NOT_POSTED] * len(entries)
    assert {d.cause for d in other.differences} == {Cause.CART_DIFFERS}
    assert [d.cause for d in more.differences] == [Cause.NOT_IN_CART]


def test_money_is_told_by_account_and_day() -> None:
    life = order_a()
    paid_later = facts(order_a_placed(), captured("c", "69.95", day(5)), SHIPPED)
    row = row_of(paid_later, [], life.book)

    assert [(m.account, m.on.day, m.amount) for m in row.money] == [("1100", 5, Decimal("69.95"))]
