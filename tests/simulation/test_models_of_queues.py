"""The in-memory queues keep the semantics of SQS, as far as moto has them right.

moto is asked one call at a time, where it is correct (reliability §10). What it has wrong or not
at all stands below as tests of the model alone: the de-duplication of messages already deleted,
the order of a group after a visibility timeout.
"""

from __future__ import annotations

from typing import Any, Protocol

import boto3
import pytest

from tests.simulation.queues import FifoQueue

pytestmark = pytest.mark.usefixtures("aws")


class Queue(Protocol):
    """What both queues are asked in the tests."""

    def send(self, body: str, *, group: str, deduplication: str) -> object: ...
    def take(self, most: int = 10) -> list[tuple[str, str]]: ...
    def done(self, body: str) -> None: ...
    def give_back(self, body: str) -> None: ...
    def dead(self) -> list[str]: ...


class ModelQueue:
    """The model, with receipts remembered by body."""

    def __init__(self) -> None:
        self.now = 0.0
        self.queue = FifoQueue("q", lambda: self.now, visibility_seconds=30, most_receives=2)
        self._taken: dict[str, Any] = {}

    def send(self, body: str, *, group: str, deduplication: str) -> object:
        return self.queue.send(body, group=group, deduplication=deduplication)

    def take(self, most: int = 10) -> list[tuple[str, str]]:
        messages = self.queue.receive(most)
        self._taken |= {message.body: message for message in messages}
        return [(message.group, message.body) for message in messages]

    def done(self, body: str) -> None:
        assert self.queue.delete(self._taken[body].id, self._taken[body].receipt)

    def give_back(self, body: str) -> None:
        self.queue.expire(self._taken[body])

    def dead(self) -> list[str]:
        return [message.body for message in self.queue.dead]


class MotoQueue:
    """moto's queue under the same words."""

    def __init__(self) -> None:
        self._sqs: Any = boto3.client("sqs", region_name="eu-central-1")
        fifo: Any = {"FifoQueue": "true"}
        self._dead = self._sqs.create_queue(QueueName="d.fifo", Attributes=fifo)["QueueUrl"]
        arn = "arn:aws:sqs:eu-central-1:123456789012:d.fifo"
        policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": "2"}}'
        self._url = self._sqs.create_queue(
            QueueName="q.fifo", Attributes={**fifo, "RedrivePolicy": policy}
        )["QueueUrl"]
        self._receipts: dict[str, str] = {}

    def send(self, body: str, *, group: str, deduplication: str) -> object:
        return self._sqs.send_message(
            QueueUrl=self._url,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=deduplication,
        )

    def take(self, most: int = 10) -> list[tuple[str, str]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=most, AttributeNames=["All"]
        )
        messages = answer.get("Messages", [])
        self._receipts |= {m["Body"]: m["ReceiptHandle"] for m in messages}
        return [(m["Attributes"]["MessageGroupId"], m["Body"]) for m in messages]

    def done(self, body: str) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=self._receipts[body])

    def give_back(self, body: str) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=self._receipts[body], VisibilityTimeout=0
        )

    def dead(self) -> list[str]:
        answer = self._sqs.receive_message(QueueUrl=self._dead, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


@pytest.fixture(params=[ModelQueue, MotoQueue], ids=["model", "moto"])
def queue(request: pytest.FixtureRequest) -> Queue:
    made: Queue = request.param()
    return made


def test_a_group_is_blocked_while_one_of_its_messages_is_worked_on(queue: Queue) -> None:
    queue.send("a1", group="a", deduplication="1")
    queue.send("a2", group="a", deduplication="2")
    queue.send("b1", group="b", deduplication="3")

    first, second = queue.take(1), queue.take(1)
    queue.done("a1")
    third = queue.take(1)

    assert (first, second, third) == ([("a", "a1")], [("b", "b1")], [("a", "a2")])


def test_messages_of_a_group_come_in_their_order(queue: Queue) -> None:
    for number in range(4):
        queue.send(f"a{number}", group="a", deduplication=str(number))

    assert [body for _, body in queue.take(10)] == ["a0", "a1", "a2", "a3"]


def test_the_same_id_within_five_minutes_counts_once(queue: Queue) -> None:
    queue.send("a1", group="a", deduplication="1")
    queue.send("a1", group="a", deduplication="1")

    assert len(queue.take(10)) == 1


def test_what_was_received_too_often_goes_to_the_dead_letters(queue: Queue) -> None:
    queue.send("a1", group="a", deduplication="1")
    for _ in range(2):
        assert queue.take() == [("a", "a1")]
        queue.give_back("a1")

    assert queue.take() == []
    assert queue.dead() == ["a1"]


def test_the_model_remembers_an_id_after_its_message_was_deleted() -> None:
    queue = ModelQueue()
    queue.send("a1", group="a", deduplication="1")
    queue.take()
    queue.done("a1")

    queue.now = 299.0
    queue.send("a1", group="a", deduplication="1")
    soon = queue.take()
    queue.now = 300.0
    queue.send("a1", group="a", deduplication="1")

    assert (soon, queue.take()) == ([], [("a", "a1")])


def test_in_the_model_a_group_keeps_its_order_after_a_visibility_timeout() -> None:
    queue = ModelQueue()
    queue.send("a1", group="a", deduplication="1")
    queue.send("a2", group="a", deduplication="2")
    queue.take(1)

    queue.now = 31.0

    assert [body for _, body in queue.take(10)] == ["a1", "a2"]


def test_in_the_model_a_stale_receipt_deletes_nothing() -> None:
    queue = ModelQueue()
    queue.send("a1", group="a", deduplication="1")
    (message,) = queue.queue.receive(1)
    stale = message.receipt
    queue.now = 31.0
    queue.take()

    assert not queue.queue.delete(message.id, stale)
    assert len(queue.queue.messages) == 1


def test_what_is_redriven_keeps_its_group_and_order() -> None:
    queue = ModelQueue()
    for body in ("a1", "a2"):
        queue.send(body, group="a", deduplication=body)
    for _ in range(3):
        for _, body in queue.take():
            queue.give_back(body)
    assert queue.dead() == ["a1", "a2"]

    assert queue.queue.redrive() == 2

    assert queue.take() == [("a", "a1"), ("a", "a2")]
