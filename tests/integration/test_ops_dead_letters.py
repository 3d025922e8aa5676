from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.audit import NOBODY
from shared.dead_letters.failures import Failures
from shared.dead_letters.redrive import Pace, Redriver, Wanted
from shared.postings.findings import Reason
from shared.reviews.records import ReviewStatus
from tests.integration.ops_rig import OpsRig, order_ids, rig

__all__ = ["rig"]

REDRIVE = ("dlq", "redrive", "order-postings", "--why", "deployed a fix", "--yes")


def test_a_list_takes_letters_into_keeping_with_reasons_from_our_records(rig: OpsRig) -> None:
    rig.dead_order("1001")
    rig.dead_order("1002", group="acme#1")
    rig.hold("1002", Reason.PERIOD_CLOSED)

    found = rig.json("dlq", "list", "order-postings")

    assert {one["order_id"]: one["reasons"] for one in found} == {
        "1001": ["HANDLER_FAILED"],
        "1002": ["PERIOD_CLOSED"],
    }
    assert rig.take("OrderPostingsDlqUrl") == []
    assert rig.json("dlq", "list", "order-postings") == found


def test_each_letter_has_a_review_record_that_says_all_we_know(rig: OpsRig) -> None:
    message = rig.dead_order("1001", redrives=1)
    notes = Failures(rig.desk.place.client("dynamodb"), rig.desk.place.output("OrdersTableName"))
    at = rig.desk.clock()
    notes.note("order-postings", "acme", "shop", "1001", error="KeyError", at=at)

    rig.run("dlq", "list", "order-postings")

    review = rig.desk.review("acme", "dead:order-postings:shop:1001")
    assert review.status is ReviewStatus.OPEN
    assert review.reasons == (Reason.HANDLER_FAILED,)
    assert review.details["error_class"] == "KeyError"
    assert review.details["message"] == message
    assert review.details["order"] == "1001"
    assert review.details["redrives"] == "1"
    assert int(review.details["receives"]) == 1
    assert review.details["runbook"] == "docs/runbooks/OrderPostingsDlqAlarm.md"
    assert "log" in review.details["hint"]
    listed = rig.json("review", "list", "--reason", "HANDLER_FAILED")
    assert [one["subject"] for one in listed] == [review.subject]


def test_filters_choose_by_order_store_reason_tenant_and_age(rig: OpsRig) -> None:
    for order_id in ("1001", "1002"):
        rig.dead_order(order_id, group=f"acme#{order_id}")
    rig.hold("1002", Reason.PERIOD_CLOSED)

    def listed(*filters: str) -> list[str]:
        found = rig.json("dlq", "list", "order-postings", *filters)
        return sorted(one["order_id"] for one in found)

    assert listed("--order", "1001") == ["1001"]
    assert listed("--reason", "PERIOD_CLOSED") == ["1002"]
    assert listed("--reason", "HANDLER_FAILED") == ["1001"]
    assert listed("--tenant", "acme") == ["1001", "1002"]
    assert listed("--tenant", "other") == []
    assert listed("--store", "outlet") == []
    assert listed("--older-than", "1h") == []


def test_a_reason_that_is_none_is_refused(rig: OpsRig) -> None:
    assert rig.run("dlq", "list", "order-postings", "--reason", "BECAUSE").exit_code == 2


def test_letters_of_a_tenant_or_store_that_nobody_configured_say_so(rig: OpsRig) -> None:
    rig.dead_order("1001", store="pop-up")
    rig.dead_order("1002", tenant="nobody", group="nobody#0")

    found = rig.json("dlq", "list", "order-postings", "--reason", "CONFIGURATION_MISSING")

    assert {one["order_id"] for one in found} == {"1001", "1002"}


