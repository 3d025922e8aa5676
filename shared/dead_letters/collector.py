"""Taking dead letters out of their queues before SQS deletes them, each with a review record.

A letter is stored, then shown, then deleted from its queue: whoever breaks in between meets it
again, and what is stored already stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.audit import NOBODY
from shared.dead_letters.causes import Cause, Causes
from shared.dead_letters.kept import CannotBeKeptError, KeptLetters
from shared.dead_letters.letters import Letter, LetterStatus, letter
from shared.dead_letters.queues import DeadQueue, watched
from shared.ports import Clock
from shared.reviews.records import Reviews

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HELD_SECONDS = 120
"""How long a letter is kept from others while it is being stored."""

_BATCH = 10
_MARGIN = timedelta(seconds=10)


@dataclass(slots=True)
class Taken:
    """What one run did, by queue: `kept` were taken out; `left` stay, too large for a record."""

    kept: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


class Collector:
    """Empties dead-letter queues into the store of kept letters."""

    def __init__(
        self,
        sqs: SQSClient,
        kept: KeptLetters,
        reviews: Reviews,
        causes: Causes,
        *,
        clock: Clock,
        wait_seconds: int = 0,
    ) -> None:
        """`wait_seconds` is how long SQS waits before it says that a queue is empty."""
        self._sqs = sqs
        self._kept = kept
        self._reviews = reviews
        self._causes = causes
        self._clock = clock
        self._wait_seconds = wait_seconds

    def collect(self, queues: Iterable[DeadQueue], deadline: datetime) -> Taken:
        """Take what lies in these queues, one after the other, and stop in time.

        Raises:
            botocore.exceptions.ClientError: AWS failed; what was not stored is still in its queue.
        """
        taken = Taken()
        for queue in queues:
            seen: set[str] = set()
            for message in self._received(queue, deadline):
                if message["MessageId"] in seen:
                    break
                seen.add(message["MessageId"])
                self._take(queue, message, taken)
        return taken

    def _received(self, queue: DeadQueue, deadline: datetime) -> Iterator[dict[str, Any]]:
        while self._clock() + _MARGIN < deadline:
            answer = self._sqs.receive_message(
                QueueUrl=queue.url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HELD_SECONDS,
                WaitTimeSeconds=self._wait_seconds,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            messages = answer.get("Messages", [])
            if not messages:
                return
            for message in messages:
                yield dict(message)

    def _take(self, queue: DeadQueue, message: dict[str, Any], taken: Taken) -> None:
        one, now = letter(queue.name, message), self._clock()
        cause = self._causes.of(one)
        try:
            status = self._kept.keep(queue.name, message, at=now)
        except CannotBeKeptError as exc:
            self._show(one, cause, now, stays=str(exc))
            taken.left[queue.name] += 1
            return
        if status is LetterStatus.OPEN:
            self._show(one, cause, now)
            taken.reasons.update(reason.value for reason in cause.reasons)
        self._sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
        taken.kept[queue.name] += 1

    def _show(self, one: Letter, cause: Cause, now: datetime, *, stays: str = "") -> None:
        self._reviews.open(
            one.tenant or NOBODY,
            one.subject,
            self._causes.findings(one, cause),
            at=now,
            details=_details(one, cause) | ({"stays": stays} if stays else {}),
        )


def _details(one: Letter, cause: Cause) -> dict[str, str]:
    facts = {
        "queue": one.queue,
        "message": one.id,
        "kind": one.kind.value,
        "store": one.store,
        "order": one.order_id,
        "delivery": one.delivery,
        "about": one.about,
        "error_class": cause.error,
        "hint": cause.hint,
        "runbook": watched(one.queue).runbook,
        "dead_since": one.dead_since.isoformat(timespec="seconds"),
        "receives": str(one.receives),
        "redrives": str(one.redrives),
    }
    return {name: text for name, text in facts.items() if text}
