"""Send dead letters to their queue again, for an alarm or a button; asked for a plan, it only says.

The event: `queue`, `why` and `by` (who asks), and any of `tenant`, `store`, `order`, `reason`,
`id`, `older_than_seconds`, `limit`, `per_second`, `most_waiting`, `most_redrives`. Without
`"dry_run": false` nothing is moved.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.dead_letters import queue, redriver
from shared.dead_letters.requests import RedriveRequest

logger = Logger()
metrics = Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: plan, and unless it is a dry run, carry the plan out as far as time allows.

    Raises:
        pydantic.ValidationError: the event is no request; it names what is wrong.
        UnknownQueueError: there is no such queue.
        NoQueueError: its letters are failed runs of a schedule.
    """
    metrics.add_metric(name="DeadLetterRedriveAsked", unit=MetricUnit.Count, value=1)
    request = RedriveRequest.model_validate(event)
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    report = request.carry_out(
        redriver(request.by), queue(request.queue), deadline=datetime.now(UTC) + left
    )
    metrics.add_metric(name="DeadLetterRedriven", unit=MetricUnit.Count, value=report.moved)
    logger.info("redrive finished", queue=request.queue, by=request.by, extra=report.counts())
    return report.model_dump(mode="json")