def test_a_redrive_keeps_group_and_order_counts_and_leaves_a_record(rig: OpsRig) -> None:
    ids = [rig.dead_order(order_id) for order_id in ("1001", "1002", "1003")]

    result = rig.run(*REDRIVE, "--rate", "4")

    sent = rig.take("OrderPostingsQueueUrl")
    assert result.exit_code == 0, result.output
    assert "3 of 3" in result.output
    assert order_ids(sent) == ["1001", "1002", "1003"]
    assert {message["Attributes"]["MessageGroupId"] for message in sent} == {"acme#0"}
    assert {m["MessageAttributes"]["redrive_count"]["StringValue"] for m in sent} == {"1"}
    assert rig.take("OrderPostingsDlqUrl") == []
    assert rig.slept == [0.25, 0.25, 0.25]
    notes = list(rig.desk.audit.all("acme"))
    assert [note.details["message"] for note in notes] == ids
    assert {(note.what, note.why) for note in notes} == {("dlq redrive", "deployed a fix")}
    assert all("moto" in note.who or ":" not in note.who for note in notes)
    reviews = [one for one in rig.desk.reviews.all("acme") if one.subject.startswith("dead:")]
    assert [one.status for one in reviews] == [ReviewStatus.CLOSED] * 3


def test_part_of_the_letters_goes_by_filter_and_a_second_time_nothing_goes(rig: OpsRig) -> None:
    for order_id in ("1001", "1002", "1003"):
        rig.dead_order(order_id)
    rig.hold("1002", Reason.PERIOD_CLOSED)
    arguments = (*REDRIVE, "--reason", "PERIOD_CLOSED")

    first, second = rig.json(*arguments), rig.json(*arguments)

    assert first == {"moved": 1, "left": 2}
    assert second == {"moved": 0, "left": 2}
    assert order_ids(rig.take("OrderPostingsQueueUrl")) == ["1002"]


def test_a_letter_behind_ten_others_of_its_group_is_reached(rig: OpsRig) -> None:
    for number in range(1001, 1015):
        rig.dead_order(str(number))

    assert rig.json(*REDRIVE, "--order", "1013") == {"moved": 1, "left": 13}

    assert order_ids(rig.take("OrderPostingsQueueUrl")) == ["1013"]


def test_two_letters_of_one_order_share_a_record_that_ends_with_the_last(rig: OpsRig) -> None:
    first = rig.dead_order("1001", once="a")
    rig.dead_order("1001", once="b")

    rig.run(*REDRIVE, "--id", first)
    still = rig.desk.review("acme", "dead:order-postings:shop:1001").status
    rig.run(*REDRIVE)

    assert still is ReviewStatus.OPEN
    ended = rig.desk.review("acme", "dead:order-postings:shop:1001")
    assert ended.status is ReviewStatus.CLOSED
    assert ended.times == 2


def test_a_dry_run_sends_nothing_and_leaves_no_record(rig: OpsRig) -> None:
    rig.dead_order("1001")

    result = rig.run("dlq", "redrive", "order-postings", "--why", "x", "--dry-run")

    assert "1001" in result.output
    assert rig.take("OrderPostingsQueueUrl") == []
    assert rig.desk.kept.count("order-postings") == 1
    assert list(rig.desk.audit.all("acme")) == []


def test_a_person_who_says_no_changes_nothing(rig: OpsRig) -> None:
    rig.dead_order("1001")

    result = rig.run("dlq", "redrive", "order-postings", "--why", "x", answers="n\n")

    assert result.exit_code == 1
    assert rig.take("OrderPostingsQueueUrl") == []
    assert rig.desk.kept.count("order-postings") == 1


def test_what_was_sent_again_three_times_stays_where_it_is(rig: OpsRig) -> None:
    rig.dead_order("1001", redrives=3)
    rig.dead_order("1002", redrives=2, group="acme#1")

    moved = rig.json(*REDRIVE)

    assert moved == {"moved": 1, "left": 1}
    (message,) = rig.take("OrderPostingsQueueUrl")
    assert message["MessageAttributes"]["redrive_count"]["StringValue"] == "3"


