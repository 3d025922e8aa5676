"""Poll carts for what their webhooks did not tell: every store on a schedule, or one on demand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.clock import now
from shared.bootstrap.polling import pollers
from shared.bootstrap.tenants import tenants
from shared.polling.reports import PollReport
from shared.polling.schedule import PollRequest, polls

logger = Logger()
metrics = Metrics()

_MARGIN = timedelta(seconds=80)
"""Longer than the last call of a page may take with its retries (`carts/json_api.py`)."""


def report(done: PollReport) -> dict[str, Any]:
    """Count and log what became of one store."""
    metrics.add_metric(name=f"CartPoll{done.outcome.value.title()}", unit=MetricUnit.Count, value=1)
    metrics.add_metric(name="CartPollHints", unit=MetricUnit.Count, value=done.hints)
    facts: dict[str, Any] = {
        "tenant": done.tenant,
        "store": done.store,
        "outcome": done.outcome.value,
        "hints": done.hints,
        "windows": done.windows,
        "read_to": done.read_to.isoformat() if done.read_to else "",
        "detail": done.detail,
    }
    logger.info("store polled", **facts)
    return facts


def _reports(request: PollRequest, deadline: datetime) -> Iterator[dict[str, Any]]:
    for done in polls(pollers(), tenants(), request, deadline):
        yield report(done)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: `{}` from the schedule, or a `PollRequest` of one store by hand."""
    remaining = timedelta(milliseconds=context.get_remaining_time_in_millis())
    request = PollRequest.model_validate(event)
    stores = list(_reports(request, now() + remaining - _MARGIN))
    metrics.add_metric(name="CartPollRun", unit=MetricUnit.Count, value=1)
    return {"stores": stores}
