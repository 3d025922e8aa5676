"""Reading dead letters without losing them, sending them again, and dropping them for good.

A letter is received, sent to its queue, and only then deleted: whoever breaks in between makes it
come twice, which every consumer bears (reliability §7). It keeps its group; its new deduplication
id is made of its message id, so that an early repetition is swallowed by the queue.

SQS hands out no more than ten messages of one FIFO group while those are held: what is behind them
shows only when they are gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ops.errors import OpsError
from ops.letters import REDRIVES, Letter, letter
from ops.place import Place
from ops.queues import Watched

HELD_SECONDS = 120
"""How long a letter is kept from others while a command looks at it; given back at the end."""

SLOWEST_PER_SECOND = 0.2
"""Ten letters, one receive, must be sent while they are held."""

_BATCH = 10

Wanted = Callable[[Letter], bool]
"""Whether the person wants this letter."""

Done = Callable[[Letter], None]
"""Told of each letter: before it is sent or dropped, where the audit record is written."""


@dataclass(slots=True)
class Moved:
    """What a run did: `moved` and `passed_over` count letters, the latter all that stay."""

    moved: int = 0
    passed_over: int = 0


@dataclass(slots=True)
class _Round:
    """Letters that are received and still held, by message id."""

    held: dict[str, Letter] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


class DeadLetters:
    """The dead-letter queue of one queue."""

    def __init__(
        self,
        place: Place,
        queue: Watched,
        *,
        sleep: Callable[[float], None],
        wait_seconds: int,
    ) -> None:
        """`sleep` keeps the rate; `wait_seconds` is how long SQS waits before it says empty."""
        self._sqs = place.client("sqs")
        self._queue = queue
        self._url = place.output(queue.dlq_output)
        self._target = place.output(queue.queue_output) if queue.queue_output else ""
        self._sleep = sleep
        self._wait_seconds = wait_seconds

    @property
    def can_be_redriven(self) -> bool:
        """Whether there is a queue to send to; scheduled runs come again by themselves."""
        return bool(self._target)

    def read(self, *, limit: int) -> list[Letter]:
        """Up to `limit` letters, the oldest of each group; all of them stay where they are."""
        found: list[Letter] = []
        with self._round() as round_:
            for one in self._received(round_):
                found.append(one)
                if len(found) >= limit:
                    break
        return found

    def count(self) -> int:
        """How many letters there are, approximately, with those that others hold."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        known = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(known["Attributes"].get(name, 0)) for name in names)

    def redrive(self, wanted: Wanted, *, limit: int, per_second: float, note: Done) -> Moved:
        """Send wanted letters to their queue again, in the order in which they are received.

        `note` is told of each one before it is sent.

        Raises:
            OpsError: they have no queue, or the rate is too slow.
            botocore.exceptions.ClientError: SQS failed; what was not deleted is still there.
        """
        if not self._target:
            message = f"{self._queue.name} runs on a schedule and comes again by itself"
            raise OpsError(message)
        if per_second < SLOWEST_PER_SECOND:
            message = f"at least {SLOWEST_PER_SECOND} letters a second"
            raise OpsError(message)
        pause = 1 / per_second

        def send(one: Letter) -> None:
            note(one)
            self._send_again(one)
            self._delete(one)
            self._sleep(pause)

        return self._each(wanted, send, limit)

    def drop(self, wanted: Wanted, *, limit: int, note: Done) -> Moved:
        """Delete wanted letters; `note` is told of each one before.

        Raises:
            botocore.exceptions.ClientError: SQS failed; what was not deleted is still there.
        """

        def delete(one: Letter) -> None:
            note(one)
            self._delete(one)

        return self._each(wanted, delete, limit)

    def _each(self, wanted: Wanted, act: Done, limit: int) -> Moved:
        moved = Moved()
        with self._round() as round_:
            for one in self._received(round_):
                if not wanted(one):
                    moved.passed_over += 1
                    continue
                act(one)
                del round_.held[one.id]
                moved.moved += 1
                if moved.moved >= limit:
                    break
        return moved

    @contextmanager
    def _round(self) -> Iterator[_Round]:
        round_ = _Round()
        try:
            yield round_
        finally:
            self._give_back(list(round_.held.values()))

    def _received(self, round_: _Round) -> Iterator[Letter]:
        """Letters until none is left, or those that were held too long come round again."""
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HELD_SECONDS,
                WaitTimeSeconds=self._wait_seconds,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            letters = [letter(self._queue.name, message) for message in answer.get("Messages", [])]
            round_.held |= {one.id: one for one in letters}
            new = [one for one in letters if one.id not in round_.seen]
            if not new:
                return
            round_.seen |= {one.id for one in new}
            yield from new

    def _send_again(self, one: Letter) -> None:
        attributes = {
            **one.attributes,
            REDRIVES: {"DataType": "Number", "StringValue": str(one.redrives + 1)},
        }
        self._sqs.send_message(
            QueueUrl=self._target,
            MessageBody=one.body,
            MessageAttributes=attributes,
            MessageGroupId=one.group,
            MessageDeduplicationId=hashlib.sha256(f"redrive|{one.id}".encode()).hexdigest(),
        )

    def _delete(self, one: Letter) -> None:
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one.receipt)

    def _give_back(self, letters: list[Letter]) -> None:
        """Make them visible at once, in one call per ten; those that fail are so in two minutes."""
        for start in range(0, len(letters), _BATCH):
            entries: list[Any] = [
                {"Id": str(number), "ReceiptHandle": one.receipt, "VisibilityTimeout": 0}
                for number, one in enumerate(letters[start : start + _BATCH])
            ]
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
