"""How full the queues are, and their dead-letter queues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ops.errors import OpsError
from ops.place import Place

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


@dataclass(frozen=True, slots=True)
class Watched:
    """A queue of ours by its outputs: the queue (empty for what has only dead letters), its DLQ."""

    name: str
    queue_output: str
    dlq_output: str


CART_EVENTS = Watched("cart-events", "CartEventsQueueUrl", "CartEventsDlqUrl")
ORDER_POSTINGS = Watched("order-postings", "OrderPostingsQueueUrl", "OrderPostingsDlqUrl")
WATCHED = (
    CART_EVENTS,
    ORDER_POSTINGS,
    Watched("cart-poller", "", "CartPollerDlqUrl"),
    Watched("gl-export", "", "GlExportDlqUrl"),
    Watched("token-refresh", "", "TokenRefreshDlqUrl"),
    Watched("session-manager", "", "SessionManagerDlqUrl"),
    Watched("sweeper", "", "SweeperDlqUrl"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What SQS says of one queue, approximately; `oldest_seconds` is None where nobody knows."""

    queue: str
    is_dlq: bool
    visible: int
    in_flight: int
    delayed: int
    oldest_seconds: int | None


def watched(name: str) -> Watched:
    """The queue of that name.

    Raises:
        OpsError: there is none.
    """
    for queue in WATCHED:
        if queue.name == name:
            return queue
    names = ", ".join(queue.name for queue in WATCHED)
    message = f"there is no queue {name!r}; there are {names}"
    raise OpsError(message)


def standings(place: Place, now: datetime) -> Iterator[Standing]:
    """Every queue, each followed by its dead-letter queue."""
    sqs = place.client("sqs")
    metrics = place.client("cloudwatch") if place.has_metrics else None
    for queue in WATCHED:
        for output, is_dlq in ((queue.queue_output, False), (queue.dlq_output, True)):
            if output:
                yield _standing(sqs, metrics, queue.name, place.output(output), now, is_dlq=is_dlq)


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
