"""Events of a summary channel are taken back on their own days, as they were entered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from commerce.money import Money
from commerce.orders import Version
from intacct.capabilities import Protocol
from shared.facts.merge import merge
from shared.policy.choices import PostingMode
from shared.policy.mapping import Role
from shared.posting.entering import enter
from shared.postings.findings import Reason
from shared.postings.planner import plan
from tests.accounting.lives import LIVES
from tests.accounting.shop import captured, day, facts, usd
from tests.unit.undo.planned_undo import LIFE
from tests.unit.undo.rig import PK, told

MODE = PostingMode.SUMMARY_DAILY


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