def test_a_redrive_stops_when_what_it_sent_dies_again(rig: OpsRig) -> None:
    for number in range(1001, 1016):
        rig.dead_order(str(number), group=f"acme#{number}")

    def dies_at_once(_seconds: float) -> None:
        for message in rig.take("OrderPostingsQueueUrl"):
            order_id = json.loads(message["Body"])["order_id"]
            rig.dead_order(order_id, group=f"acme#{order_id}", redrives=1, once="again")
            queue = rig.dead_queue("order-postings")
            rig.desk.collector.collect([queue], rig.desk.clock() + timedelta(minutes=1))

    parts = replace(rig.desk.redriver._parts, sleep=dies_at_once)
    object.__setattr__(rig.desk, "redriver", Redriver(parts))

    result = rig.run(*REDRIVE)

    assert result.exit_code == 1
    assert "10 sent again, 15 left" in result.output
    assert "more than a tenth" in result.output


class _BreaksBeforeMarking:
    """Kept letters for somebody whose connection breaks between sending and marking."""

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept, name)

    def close(self, *_: Any, **__: Any) -> bool:
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "UpdateItem")


def test_an_interrupted_redrive_is_repeated_without_a_second_message(rig: OpsRig) -> None:
    rig.dead_order("1001")
    rig.run("dlq", "list", "order-postings")
    healthy = rig.desk.redriver
    broken: Any = _BreaksBeforeMarking(rig.desk.kept)
    breaking = Redriver(replace(healthy._parts, kept=broken))
    queue = rig.dead_queue("order-postings")
    planned = healthy.plan(queue, Wanted(), limit=10, most_redrives=3)

    with pytest.raises(ClientError):
        breaking.redrive(queue, planned, pace=Pace(), why="x")
    again = healthy.redrive(queue, planned, pace=Pace(), why="x")

    assert again.moved == 1
    assert order_ids(rig.take("OrderPostingsQueueUrl")) == ["1001"]
    assert rig.desk.kept.count("order-postings") == 0


def test_a_redrive_waits_while_the_queue_is_full_and_stops_in_time(rig: OpsRig) -> None:
    for order_id in ("1001", "1002"):
        rig.dead_order(order_id, group=f"acme#{order_id}")
    rig.run("dlq", "list", "order-postings")
    queue = rig.dead_queue("order-postings")
    planned = rig.desk.redriver.plan(queue, Wanted(), limit=10, most_redrives=3)
    start = rig.desk.clock()
    minutes = iter(range(100))
    parts = replace(
        rig.desk.redriver._parts, clock=lambda: start + timedelta(minutes=next(minutes))
    )

    full = Pace(most_waiting=0)
    moved = Redriver(parts).redrive(
        queue, planned, pace=full, why="x", deadline=start + timedelta(minutes=3)
    )

    assert (moved.moved, moved.is_finished) == (0, False)
    assert rig.slept == [5.0, 5.0]
    assert rig.take("OrderPostingsQueueUrl") == []


def test_a_message_that_was_kept_and_redriven_is_not_opened_by_its_copy(rig: OpsRig) -> None:
    rig.dead_order("1001")
    sqs, url = rig.desk.place.client("sqs"), rig.desk.place.output("OrderPostingsDlqUrl")
    (copy,) = sqs.receive_message(
        QueueUrl=url, VisibilityTimeout=0, MessageSystemAttributeNames=["All"]
    )["Messages"]
    rig.json(*REDRIVE)

    status = rig.desk.kept.keep("order-postings", copy, at=rig.desk.clock())

    assert status.value == "redriven"
    assert rig.desk.kept.count("order-postings") == 0


def test_a_message_too_large_to_keep_stays_in_its_queue_and_is_shown(rig: OpsRig) -> None:
    noise = "".join(chr(33 + (number * number) % 89) for number in range(200_000))
    body = {"responsePayload": {"errorType": "X"}, "noise": noise + str(range(9))}
    attributes = {"binary": {"DataType": "Binary", "BinaryValue": b"1"}}
    rig.desk.place.client("sqs").send_message(
        QueueUrl=rig.desk.place.output("SweeperDlqUrl"),
        MessageBody=json.dumps(body)[:200_000],
        MessageAttributes=attributes,
    )

    rig.run("dlq", "list", "sweeper")

    (review,) = rig.desk.reviews.all(NOBODY)
    assert "binary" in review.details["stays"]
    counts = {one["queue"]: one for one in rig.json("queues") if one["is_dlq"]}
    assert counts["sweeper"]["in_flight"] == 1
    assert counts["sweeper"]["kept"] == 0


