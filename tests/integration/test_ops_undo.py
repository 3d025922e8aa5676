"""`order undo` and `order redo`: from the command line to the worker that carries them out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from intacct.errors import PeriodClosedError
from ops.order_books import days_of
from shared.facts.record import FactsRecord, FactsStatus, StaleFactsError, UndoRequest, order_pk
from shared.ledger.apply import Applier
from shared.ledger.records import State
from shared.messages import CartEvent, OrderReady
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.posting.reports import PostingReport, PostingState
from shared.posting.versions import OrderBooks
from shared.postings.findings import Reason
from shared.postings.planner import plan
from tests.fakes import FakeBooks, counting_ids
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

PK = order_pk("acme", "shop", "1001")
ORDER = ("acme", "shop", "1001")
APPLY = ("order", "undo", *ORDER, "--apply", "--yes", "--why", "sold twice")


def worked_off(rig: OpsRig, books: FakeBooks, order: str = "1001") -> PostingReport:
    """What the posting function makes of the order's message."""
    desk = rig.desk
    ids = counting_ids(f"worker-{len(books.sent)}")
    poster = OrderPoster(
        OrderPosterParts(
            tenant_of=desk.tenant,
            books=OrderBooks(desk.tenants.at, days_of(desk)),
            facts=desk.facts,
            ledger=desk.ledger,
            days=days_of(desk),
            reviews=desk.reviews,
            applier_of=lambda _tenant, _entity: Applier(
                desk.ledger, books, clock=desk.clock, ids=ids, pause=lambda _seconds: None
            ),
            plan=plan,
            clock=desk.clock,
            ids=ids,
        )
    )
    message = OrderReady(tenant="acme", store="shop", order_id=order, facts_version=1)
    return poster.post(message, desk.clock() + timedelta(minutes=10))


def kept(rig: OpsRig) -> FactsRecord:
    record = rig.desk.facts.load(PK)
    assert record is not None
    return record


def posted(rig: OpsRig) -> FakeBooks:
    """An order that is in the books."""
    rig.keep("1001")
    books = FakeBooks()
    assert worked_off(rig, books).state is PostingState.POSTED
    return books


def test_the_plan_of_an_undo_says_what_is_reversed_by_what_and_changes_nothing(
    rig: OpsRig,
) -> None:
    posted(rig)
    before = kept(rig)

    told = rig.json("order", "undo", *ORDER, "--plan")
    shown = rig.run("order", "undo", *ORDER, "--plan")

    assert [one["way"] for one in told["items"]] == [
        "reversed by Sage",
        "reversed by Sage",
        "credited whole",
        "the credit applied to it",
    ]
    assert {one["dated_on"] for one in told["items"]} == {"2026-03-02"}
    assert "Undo, in this order" in shown.output
    assert "stays: " in shown.output
    assert kept(rig) == before
    assert list(rig.desk.audit.all("acme")) == []


def test_an_undo_is_written_down_queued_and_carried_out_by_the_worker(rig: OpsRig) -> None:
    books = posted(rig)

    result = rig.run(*APPLY)
    asked = kept(rig)
    (message,) = rig.take("OrderPostingsQueueUrl")
    report = worked_off(rig, books)

    (note,) = rig.desk.audit.all("acme")
    assert result.exit_code == 0, result.output
    assert (note.what, note.why, note.details["postings"]) == ("order undo", "sold twice", "4")
    assert (asked.status, asked.undo) == (FactsStatus.UNDOING, UndoRequest(note.who))
    assert asked.due_at is not None
    assert json.loads(message["Body"])["cause"] == f"undo:{note.who}"
    assert report.state is PostingState.UNDONE
    assert len(report.done) == 4
    assert (kept(rig).status, kept(rig).revision, kept(rig).due_at) == (FactsStatus.UNDONE, 1, None)
    assert {one.state for one in rig.desk.ledger.chain(PK).values()} == {State.DONE}


def test_what_was_undone_stays_undone_whatever_message_comes(rig: OpsRig) -> None:
    books = posted(rig)
    rig.run(*APPLY)
    worked_off(rig, books)
    sent = len(books.sent)

    report = worked_off(rig, books)
    again = rig.run(*APPLY)

    assert (report.state, report.reason) == (PostingState.IDLE, "undone")
    assert len(books.sent) == sent
    assert again.exit_code == 1
    assert "undone already" in again.output


