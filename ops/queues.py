"""How full the queues are, and their dead-letter queues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ops.errors import OpsError
from ops.place import Place
from shared.dead_letters.queues import WATCHED, DeadQueue, UnknownQueueError, watched

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What SQS says of one queue, approximately; `oldest_seconds` is None where nobody knows.

    `kept` counts dead letters that were taken out of their queue and wait for a person.
    """

    queue: str
    is_dlq: bool
    visible: int
    in_flight: int
    delayed: int
    oldest_seconds: int | None
    kept: int = 0


def dead_queue(place: Place, name: str) -> DeadQueue:
    """The dead-letter queue of that name in this deployment.

    Raises:
        OpsError: there is no such queue.
    """
    try:
        queue = watched(name)
    except UnknownQueueError as exc:
        raise OpsError(str(exc)) from exc
    target = place.output(queue.queue_output) if queue.queue_output else ""
    return DeadQueue(queue, place.output(queue.dlq_output), target)


def standings(place: Place, now: datetime, kept: Callable[[str], int]) -> Iterator[Standing]:
    """Every queue, each followed by its dead-letter queue with what was `kept` of it."""
    sqs = place.client("sqs")
    metrics = place.client("cloudwatch") if place.has_metrics else None
    for queue in WATCHED:
        for output, is_dlq in ((queue.queue_output, False), (queue.dlq_output, True)):
            if output:
                one = _standing(sqs, metrics, queue.name, place.output(output), now, is_dlq=is_dlq)
                yield replace(one, kept=kept(queue.name)) if is_dlq else one


def _standing(
    sqs: Any, metrics: Any, name: str, url: str, now: datetime, *, is_dlq: bool
) -> Standing:
    known = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
    visible, in_flight, delayed = (int(known.get(count, 0)) for count in _COUNTS)
    is_empty = visible + in_flight + delayed == 0
    oldest = None if metrics is None or is_empty else _oldest(metrics, url, now)
    return Standing(name, is_dlq, visible, in_flight, delayed, oldest)


def _oldest(metrics: Any, url: str, now: datetime) -> int | None:
    answer = metrics.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": url.rsplit("/", 1)[-1]}],
        StartTime=now - timedelta(minutes=15),
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )
    newest = max(answer["Datapoints"], key=lambda point: point["Timestamp"], default=None)
    return int(newest["Maximum"]) if newest else None
