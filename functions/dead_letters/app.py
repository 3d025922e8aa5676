"""Each minute: take dead letters into records, and send again what a new configuration cured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.dead_letters import collector, queues, releaser
from shared.releasing.release import Released

logger = Logger()
metrics = Metrics()
NOTHING = Released()


def report_failure(tenant: str, subject: str, error: Exception) -> None:
    """Log what could not be sent again; its review record stays open."""
    name = type(error).__name__
    logger.error("not sent again", tenant=tenant, subject=subject, error=name, exc_info=error)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point of the schedule; the event says nothing, the answer says what was done."""
    del event
    deadline = datetime.now(UTC) + timedelta(milliseconds=context.get_remaining_time_in_millis())
    taken = collector().collect(queues(), deadline)
    kept, left = taken.kept.total(), taken.left.total()
    metrics.add_metric(name="DeadLetterKept", unit=MetricUnit.Count, value=kept)
    metrics.add_metric(name="DeadLetterLeft", unit=MetricUnit.Count, value=left)
    found = {
        "kept": dict(taken.kept),
        "left": dict(taken.left),
        "reasons": dict(taken.reasons),
    }
    if kept or left:
        logger.error("dead letters found", extra=found)
    released = releaser(report_failure).release_due(deadline)
    metrics.add_metric(name="OrdersReleased", unit=MetricUnit.Count, value=released.orders)
    answer = {
        "orders": released.orders,
        "letters": released.letters,
        "is_finished": released.is_finished,
    }
    if released != NOTHING:
        logger.info("sent again by cause", extra=answer)
    return {**found, "released": answer}
