from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.dead_letters import app as taking
from functions.dlq_redrive import app as redriving
from functions.order_posting import app as posting
from shared.audit import Audit
from shared.bootstrap import tenants
from shared.bootstrap.failures import note_failure
from shared.dead_letters.kept import KeptLetters
from shared.dead_letters.queues import WATCHED
from shared.dead_letters.redrive import NoQueueError
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.messages import CartEvent, OrderReady
from shared.postings.findings import Finding, Reason
from shared.releasing.fixes import DynamoDbFixes
from shared.reviews.records import DynamoDbReviews, ReviewStatus, Stage, order_subject
from shared.tenants.directory import TenantDirectory
from tests.integration.order_posting_rig import (
    SOLD_AT,
    PostingRig,
    context,
    event,
    rig,
    sold,
    tenant,
)

__all__ = ["rig"]


@dataclass
class Mail:
    """Every queue of ours with its dead letters, on moto."""

    rig: PostingRig
    urls: dict[str, tuple[str, str]]

    @property
    def reviews(self) -> DynamoDbReviews:
        return DynamoDbReviews(self.rig.client, "orders")

    @property
    def kept(self) -> KeptLetters:
        return KeptLetters(self.rig.client, "orders")

    @property
    def fixes(self) -> DynamoDbFixes:
        return DynamoDbFixes(self.rig.client, "orders")

    def put(self, queue: str, body: str, *, group: str = "acme#0", once: str = "1") -> None:
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": once}
        url = self.urls[queue][0]
        self.rig.sqs.send_message(
            QueueUrl=url, MessageBody=body, **(fifo if url.endswith(".fifo") else {})
        )

    def put_order(self, order_id: str, *, store: str = "shop", of: str = "acme") -> None:
        order = OrderReady(tenant=of, store=store, order_id=order_id, facts_version=1)
        self.put("order-postings", order.model_dump_json(), once=order_id)

    def sent(self, queue: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            answer = self.rig.sqs.receive_message(
                QueueUrl=self.urls[queue][1],
                MaxNumberOfMessages=10,
                MessageSystemAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                handle = message["ReceiptHandle"]
                self.rig.sqs.delete_message(QueueUrl=self.urls[queue][1], ReceiptHandle=handle)
                found.append(message)


@pytest.fixture
def mail(rig: PostingRig, monkeypatch: pytest.MonkeyPatch) -> Mail:
    fifo: Any = {"FifoQueue": "true"}
    urls: dict[str, tuple[str, str]] = {}
    for queue in WATCHED:
        names = [f"{queue.name}-dlq", f"{queue.name}-queue"]
        if queue.queue_output:
            made = [
                rig.sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"]
                for name in names
            ]
            urls[queue.name] = (made[0], made[1])
        else:
            urls[queue.name] = (rig.sqs.create_queue(QueueName=names[0])["QueueUrl"], "")
    entries = [f"{name}|{dlq}|{target}" for name, (dlq, target) in urls.items()]
    monkeypatch.setenv("DEAD_LETTER_QUEUES", " ".join(entries))
    monkeypatch.setattr("shared.bootstrap.dead_letters.time.sleep", lambda _: None)
    return Mail(rig, urls)


def take() -> dict[str, Any]:
    answer: dict[str, Any] = taking.handler(event("dead_letters.schedule"), context(50_000))
    return answer


def test_letters_of_every_queue_are_taken_shown_and_counted(mail: Mail) -> None:
    mail.put_order("1001")
    mail.put("cart-events", "not ours")
    mail.put("sweeper", json.dumps({"responsePayload": {"errorType": "ClientError"}}))

    answer = take()

    assert answer["kept"] == {"order-postings": 1, "cart-events": 1, "sweeper": 1}
    assert answer["reasons"] == {
        "HANDLER_FAILED": 1,
        "MESSAGE_UNREADABLE": 1,
        "SCHEDULED_RUN_FAILED": 1,
    }
    (order,) = mail.reviews.all("acme")
    assert order.subject == "dead:order-postings:shop:1001"
    others = {one.subject.split(":")[1]: one for one in mail.reviews.all("-")}
    assert others["sweeper"].details["error_class"] == "ClientError"
    assert others["cart-events"].reasons == (Reason.MESSAGE_UNREADABLE,)
    assert take()["kept"] == {}


def test_more_letters_of_a_group_than_sqs_shows_at_once_are_all_taken(mail: Mail) -> None:
    ids = [str(number) for number in range(1001, 1026)]
    for order_id in ids:
        mail.put_order(order_id)

    take()

    assert [one.order_id for one in mail.kept.open("order-postings")] == ids


def test_a_run_without_time_takes_nothing_and_loses_nothing(mail: Mail) -> None:
    mail.put_order("1001")

    short = taking.handler({}, context(5_000))
    later = take()

    assert short["kept"] == {}
    assert later["kept"] == {"order-postings": 1}


def test_a_plan_names_letters_and_moves_none(mail: Mail) -> None:
    mail.put_order("1001")
    take()

    answer = redriving.handler(event("dlq_redrive.plan"), context(300_000))

    assert (answer["is_dry_run"], answer["planned"], answer["moved"]) == (True, 1, 0)
    assert [one["order"] for one in answer["letters"]] == ["1001"]
    assert mail.sent("order-postings") == []


def test_a_button_sends_what_its_filter_chooses_and_leaves_a_record(mail: Mail) -> None:
    for order_id in ("1001", "1002", "1003"):
        mail.put_order(order_id)
    finding = Finding(Reason.PERIOD_CLOSED, "x", "y")
    subject = order_subject("shop", "1002", Stage.POSTING)
    mail.reviews.open("acme", subject, [finding], at=SOLD_AT)
    take()

    first = redriving.handler(event("dlq_redrive.by_reason"), context(300_000))
    second = redriving.handler(event("dlq_redrive.by_reason"), context(300_000))

    sent = mail.sent("order-postings")
    assert (first["moved"], first["is_finished"], second["planned"]) == (2, True, 0)
    assert [json.loads(one["Body"])["order_id"] for one in sent] == ["1001", "1003"]
    assert {one["Attributes"]["MessageGroupId"] for one in sent} == {"acme#0"}
    notes = list(_audit(mail).all("acme"))
    assert {note.who for note in notes} == {"button of the on-call page"}
    assert [note.what for note in notes] == ["dlq redrive", "dlq redrive"]


def test_a_redrive_that_runs_out_of_time_says_so_and_is_repeated(mail: Mail) -> None:
    mail.put_order("1001")
    take()

    late = redriving.handler(event("dlq_redrive.by_reason"), context(5_000))
    again = redriving.handler(event("dlq_redrive.by_reason"), context(300_000))

    assert (late["moved"], late["is_finished"]) == (0, False)
    assert (again["moved"], again["is_finished"]) == (1, True)


@pytest.mark.usefixtures("mail")
def test_failed_runs_of_a_schedule_are_not_sent_again() -> None:
    with pytest.raises(NoQueueError, match="runs on a schedule"):
        redriving.handler({**event("dlq_redrive.plan"), "queue": "sweeper"}, context())


def _audit(mail: Mail) -> Audit:
    return Audit(
        mail.rig.client,
        "orders",
        who=lambda: "test",
        clock=lambda: datetime.now(UTC),
        new_id=lambda: "1",
    )


def hold(mail: Mail, order_id: str, reason: Reason, stage: Stage, minute: int) -> str:
    status = FactsStatus.READY if stage is Stage.POSTING else FactsStatus.HELD
    pk = order_pk("acme", "shop", order_id)
    mail.rig.facts.save(FactsRecord(pk, sold(order_id), status=status, customer="C-1"))
    subject = order_subject("shop", order_id, stage)
    at = SOLD_AT + timedelta(minutes=minute)
    mail.reviews.open("acme", subject, [Finding(reason, "x", "y")], at=at)
    return subject


def test_a_changed_configuration_sends_what_waited_for_one_in_its_order(mail: Mail) -> None:
    hold(mail, "1003", Reason.MAPPING_MISSING, Stage.POSTING, 1)
    hold(mail, "1001", Reason.TAX_UNMAPPED, Stage.POSTING, 2)
    hold(mail, "1002", Reason.MAPPING_MISSING, Stage.FACTS, 3)
    hold(mail, "1004", Reason.REFUSED_BY_SAGE, Stage.POSTING, 4)
    mail.fixes.note("acme", by="jo", due_at=datetime.now(UTC))

    answer, again = take(), take()

    assert answer["released"] == {"orders": 3, "letters": 0, "is_finished": True}
    assert again["released"]["orders"] == 0
    sent = [json.loads(one["Body"]) for one in mail.sent("order-postings")]
    assert [one["order_id"] for one in sent] == ["1003", "1001"]
    assert {one["cause"] for one in sent} == {"retry"}
    (judged,) = [CartEvent.model_validate_json(m["Body"]) for m in mail.sent("cart-events")]
    assert (judged.resource_id, judged.released_by) == ("1002", "")
    (note,) = _audit(mail).all("acme")
    assert (note.what, note.why) == ("release by cause", "configuration changed by jo")


def test_nothing_goes_before_every_worker_knows_the_change(mail: Mail) -> None:
    hold(mail, "1001", Reason.MAPPING_MISSING, Stage.POSTING, 1)
    mail.fixes.note("acme", by="jo", due_at=datetime.now(UTC) + timedelta(minutes=1))

    assert take()["released"]["orders"] == 0
    assert mail.sent("order-postings") == []


def test_an_order_that_cannot_be_sent_holds_up_no_other(mail: Mail) -> None:
    subject = order_subject("shop", "unknown", Stage.POSTING)
    finding = Finding(Reason.MAPPING_MISSING, "x", "y")
    mail.reviews.open("acme", subject, [finding], at=SOLD_AT)
    hold(mail, "1001", Reason.MAPPING_MISSING, Stage.POSTING, 1)
    mail.fixes.note("acme", by="jo", due_at=datetime.now(UTC))

    assert take()["released"]["orders"] == 1

    (still,) = [one for one in mail.reviews.all("acme") if one.subject == subject]
    assert still.status is ReviewStatus.OPEN


def test_letters_that_died_for_an_unknown_store_go_again_when_it_is_there(mail: Mail) -> None:
    mail.put_order("1001", store="pop-up")
    mail.put_order("1002")
    take()
    known = tenant()
    store = known.stores[0].model_copy(update={"id": "pop-up"})
    changed = known.model_copy(update={"stores": (*known.stores, store)})
    TenantDirectory(mail.rig.client, "tenants", monotonic=lambda: 0.0).put(changed)
    tenants.tenants.cache_clear()
    mail.fixes.note("acme", by="jo", due_at=datetime.now(UTC))

    answer = take()

    assert answer["released"] == {"orders": 0, "letters": 1, "is_finished": True}
    (sent,) = mail.sent("order-postings")
    assert json.loads(sent["Body"])["order_id"] == "1001"
    assert [one.order_id for one in mail.kept.open("order-postings")] == ["1002"]


def test_a_release_that_runs_out_of_time_goes_on_where_it_stopped(mail: Mail) -> None:
    for number in range(30):
        hold(mail, str(1001 + number), Reason.MAPPING_MISSING, Stage.POSTING, number)
    mail.fixes.note("acme", by="jo", due_at=datetime.now(UTC))
    (fix,) = mail.fixes.due(datetime.now(UTC))
    at = (SOLD_AT + timedelta(minutes=24)).isoformat(timespec="milliseconds")
    mail.fixes.advance(fix, f"{at} order:shop:1025:posting")

    answer = take()

    assert answer["released"]["orders"] == 5
    sent = [json.loads(one["Body"])["order_id"] for one in mail.sent("order-postings")]
    assert sent == ["1026", "1027", "1028", "1029", "1030"]


def test_a_newer_change_is_not_forgotten_by_the_end_of_an_older_one(mail: Mail) -> None:
    now = datetime.now(UTC)
    mail.fixes.note("acme", by="jo", due_at=now)
    (older,) = mail.fixes.due(now)
    mail.fixes.note("acme", by="al", due_at=now + timedelta(seconds=1))

    mail.fixes.advance(older, "z")
    mail.fixes.finish(older)

    (newer,) = mail.fixes.due(now + timedelta(seconds=2))
    assert (newer.by, newer.done_until) == ("al", "")


class _Broken:
    """A posting side whose tables cannot be read."""

    def post_all(self, messages: list[OrderReady], _: datetime) -> list[Exception]:
        error: Any = {"Error": {"Code": "ProvisionedThroughputExceededException"}}
        return [ClientError(error, "GetItem") for _message in messages]


def _received(order_id: str, times: int) -> dict[str, Any]:
    order = OrderReady(tenant="acme", store="shop", order_id=order_id, facts_version=1)
    attributes = {"ApproximateReceiveCount": str(times), "MessageGroupId": "acme#0"}
    record = {"messageId": order_id, "body": order.model_dump_json(), "attributes": attributes}
    return {"Records": [record]}


def test_a_letter_names_the_error_of_its_last_receives(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "order_poster", _Broken)
    for order_id, times in (("1001", 8), ("1002", 2)):
        answer = posting.handler(_received(order_id, times), context())
        assert answer == {"batchItemFailures": [{"itemIdentifier": order_id}]}
        mail.put_order(order_id)

    take()

    errors = {
        one.details["order"]: one.details.get("error_class") for one in mail.reviews.all("acme")
    }
    assert errors == {"1001": "ClientError", "1002": None}


def test_an_event_of_a_store_that_is_not_there_names_its_error(mail: Mail) -> None:
    event_ = CartEvent(
        tenant="acme",
        store="pop-up",
        cart="shopify",
        topic="orders/paid",
        delivery="d1",
        resource_id="1001",
        received_at=SOLD_AT,
    )
    attributes = {"ApproximateReceiveCount": "8"}
    place = {"tenant": "acme", "store": "pop-up", "about": "1001"}
    note_failure("cart-events", attributes, LookupError(), **place)
    mail.put("cart-events", event_.model_dump_json())

    take()

    (review,) = mail.reviews.all("acme")
    assert review.details["error_class"] == "LookupError"
    assert review.reasons == (Reason.CONFIGURATION_MISSING,)


def test_a_note_that_cannot_be_written_is_let_be(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_TABLE", "missing")
    place = {"tenant": "acme", "store": "shop", "about": "1001"}

    note_failure("cart-events", {"ApproximateReceiveCount": "8"}, LookupError(), **place)

    monkeypatch.setenv("ORDERS_TABLE", "orders")
    assert take()["kept"] == {}
    assert mail.sent("cart-events") == []
