"""Keep articles and items together: every store that links items, on a schedule or by hand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.clock import now
from shared.bootstrap.items import item_sync
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.tenants import tenants
from shared.items.runs import ItemReport, poll_report
from shared.polling.reports import PollReport
from shared.polling.schedule import PollRequest, visits
from shared.tenants.models import Store, Tenant

logger = Logger()
metrics = Metrics()

_MARGIN = timedelta(seconds=80)
"""Longer than the last call of a page may take with its retries (`carts/json_api.py`)."""


def _synced(request: PollRequest, deadline: datetime) -> list[dict[str, Any]]:
    """What became of each store that the request means."""
    reports: dict[tuple[str, str], ItemReport] = {}

    def visit(tenant: Tenant, store: Store, until: datetime) -> PollReport:
        done = item_sync().sync(tenant, store, until)
        reports[tenant.id, store.id] = done
        return poll_report(done)

    answers = []
    for polled in visits(visit, tenants(), request, deadline, now):
        known = reports.get((polled.tenant, polled.store))
        told = known or ItemReport(polled.tenant, polled.store, polled.outcome, polled.detail)
        answers.append(told.as_json())
        outcome = told.outcome.value.title()
        metrics.add_metric(name=f"ItemSync{outcome}", unit=MetricUnit.Count, value=1)
        logger.info("items synced", extra=answers[-1])
        for kept, count in (known.kept if known else Counter()).items():
            metrics.add_metric(name=f"Item{kept.title()}", unit=MetricUnit.Count, value=count)
    return answers


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: `{}` from the schedule, or a `PollRequest` by hand; says what came of it."""
    request = PollRequest.model_validate(event)
    with sage_at_work(context, logger, metrics) as ends_at:
        answers = _synced(request, ends_at - _MARGIN)
    metrics.add_metric(name="ItemSyncRun", unit=MetricUnit.Count, value=1)
    return {"stores": answers}
