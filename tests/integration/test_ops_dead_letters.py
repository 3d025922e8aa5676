from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.dead_letters import DeadLetters
from ops.letters import Letter
from ops.queues import ORDER_POSTINGS
from shared.postings.findings import Reason
from tests.integration.ops_rig import OpsRig, order_ids, rig

__all__ = ["rig"]


def test_a_list_shows_reasons_from_our_records_and_leaves_every_letter(rig: OpsRig) -> None:
    rig.dead_order("1001")
    rig.dead_order("1002", group="acme#1")
    rig.hold("1002", Reason.PERIOD_CLOSED)

    found = rig.json("dlq", "list", "order-postings")

    assert {one["order_id"]: one["reasons"] for one in found} == {
        "1001": [],
        "1002": ["PERIOD_CLOSED"],
    }
    assert sorted(order_ids(rig.take("OrderPostingsDlqUrl"))) == ["1001", "1002"]


def test_filters_choose_by_order_reason_tenant_and_age(rig: OpsRig) -> None:
    for order_id in ("1001", "1002"):
        rig.dead_order(order_id, group=f"acme#{order_id}")
    rig.hold("1002", Reason.PERIOD_CLOSED)

    def listed(*filters: str) -> list[str]:
        found = rig.json("dlq", "list", "order-postings", *filters)
        return sorted(one["order_id"] for one in found)

    assert listed("--order", "1001") == ["1001"]
    assert listed("--reason", "PERIOD_CLOSED") == ["1002"]
    assert listed("--tenant", "acme") == ["1001", "1002"]
    assert listed("--tenant", "other") == []
    assert listed("--older-than", "1h") == []


def test_a_redrive_keeps_group_and_order_counts_and_leaves_a_record(rig: OpsRig) -> None:
    ids = [rig.dead_order(order_id) for order_id in ("1001", "1002", "1003")]

    result = rig.run(
        "dlq", "redrive", "order-postings", "--why", "deployed a fix", "--rate", "4", "--yes"
    )

    sent = rig.take("OrderPostingsQueueUrl")
    assert result.exit_code == 0, result.output
    assert order_ids(sent) == ["1001", "1002", "1003"]
    assert {message["Attributes"]["MessageGroupId"] for message in sent} == {"acme#0"}
    assert {m["MessageAttributes"]["redrive_count"]["StringValue"] for m in sent} == {"1"}
    assert rig.take("OrderPostingsDlqUrl") == []
    assert rig.slept == [0.25, 0.25, 0.25]
    notes = list(rig.desk.audit.all("acme"))
    assert [note.details["message"] for note in notes] == ids
    assert {(note.what, note.why) for note in notes} == {("dlq redrive", "deployed a fix")}
    assert all("moto" in note.who or ":" not in note.who for note in notes)


def test_a_dry_run_changes_nothing_and_leaves_no_record(rig: OpsRig) -> None:
    rig.dead_order("1001")

    result = rig.run("dlq", "redrive", "order-postings", "--why", "x", "--dry-run")

    assert "1001" in result.output
    assert rig.take("OrderPostingsQueueUrl") == []
    assert order_ids(rig.take("OrderPostingsDlqUrl")) == ["1001"]
    assert list(rig.desk.audit.all("acme")) == []


def test_a_person_who_says_no_changes_nothing(rig: OpsRig) -> None:
    rig.dead_order("1001")

    result = rig.run("dlq", "redrive", "order-postings", "--why", "x", answers="n\n")

    assert result.exit_code == 1
    assert rig.take("OrderPostingsQueueUrl") == []
    assert order_ids(rig.take("OrderPostingsDlqUrl")) == ["1001"]


def test_what_was_sent_again_three_times_stays_where_it_is(rig: OpsRig) -> None:
    rig.dead_order("1001", redrives=3)
    rig.dead_order("1002", redrives=2, group="acme#1")

    moved = rig.json("dlq", "redrive", "order-postings", "--why", "x", "--yes")

    assert moved == {"moved": 1, "left": 1}
    (message,) = rig.take("OrderPostingsQueueUrl")
    assert message["MessageAttributes"]["redrive_count"]["StringValue"] == "3"
    assert order_ids(rig.take("OrderPostingsDlqUrl")) == ["1001"]


class _BreaksBeforeDeleting:
    """SQS for somebody whose connection breaks between sending and deleting."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def delete_message(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "DeleteMessage")


class _BreakingPlace:
    def __init__(self, rig: OpsRig) -> None:
        self._place = rig.desk.place

    def __getattr__(self, name: str) -> Any:
        return getattr(self._place, name)

    def client(self, service: str) -> Any:
        client = self._place.client(service)
        return _BreaksBeforeDeleting(client) if service == "sqs" else client


def _everything(letter: Letter) -> bool:
    del letter
    return True


def _nothing_noted(letter: Letter) -> None:
    del letter


def test_an_interrupted_redrive_is_repeated_without_a_second_message(rig: OpsRig) -> None:
    rig.dead_order("1001")
    broken: Any = _BreakingPlace(rig)
    sleep = rig.slept.append
    breaking = DeadLetters(broken, ORDER_POSTINGS, sleep=sleep, wait_seconds=0)
    healthy = DeadLetters(rig.desk.place, ORDER_POSTINGS, sleep=sleep, wait_seconds=0)

    with pytest.raises(ClientError):
        breaking.redrive(_everything, limit=10, per_second=2, note=_nothing_noted)
    again = healthy.redrive(_everything, limit=10, per_second=2, note=_nothing_noted)

    assert again.moved == 1
    assert order_ids(rig.take("OrderPostingsQueueUrl")) == ["1001"]
    assert rig.take("OrderPostingsDlqUrl") == []


def test_a_long_group_is_redriven_in_its_order_by_repetition(rig: OpsRig) -> None:
    ids = [str(number) for number in range(1001, 1013)]
    for order_id in ids:
        rig.dead_order(order_id)

    arguments = ("dlq", "redrive", "order-postings", "--why", "x", "--yes", "--limit", "7")
    reports = [rig.json(*arguments) for _ in range(4)]

    assert reports[0] == {"moved": 7, "left": 5}
    assert reports[-1] == {"moved": 0, "left": 0}
    assert order_ids(rig.take("OrderPostingsQueueUrl")) == ids


def test_dropping_asks_deletes_and_keeps_the_body_in_the_record(rig: OpsRig) -> None:
    rig.dead_order("1001")
    rig.dead_order("1002", group="acme#1")

    arguments = ("dlq", "drop", "order-postings", "--order", "1001", "--why", "a test order")
    result = rig.run(*arguments, answers="y\n")

    (note,) = rig.desk.audit.all("acme")
    assert result.exit_code == 0, result.output
    assert order_ids(rig.take("OrderPostingsDlqUrl")) == ["1002"]
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
    moved = rig.run("dlq", "redrive", "order-postings", "--why", "x", "--yes")

    assert "unreadable" in shown.output
    assert "jane" not in shown.output + document.output + moved.output
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

    assert (found["kind"], found["reasons"]) == ("scheduled run", ["ClientError"])
    assert refused.exit_code == 1
    assert "runs on a schedule" in refused.output
    assert "jane" not in shown.output


def test_queues_are_counted_with_their_dead_letters(rig: OpsRig) -> None:
    rig.dead_order("1001")

    found = {(one["queue"], one["is_dlq"]): one for one in rig.json("queues")}
    shown = rig.run("queues")

    assert found["order-postings", True]["visible"] == 1
    assert found["order-postings", False]["visible"] == 0
    assert ("sweeper", False) not in found
    assert "order-postings dead letters" in shown.output