def test_dropping_asks_gives_up_and_keeps_the_body_in_the_record(rig: OpsRig) -> None:
    rig.dead_order("1001")
    rig.dead_order("1002", group="acme#1")

    arguments = ("dlq", "drop", "order-postings", "--order", "1001", "--why", "a test order")
    result = rig.run(*arguments, answers="y\n")

    (note,) = rig.desk.audit.all("acme")
    assert result.exit_code == 0, result.output
    assert [one["order_id"] for one in rig.json("dlq", "list", "order-postings")] == ["1002"]
    assert note.what == "dlq drop"
    assert json.loads(note.details["body"])["order_id"] == "1001"


def test_what_cannot_be_read_is_never_shown_nor_sent_again(rig: OpsRig) -> None:
    rig.desk.place.client("sqs").send_message(
        QueueUrl=rig.desk.place.output("OrderPostingsDlqUrl"),
        MessageBody='{"email": "jane@example.com"}',
        MessageGroupId="acme#0",
        MessageDeduplicationId="1",
    )

    shown = rig.run("dlq", "list", "order-postings")
    document = rig.run("dlq", "list", "order-postings", "--json")
    moved = rig.run(*REDRIVE)
    review = rig.run("review", "list", "--json")

    assert "unreadable" in shown.output
    assert json.loads(document.stdout)[0]["reasons"] == ["MESSAGE_UNREADABLE"]
    assert "jane" not in shown.output + document.output + moved.output + review.output
    assert json.loads(review.stdout)[0]["tenant"] == NOBODY
    assert rig.take("OrderPostingsQueueUrl") == []


def test_a_scheduled_run_shows_its_error_and_is_not_redriven(rig: OpsRig) -> None:
    failure = {
        "requestContext": {"condition": "RetriesExhausted"},
        "responsePayload": {"errorType": "ClientError", "errorMessage": "of jane@example.com"},
    }
    rig.desk.place.client("sqs").send_message(
        QueueUrl=rig.desk.place.output("SweeperDlqUrl"), MessageBody=json.dumps(failure)
    )

    (found,) = rig.json("dlq", "list", "sweeper")
    refused = rig.run("dlq", "redrive", "sweeper", "--why", "x", "--yes")
    shown = rig.run("dlq", "show", "sweeper", found["id"])
    dropped = rig.json("dlq", "drop", "sweeper", "--why", "a later run succeeded", "--yes")

    assert (found["kind"], found["error"]) == ("scheduled run", "ClientError")
    assert found["reasons"] == ["SCHEDULED_RUN_FAILED"]
    assert refused.exit_code == 1
    assert "runs on a schedule" in refused.output
    assert "jane" not in shown.output
    assert dropped == {"moved": 1, "left": 0}


def test_a_letter_that_is_not_there_is_said_so(rig: OpsRig) -> None:
    result = rig.run("dlq", "show", "order-postings", "nothing")

    assert result.exit_code == 1
    assert "no message nothing" in result.output


def test_queues_are_counted_with_their_dead_letters(rig: OpsRig) -> None:
    rig.dead_order("1001")

    found = {(one["queue"], one["is_dlq"]): one for one in rig.json("queues")}
    rig.run("dlq", "list", "order-postings")
    taken = {(one["queue"], one["is_dlq"]): one for one in rig.json("queues")}
    shown = rig.run("queues")

    assert found["order-postings", True]["visible"] == 1
    assert found["order-postings", True]["kept"] == 0
    assert taken["order-postings", True]["visible"] == 0
    assert taken["order-postings", True]["kept"] == 1
    assert ("sweeper", False) not in found
    assert "order-postings dead letters" in shown.output
