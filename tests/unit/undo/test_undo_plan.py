"""What the undo of an order says before it is done: order, dates, and what stands in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import tests.accounting.more_lives  # noqa: F401  # registers its lives
from commerce.money import Money
from commerce.orders import Version
from intacct.capabilities import Protocol
from intacct.documents import DocumentResult
from intacct.undoing import ReverseDocument
from shared.facts.merge import merge
from shared.ledger.records import Record, State
from shared.policy.choices import PostingMode
from shared.policy.mapping import Role
from shared.posting.entering import enter
from shared.postings.calendars import Calendar
from shared.postings.findings import Reason
from shared.postings.plan import PostingKind
from shared.postings.planner import plan
from shared.undo.dates import posted_on
from shared.undo.in_books import named
from shared.undo.plan import UndoPlan, Way
from tests.accounting.lives import LIVES, OrderLife
from tests.accounting.shop import captured, day, facts, usd
from tests.unit.undo.rig import PK, UndoRig, told

LIFE = "order_a_one_tee_restocked"
MODE = PostingMode.SUMMARY_DAILY
INVOICE = "acme/100/INVOICE/shop:invoice:parcel-1"


def lived(name: str = LIFE) -> tuple[UndoRig, OrderLife]:
    rig, life = told(Protocol.REST), LIVES[name]()
    rig.live(life)
    return rig, life


def planned(rig: UndoRig, life: OrderLife) -> UndoPlan:
    return rig.undoer.plan(rig.kept, rig.ledger.chain(PK), life.book)


def change(rig: UndoRig, key: str, record: Record) -> None:
    rig.ledger.records[PK, key] = record


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


def test_an_open_period_is_undone_on_the_days_of_its_documents() -> None:
    plan = planned(*lived())

    days = {item.undoes.split("/")[2]: item.dated_on for item in plan.items}
    assert days["ADVANCE"] == date(2026, 3, 1)
    assert days["INVOICE"] == date(2026, 3, 2)
    assert days["REFUND_PAY"] == date(2026, 3, 4)
    assert not any(item.is_shifted for item in plan.items)


def test_what_lies_in_a_closed_period_is_undone_on_the_first_open_day() -> None:
    rig, life = lived()
    rig.ask(open_from=date(2026, 3, 3))

    plan = planned(rig, life)

    days = {item.undoes.split("/")[2]: (item.dated_on, item.is_shifted) for item in plan.items}
    assert days["ADVANCE"] == (date(2026, 3, 3), True)
    assert days["REFUND_PAY"] == (date(2026, 3, 4), False)


def test_a_closed_period_stops_the_undo_until_the_first_open_day_is_said() -> None:
    rig, life = lived()
    with rig.teller:
        rig.teller.company.books.periods.close("100", date(2026, 3, 31))
        rig.ask()
        refused = rig.undo(life.book)
        rig.ask(open_from=date(2026, 4, 1))
        waiting = rig.undo(life.book)
        done = rig.undo_at_last(life.book)

    assert [finding.reason for finding in refused.findings] == [Reason.PERIOD_CLOSED]
    assert waiting.reason == "SETTLING"
    assert done.kind.value == "complete", done
    assert rig.balances() == {}


def test_a_closed_period_that_is_learned_moves_the_undo_by_itself_and_is_listed() -> None:
    rig, life = lived()
    late = rig.learns()
    with rig.teller:
        rig.teller.company.books.periods.close("100", date(2026, 3, 31))
        rig.ask()
        outcome = rig.undo_at_last(life.book)

    assert outcome.kind.value == "complete", outcome
    assert rig.balances() == {}
    items = list(late.all("acme"))
    assert {item.posted_on for item in items} == {date(2026, 4, 1)}
    assert {item.true_on.month for item in items} == {3}
    assert len(items) == 8


def test_where_no_period_is_open_yet_nothing_is_undone() -> None:
    rig, life = lived()
    shut = Calendar(closed_through=date(2026, 4, 30), begins=(date(2026, 5, 1),))
    closed = replace(life.book, calendar=replace(shut, today=date(2026, 4, 20)))

    plan = rig.undoer.plan(rig.kept, rig.ledger.chain(PK), closed)

    assert plan.items == ()
    assert {finding.reason for finding in plan.findings} == {Reason.PERIOD_CLOSED}


def test_the_ledger_tells_the_date_under_which_a_late_posting_came_into_the_books() -> None:
    rig, life = lived()
    moved = replace(rig.ledger.chain(PK)[INVOICE], dated_on=date(2026, 4, 1))
    change(rig, INVOICE, moved)

    days = {item.dated_on for item in planned(rig, life).items if item.undoes == INVOICE}

    assert days == {date(2026, 4, 1)}


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


def test_the_events_of_a_summary_channel_are_taken_back_on_their_own_days() -> None:
    rig, life = told(Protocol.REST), LIVES[LIFE]()
    summary = replace(life.book, policy=replace(life.book.policy, posting_mode=MODE))
    with rig.teller:
        rig.enter(life, summary)
        rig.ask()
        outcome = rig.undo(summary)

    sums = rig.entered_sums()
    assert outcome.kind.value == "complete", outcome
    assert sums
    assert all(sum(amounts.values()) == 0 for amounts in sums.values())
    assert {event.partition(":")[0] for event in rig.days.entered(PK)} > {"undo", "sale"}


def test_a_fee_of_a_day_is_taken_back_as_it_was_entered_though_it_is_told_otherwise_now() -> None:
    rig, life = told(Protocol.REST), LIVES["order_a_with_its_fee"]()
    summary = replace(life.book, policy=replace(life.book.policy, posting_mode=MODE))
    with rig.teller:
        rig.enter(life, summary)
        known = rig.kept.known
        dearer = tuple(replace(paid, fee=Money.of("9.99", "USD")) for paid in known.payments)
        settled = {"capture-1": Money.of("2.33", "USD")}
        told_now = replace(rig.kept, known=replace(known, payments=dearer), fees=settled)
        rig.facts.records[PK] = told_now
        rig.ask()
        outcome = rig.undo(summary.for_fees(settled))

    assert outcome.kind.value == "complete", outcome
    (fees,) = [amounts for (_, account), amounts in rig.entered_sums().items() if account == "6100"]
    assert {event: f"{amount}" for event, amount in fees.items()} == {
        "fee:capture-1": "2.33",
        "undo:fee:capture-1": "-2.33",
    }


def test_an_event_that_is_told_otherwise_now_is_taken_back_as_it_was_entered() -> None:
    rig, life = told(Protocol.REST), LIVES[LIFE]()
    summary = replace(life.book, policy=replace(life.book.policy, posting_mode=MODE))
    accounts = {**summary.mapping.accounts, Role.SHIPPING_REVENUE: "4011"}
    dearer = replace(summary, mapping=replace(summary.mapping, accounts=accounts))
    with rig.teller:
        rig.enter(life, summary)
        rig.ask()
        outcome = rig.undo(dearer)

    sums = rig.entered_sums()
    assert outcome.kind.value == "complete", outcome
    assert {account for _, account in sums} >= {"4010"}
    assert "4011" not in {account for _, account in sums}
    assert all(sum(amounts.values()) == 0 for amounts in sums.values())


def test_an_event_with_its_edits_is_taken_back_as_one() -> None:
    rig, life = told(Protocol.REST), LIVES["order_a"]()
    summary = replace(life.book, policy=replace(life.book.policy, posting_mode=MODE))
    known = life.stages[-1]
    assert known.order is not None
    line = replace(known.order.lines[1], unit_price=usd("15.00"), gross=usd("15.00"))
    dearer = replace(
        known.order,
        lines=(known.order.lines[0], line),
        total=known.order.total + usd("2.50"),
        version=Version(day(5), "edited"),
    )
    more = captured("capture-2", "2.50", day(5))
    newest = merge(known, facts(dearer, more))
    with rig.teller:
        rig.enter(life, summary)
        enter(rig.days, PK, summary, plan(newest, {}, summary))
        rig.facts.records[PK] = replace(rig.kept, known=newest)
        assert rig.entered_sums()
        rig.ask()
        outcome = rig.undo(summary)

    assert outcome.kind.value == "complete", outcome
    sums: dict[str, Decimal] = {}
    for (_, account), amounts in rig.entered_sums().items():
        sums[account] = sums.get(account, Decimal(0)) + sum(amounts.values())
    assert any(
        name.startswith("edit:") for events in rig.entered_sums().values() for name in events
    )
    assert set(sums.values()) == {Decimal(0)}


def test_an_event_that_its_day_book_has_no_more_is_not_guessed_at() -> None:
    rig, life = told(Protocol.REST), LIVES[LIFE]()
    summary = replace(life.book, policy=replace(life.book.policy, posting_mode=MODE))
    with rig.teller:
        rig.enter(life, summary)
        rig.days.entries_of.clear()
        rig.ask()
        outcome = rig.undo(summary)

    assert {finding.reason for finding in outcome.findings} == {Reason.CONTENT_CONFLICT}
