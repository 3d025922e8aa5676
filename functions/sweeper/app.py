"""Each minute: put the orders whose time has come back on their lanes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.clock import now
from shared.bootstrap.sweeping import sweeper

logger = Logger()
metrics = Metrics()


def report_failure(pk: str, error: Exception) -> None:
    """Log an order that could not be sent again; the next run meets it once more."""
    logger.error("order not swept", order=pk, error=type(error).__name__, exc_info=error)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """Entry point of the schedule; the event says nothing, the answer says what was done."""
    deadline = now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    swept = sweeper(report_failure).sweep(deadline)
    passed_over = sum(swept.passed_over.values())
    metrics.add_metric(name="OrdersSwept", unit=MetricUnit.Count, value=swept.sent)
    metrics.add_metric(name="OrdersPassedOver", unit=MetricUnit.Count, value=passed_over)
    answer = {"sent": swept.sent, "passed_over": swept.passed_over}
    logger.info("sweep finished", sent=swept.sent, passed_over=swept.passed_over)
    return answer
