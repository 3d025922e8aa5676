"""Each minute: take what was put aside out of the dead-letter queues, and show it to people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.dead_letters import collector, queues

logger = Logger()
metrics = Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, dict[str, int]]:
    """Entry point of the schedule; the event says nothing, the answer says what was taken."""
    del event
    deadline = datetime.now(UTC) + timedelta(milliseconds=context.get_remaining_time_in_millis())
    taken = collector().collect(queues(), deadline)
    kept, left = taken.kept.total(), taken.left.total()
    metrics.add_metric(name="DeadLetterKept", unit=MetricUnit.Count, value=kept)
    metrics.add_metric(name="DeadLetterLeft", unit=MetricUnit.Count, value=left)
    answer: dict[str, dict[str, int]] = {
        "kept": dict(taken.kept),
        "left": dict(taken.left),
        "reasons": dict(taken.reasons),
    }
    if kept or left:
        logger.error("dead letters found", extra=answer)
    return answer
