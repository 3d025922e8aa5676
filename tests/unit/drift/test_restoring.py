"""An order is restored by its undo and by posting it anew: the books are as we sent them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.drift.records import DriftStatus
from shared.drift.restoring import obstacles, taken_out
from shared.facts.record import FactsStatus, UndoRequest
from shared.ledger.records import Record
from shared.posting.reports import PostingState
from shared.postings.plan import PostingKind
from shared.reconciliation.differences import Cause
from shared.reconciliation.statement import Verdict
from tests.accounting.lives import order_a_one_tee_restocked
from tests.unit.drift.rig import Rig
from tests.unit.reconciliation.world import order_facts

LAST = date(2026, 3, 7)


@pytest.fixture
def rig() -> Rig:
    """One order that was paid, shipped and partly returned, proved some days later."""
    made = Rig()
    made.sell(order_facts("1001", order_a_one_tee_restocked().stages[-1]))
    made.company.clock.advance(5 * 86_400)
    made.next_morning()
    assert made.prove(LAST).verdict is Verdict.EQUAL
    return made


def balances(rig: Rig) -> dict[str, Decimal]:
    """Every account of the simulator's books that holds something."""
    found: dict[str, Decimal] = {}
    for line in rig.company.books.store.rows("gl_detail"):
        account = rig.company.books.store.get("account", line["account"])
        assert account is not None
        found[account["id"]] = found.get(account["id"], Decimal(0)) + line["amount"]
    return {account: amount for account, amount in found.items() if amount}


def restore(rig: Rig, *records: Record) -> PostingState:
    """Decide for all, have the order undone, and post it anew as customer_sync would let it."""
    drifts = [drift for drift in rig.found if drift.status is DriftStatus.OPEN]
    assert obstacles(drifts) == ()
    for record in records:
        rig.decide(record, DriftStatus.RESTORED)
    rig.undo("1001", UndoRequest("ada", gone=taken_out(drifts), is_redone=True))
    kept = rig.facts.records[records[0].pk]
    assert (kept.status, kept.revision, kept.undo) == (FactsStatus.AWAITING_CUSTOMER, 1, None)
    assert kept.due_at == rig.clock()
    return rig.sell(order_facts("1001", order_a_one_tee_restocked().stages[-1])).state


def open_in_the_proof(rig: Rig, record: Record) -> list[str]:
    """What the next proof has against the document."""
    number, statement = record.document_number, rig.prove(LAST)
    assert Cause.NOT_IN_CART not in {one.cause for one in statement.differences}
    return [one.text for one in statement.differences if number in one.what]


@pytest.mark.parametrize("how", ["deleted", "reversed"])
def test_an_advance_application_that_somebody_took_out_is_posted_anew_with_its_order(
    rig: Rig, how: str
) -> None:
    before = balances(rig)
    record = rig.posted(PostingKind.ADVANCE_APPLICATION)
    if how == "deleted":
        rig.take_out(record)
        rig.tell_gone(record)
    else:
        rig.reverse(record)
        rig.poll(record)

    state = restore(rig, record)

    assert state is PostingState.POSTED
    assert balances(rig) == before
    assert open_in_the_proof(rig, record) == []


def test_an_edited_memo_is_reversed_as_it_stands_and_posted_anew(rig: Rig) -> None:
    before = balances(rig)
    record = rig.posted(PostingKind.CREDIT_MEMO)
    rig.edit_amount(record, "3.00")
    edited = balances(rig)
    rig.poll(record)

    state = restore(rig, record)

    assert edited != before
    assert state is PostingState.POSTED
    assert balances(rig) == before
    assert open_in_the_proof(rig, record) == []


@pytest.mark.parametrize("kind", [PostingKind.INVOICE, PostingKind.ADVANCE])
def test_what_our_undo_would_take_back_wrongly_is_refused_with_what_to_do(
    rig: Rig, kind: PostingKind
) -> None:
    record = rig.posted(kind)
    if kind is PostingKind.INVOICE:
        rig.edit_amount(record)
    else:
        rig.edit_date(record, date(2026, 3, 30))
    rig.poll(record)

    (obstacle,) = obstacles(rig.found)

    assert obstacle.number == record.document_number
    assert "back to" in obstacle.instead


def test_an_order_with_an_adopted_change_is_not_restored(rig: Rig) -> None:
    record = rig.posted(PostingKind.CREDIT_MEMO)
    rig.edit_amount(record)
    rig.poll(record)
    rig.decide(record, DriftStatus.ADOPTED)

    (obstacle,) = obstacles(rig.found)

    assert "adopted" in obstacle.why


def test_the_journal_of_a_day_is_not_restored_but_told_of(rig: Rig) -> None:
    rig.sell(order_facts("7001", order_a_one_tee_restocked().stages[-1]), store="outlet")
    rig.company.clock.advance(40 * 86_400)
    rig.export(date(2026, 3, 2))
    record = rig.posted(PostingKind.GL_BATCH)
    rig.delete(record)
    rig.tell_gone(record)

    (obstacle,) = obstacles(rig.found)

    assert "day 2026-03-02" in obstacle.why
    assert "enter it again" in obstacle.instead