def test_a_redo_lets_the_order_be_judged_and_posted_under_new_keys(rig: OpsRig) -> None:
    books = posted(rig)
    first = set(rig.desk.ledger.chain(PK))
    rig.run(*APPLY)
    worked_off(rig, books)

    result = rig.run("order", "redo", *ORDER, "--yes", "--why", "it was right")
    renewed = kept(rig)
    (message,) = rig.take("CartEventsQueueUrl")
    rig.desk.facts.save(replace(renewed, status=FactsStatus.READY))
    report = worked_off(rig, books)

    event = CartEvent.model_validate_json(message["Body"])
    fresh = {key for key in rig.desk.ledger.chain(PK) if "shop@1:" in key}
    assert result.exit_code == 0, result.output
    assert (renewed.status, renewed.configured) == (FactsStatus.AWAITING_CUSTOMER, 0)
    assert renewed.due_at is not None
    assert (event.topic, event.resource_id) == ("release", "1001")
    assert report.state is PostingState.POSTED
    assert {key.replace("shop@1:", "shop:") for key in fresh} == first
    assert [note.what for note in rig.desk.audit.all("acme")] == ["order undo", "order redo"]


def test_an_undo_that_sage_refuses_waits_for_a_person_and_goes_on_when_asked_again(
    rig: OpsRig,
) -> None:
    books = posted(rig)
    rig.run(*APPLY)
    books.fail("before", PeriodClosedError("closed"))
    refused = worked_off(rig, books)
    again = rig.run(*APPLY, "--from", "2026-04-01")
    waiting = worked_off(rig, books)

    assert (refused.state, refused.reason) == (PostingState.HELD, "PERIOD_CLOSED")
    assert again.exit_code == 0, again.output
    assert kept(rig).undo == UndoRequest(next(rig.desk.audit.all("acme")).who, date(2026, 4, 1))
    assert (waiting.state, waiting.reason) == (PostingState.PARKED, "SETTLING")


def test_an_order_that_is_not_in_the_books_is_not_undone(rig: OpsRig) -> None:
    rig.keep("1001")

    nothing = rig.run(*APPLY)
    unknown = rig.run("order", "undo", "acme", "shop", "404", "--plan")
    redone = rig.run("order", "redo", *ORDER, "--yes", "--why", "x")

    assert [one.exit_code for one in (nothing, unknown, redone)] == [1, 1, 1]
    assert "nothing of order 1001 is in the books" in nothing.output
    assert "is ready, not undone" in redone.output
    assert kept(rig).status is FactsStatus.READY


def test_what_cannot_be_undone_by_itself_says_why_and_nothing_is_begun(rig: OpsRig) -> None:
    posted(rig)
    chain = rig.desk.ledger.chain(PK)
    key = next(key for key in chain if "/INVOICE/" in key)
    rig.desk.place.client("dynamodb").update_item(
        TableName=rig.desk.place.output("LedgerTableName"),
        Key={"pk": {"S": PK}, "sk": {"S": key}},
        UpdateExpression="SET effect = :other",
        ExpressionAttributeValues={":other": {"S": "of other lines"}},
    )

    told = rig.json("order", "undo", *ORDER, "--plan")
    shown = rig.run("order", "undo", *ORDER, "--plan")
    result = rig.run(*APPLY)

    assert [one["reason"] for one in told["findings"]] == [Reason.CONTENT_CONFLICT.value]
    assert "Stands in the way" in shown.output
    assert result.exit_code == 1
    assert "cannot be undone by itself" in result.output
    assert kept(rig).status is FactsStatus.READY


def test_what_is_asked_for_must_be_clear(rig: OpsRig) -> None:
    posted(rig)
    asked = {
        (): "say --plan or --apply",
        ("--plan", "--apply"): "say --plan or --apply",
        ("--plan", "--from", "April"): "is no date",
        ("--apply", "--yes"): "say --why",
    }

    answers = {words: rig.run("order", "undo", *ORDER, *words) for words in asked}

    assert {words: answer.exit_code for words, answer in answers.items()} == dict.fromkeys(asked, 1)
    assert all(asked[words] in answer.output for words, answer in answers.items())


def test_a_person_is_asked_before_anything_is_undone(rig: OpsRig) -> None:
    posted(rig)

    refused = rig.run("order", "undo", *ORDER, "--apply", answers="sold twice\nn\n")
    agreed = rig.run("order", "undo", *ORDER, "--apply", answers="sold twice\ny\n")

    assert (refused.exit_code, agreed.exit_code) == (1, 0)
    assert [note.why for note in rig.desk.audit.all("acme")] == ["sold twice"]


def test_an_order_that_others_keep_changing_is_left_as_it_is(
    rig: OpsRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(rig)

    def stale(_record: FactsRecord) -> FactsRecord:
        raise StaleFactsError

    monkeypatch.setattr(type(rig.desk.facts), "save", lambda _self, record: stale(record))
    result = rig.run(*APPLY)

    assert result.exit_code == 1
    assert "changing at this moment" in result.output
