"""Sending kept letters to their queues again, in their order, and dropping them for good.

A letter is sent, then marked: whoever breaks in between makes it come twice, which every consumer
bears (reliability §7). Its deduplication id is made of its message id, so that an early repetition
is swallowed by the queue. A marked letter is never sent again; what dies again is a new letter.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.audit import NOBODY, Audit
from shared.dead_letters.causes import Causes
from shared.dead_letters.kept import KeptLetters
from shared.dead_letters.letters import REDRIVES, Letter, LetterStatus
from shared.dead_letters.queues import DeadQueue
from shared.ports import Clock
from shared.postings.findings import Reason
from shared.reviews.records import Reviews

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_EVERY = 10
_TENTH = 10
_IN_VAIN = "more than a tenth of what was sent died again: the cause is not fixed"
_ROOM_SECONDS = 5.0
_MARGIN = timedelta(seconds=10)


class NoQueueError(ValueError):
    """Letters of a schedule cannot be sent again: its next run does the work."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters somebody wants; an empty member asks for nothing."""

    tenant: str = ""
    order: str = ""
    store: str = ""
    reason: str = ""
    id: str = ""
    older_than: timedelta | None = None

    def takes(self, one: Letter, causes: Causes, now: datetime) -> bool:
        """Whether the letter is one of them."""
        return (
            self.tenant in ("", one.tenant)
            and self.order in ("", one.order_id)
            and self.store in ("", one.store)
            and self.id in ("", one.id)
            and (self.older_than is None or now - one.dead_since >= self.older_than)
            and (not self.reason or self.reason in causes.of(one).reasons)
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: letters a second, and how many may wait in the queue before we wait ourselves.

    Lanes hand out one batch at a time: what is piled up on them is in the way of new orders.
    """

    per_second: float = 2.0
    most_waiting: int = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """What a run did: `moved` letters, and whether it came to the end of its plan.

    `stopped` says why it did not, empty where its time was up.
    """

    moved: int
    is_finished: bool = True
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class RedriveParts:
    """What sending letters again needs of the outside; `sleep` keeps the pace."""

    sqs: SQSClient
    kept: KeptLetters
    reviews: Reviews
    causes: Causes
    audit: Audit
    clock: Clock
    sleep: Callable[[float], None]


Told = Callable[[Letter, int], None]
"""Told of each letter that was moved, and how many are done: for a progress line."""


def _tell_nobody(_: Letter, __: int) -> None:
    return


class Redriver:
    """The one engine behind `ops dlq redrive`, the `dlq_redrive` function and release by cause."""

    def __init__(self, parts: RedriveParts) -> None:
        """`parts` are those of one deployment."""
        self._parts = parts

    def listed(self, queue: DeadQueue, wanted: Wanted) -> list[Letter]:
        """The kept letters that somebody wants, in the order in which they died."""
        now = self._parts.clock()
        return [
            one
            for one in self._parts.kept.open(queue.name)
            if wanted.takes(one, self._parts.causes, now)
        ]

    def plan(
        self, queue: DeadQueue, wanted: Wanted, *, limit: int, most_redrives: int
    ) -> list[Letter]:
        """What a redrive would send: messages of ours that were not sent again too often already.

        Raises:
            NoQueueError: the letters are failed runs of a schedule.
        """
        if not queue.target_url:
            message = f"{queue.name} runs on a schedule and comes again by itself"
            raise NoQueueError(message)
        found = (one for one in self.listed(queue, wanted) if one.is_ours)
        return [one for one in found if one.redrives < most_redrives][:limit]

    def cured(
        self,
        queue: DeadQueue,
        subjects: Collection[str],
        *,
        of: Reason,
        limit: int,
        most_redrives: int,
    ) -> list[Letter]:
        """Letters of these review records whose reason is `of` no more.

        Raises:
            NoQueueError: the letters are failed runs of a schedule.
        """
        planned = self.plan(queue, Wanted(), limit=sys.maxsize, most_redrives=most_redrives)
        return [
            one
            for one in planned
            if one.subject in subjects and of not in self._parts.causes.of(one).reasons
        ][:limit]

    def redrive(
        self,
        queue: DeadQueue,
        planned: Sequence[Letter],
        *,
        pace: Pace,
        why: str,
        deadline: datetime | None = None,
        tell: Told = _tell_nobody,
    ) -> Moved:
        """Send what was planned, each with its group; the audit record is written before.

        Without `deadline` it takes the time it needs. Repeating it after an interruption sends
        what is left.

        Raises:
            botocore.exceptions.ClientError: AWS failed; what was not marked may be sent again.
        """
        open_ = Counter(one.subject for one in self._parts.kept.open(queue.name))
        started_at = self._parts.clock()
        for number, one in enumerate(planned):
            if number % _EVERY == 0 and not self._has_room(queue, pace, deadline):
                return Moved(number, is_finished=False)
            if number and number % _EVERY == 0 and self._is_in_vain(queue, number, started_at):
                return Moved(number, is_finished=False, stopped=_IN_VAIN)
            self._note(one, "dlq redrive", why, group=one.group)
            self._send(queue, one)
            self._close(one, LetterStatus.REDRIVEN, open_)
            tell(one, number + 1)
            self._parts.sleep(1 / pace.per_second)
        return Moved(len(planned))

    def drop(self, queue: DeadQueue, planned: Iterable[Letter], *, why: str) -> Moved:
        """Give letters up for good; their records stay, and the audit record says so.

        Raises:
            botocore.exceptions.ClientError: AWS failed; what was not marked still waits.
        """
        open_ = Counter(one.subject for one in self._parts.kept.open(queue.name))
        moved = 0
        for one in planned:
            digest = hashlib.sha256(one.body.encode()).hexdigest()
            body = {"body": one.body} if one.is_ours else {"body_sha256": digest}
            self._note(one, "dlq drop", why, **body)
            self._close(one, LetterStatus.DROPPED, open_)
            moved += 1
        return Moved(moved)

    def _has_room(self, queue: DeadQueue, pace: Pace, deadline: datetime | None) -> bool:
        """Wait until little enough waits in the queue; False when time is up."""
        while True:
            if deadline is not None and self._parts.clock() + _MARGIN >= deadline:
                return False
            if self._waiting(queue) < pace.most_waiting:
                return True
            self._parts.sleep(_ROOM_SECONDS)

    def _is_in_vain(self, queue: DeadQueue, moved: int, since: datetime) -> bool:
        """Whether more than a tenth of what this run sent is dead again (reliability §7)."""
        died = [
            one
            for one in self._parts.kept.open(queue.name)
            if one.redrives and one.dead_since >= since
        ]
        return len(died) * _TENTH > moved

    def _waiting(self, queue: DeadQueue) -> int:
        answer: dict[str, Any] = {
            **self._parts.sqs.get_queue_attributes(
                QueueUrl=queue.target_url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                ],
            )
        }
        return sum(int(count) for count in answer["Attributes"].values())

    def _note(self, one: Letter, what: str, why: str, **details: str) -> None:
        subject = f"order:{one.store}:{one.order_id}" if one.order_id else one.subject
        facts = {"queue": one.queue, "message": one.id, **details}
        self._parts.audit.note(one.tenant or NOBODY, what, subject, why=why, **facts)

    def _send(self, queue: DeadQueue, one: Letter) -> None:
        count: Any = {"DataType": "Number", "StringValue": str(one.redrives + 1)}
        fifo: dict[str, Any] = {}
        if one.group:
            once = hashlib.sha256(f"redrive|{one.id}".encode()).hexdigest()
            fifo = {"MessageGroupId": one.group, "MessageDeduplicationId": once}
        self._parts.sqs.send_message(
            QueueUrl=queue.target_url,
            MessageBody=one.body,
            MessageAttributes={**one.attributes, REDRIVES: count},
            **fifo,
        )

    def _close(self, one: Letter, status: LetterStatus, open_: Counter[str]) -> None:
        """Mark the letter; its review record ends with the last letter of its subject."""
        now = self._parts.clock()
        self._parts.kept.close(one, status, by=self._parts.audit.who, at=now)
        open_[one.subject] -= 1
        if open_[one.subject] <= 0:
            self._parts.reviews.close(one.tenant or NOBODY, one.subject, at=now)
