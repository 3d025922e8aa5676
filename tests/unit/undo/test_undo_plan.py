"""What draws on others is undone before them; what cannot be known is not guessed at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from commerce.money import Money
from intacct.documents import DocumentResult
from intacct.undoing import ReverseDocument
from shared.ledger.records import State
from shared.postings.findings import Reason
from shared.postings.plan import PostingKind
from shared.undo.dates import posted_on
from shared.undo.in_books import named
from shared.undo.plan import Way
from tests.unit.undo.planned_undo import INVOICE, change, lived, planned
from tests.unit.undo.rig import PK


def test_what_draws_on_others_is_undone_before_them() -> None:
    plan = planned(*lived())

    kinds = [item.undoes.split("/")[2] for item in plan.items]
    ways = [item.way for item in plan.items]
    assert kinds == [
        "REFUND_PAY",
        "APPLY",
        "ADVANCE",
        "CREDIT",
        "INVOICE",
        "INVOICE",
        "JOURNAL",
        "JOURNAL",
    ]
    assert ways == [Way.REVERSAL] * 4 + [Way.CREDIT_MEMO, Way.APPLICATION] + [Way.MIRROR] * 2
    assert plan.findings == ()
    assert len(plan.left) == 1


def test_each_posting_of_the_undo_has_a_key_and_a_mark_of_its_own() -> None:
    rig, life = lived()
    plan = planned(rig, life)

    keys = [posting.key for posting in plan.postings]
    assert len(set(keys)) == len(keys)
    assert set(keys).isdisjoint(rig.ledger.chain(PK))
    marks = [getattr(posting.document, "reference", "") for posting in plan.postings]
    assert len(set(marks)) == len(marks)
    assert all(0 < len(mark) <= 21 for mark in marks)


def test_an_order_that_nothing_was_billed_from_is_closed() -> None:
    rig, life = lived("order_a_cancelled_before_invoice")
    rig.ask()
    with rig.teller:
        outcome = rig.undo(life.book)
        (order,) = rig.teller.company.books.select("sales_document", private=True)

    assert outcome.kind.value == "complete"
    assert order["state"] == "closed"
    assert rig.balances() == {}


def test_an_invoice_that_the_facts_tell_otherwise_is_not_guessed_at() -> None:
    rig, life = lived()
    record = rig.ledger.chain(PK)[INVOICE]
    change(rig, INVOICE, replace(record, effect="0" * 16))

    plan = planned(rig, life)

    assert plan.items == ()
    assert [(f.reason, f.place) for f in plan.findings] == [
        (Reason.CONTENT_CONFLICT, record.document_number)
    ]


def test_without_the_digest_of_its_lines_the_whole_content_must_be_the_same() -> None:
    rig, life = lived()
    record = rig.ledger.chain(PK)[INVOICE]
    change(rig, INVOICE, replace(record, effect=""))
    same = planned(rig, life)
    change(rig, INVOICE, replace(record, effect="", content_hash="another"))
    other = planned(rig, life)

    assert same.findings == ()
    assert [finding.reason for finding in other.findings] == [Reason.CONTENT_CONFLICT]


def test_an_invoice_whose_total_sage_made_otherwise_shows_the_difference() -> None:
    rig, life = lived()
    record = rig.ledger.chain(PK)[INVOICE]
    total = Money.of("70.00", "USD")
    change(rig, INVOICE, replace(record, result=DocumentResult("1", total=total)))

    (finding,) = planned(rig, life).findings

    assert finding.reason is Reason.AMOUNT_MISMATCH
    assert finding.difference == Money.of("0.05", "USD")


def test_what_a_person_must_decide_is_decided_first() -> None:
    rig, life = lived()
    change(rig, INVOICE, replace(rig.ledger.chain(PK)[INVOICE], state=State.REVIEW))

    assert planned(rig, life).items == ()
    assert [finding.reason for finding in planned(rig, life).findings] == [
        Reason.IN_DOUBT_EXHAUSTED
    ]


def test_what_is_in_doubt_is_looked_up_and_undone_too() -> None:
    rig, life = lived()
    sent = replace(rig.ledger.chain(PK)[INVOICE], state=State.SENT, result=None)
    change(rig, INVOICE, sent)
    doubts = planned(rig, life).doubts
    rig.ask()
    with rig.teller:
        outcome = rig.undo_at_last(life.book)

    assert doubts == (sent.document_number,)
    assert outcome.kind.value == "complete", outcome
    assert rig.balances() == {}


def test_a_doubt_of_which_too_little_was_kept_goes_to_a_person() -> None:
    rig, life = lived()
    sent = replace(rig.ledger.chain(PK)[INVOICE], state=State.SENT, result=None, expected="")
    change(rig, INVOICE, sent)
    rig.ask()
    with rig.teller:
        outcome = rig.undo(life.book)

    assert [finding.place for finding in outcome.findings] == [sent.document_number]
    assert rig.kept.undo is not None


def test_what_waits_to_be_sent_is_cancelled_first() -> None:
    rig, life = lived("order_a")
    key = "acme/100/ADVANCE/shop:receipt:never"
    known = next(iter(rig.ledger.chain(PK).values()))
    change(rig, key, replace(known, key=key, state=State.READY, result=None))
    rig.ask()
    with rig.teller:
        outcome = rig.undo(life.book)

    assert outcome.kind.value == "complete"
    assert rig.ledger.chain(PK)[key].state is State.CANCELLED


def test_a_posting_of_another_entity_is_undone_in_its_own_books() -> None:
    rig, life = lived("order_a")
    moved = replace(life.book, entity="200")
    stock = replace(moved, mapping=replace(moved.mapping, stock_entity="100"))
    keys = {key: record for key, record in rig.ledger.chain(PK).items() if "/ADVANCE/" in key}
    (record,) = keys.values()

    (item,) = rig.undoer.plan(rig.kept, {record.key: record}, stock).items
    refused = rig.undoer.plan(rig.kept, {record.key: record}, moved)

    assert [finding.reason for finding in refused.findings] == [Reason.CONTENT_CONFLICT]
    assert record.key.startswith("acme/100/")
    assert item.posting.key.startswith("acme/100/VOID/shop:undo:ADVANCE:")


def test_what_the_facts_tell_of_no_more_is_undone_by_its_key_on_its_own_day() -> None:
    rig, life = lived("order_a_refund_pending_then_settled")

    plan = planned(rig, life)

    (item,) = (one for one in plan.items if "/DEBIT/" in one.undoes)
    assert isinstance(item.posting.document, ReverseDocument)
    assert item.dated_on == date(2026, 3, 30)


def test_a_date_is_never_before_the_document() -> None:
    rig, life = lived()
    record = rig.ledger.chain(PK)[INVOICE]

    assert posted_on(record, None, life.book) == date(2026, 3, 2)
    assert posted_on(replace(record, dated_on=None), None, life.book) == date(2026, 4, 20)


@pytest.mark.parametrize("key", ["", "acme/100", "acme/100/LETTER/shop:1", "a/b/c"])
def test_a_text_that_is_no_posting_key_names_nothing(key: str) -> None:
    assert named(key) is None


def test_a_posting_key_names_entity_kind_store_and_purpose() -> None:
    name = named("acme/100/PAYMENT/shop@1:receipt:a/b:c")

    assert name is not None
    assert (name.entity, name.kind, name.store) == ("100", PostingKind.PAYMENT, "shop@1")
    assert (name.purpose, name.undoes) == ("receipt:a/b:c", False)


def test_after_an_undo_the_order_is_posted_anew_under_keys_of_its_own_and_undone_again() -> None:
    rig, life = lived()
    with rig.teller:
        rig.ask()
        rig.undo(life.book)
        again = life.book.for_revision(1)
        before = set(rig.ledger.chain(PK))
        rig.live(life, book=again)
        fresh = set(rig.ledger.chain(PK)) - before
        posted = rig.balances()
        rig.facts.records[PK] = replace(rig.kept, revision=1)
        rig.ask()
        outcome = rig.undo(life.book)

    assert outcome.kind.value == "complete"
    assert posted["4000"] == -62.50
    assert fresh
    assert all("shop@1:" in key for key in fresh)
    assert rig.balances() == {}
    assert rig.kept.revision == 2
