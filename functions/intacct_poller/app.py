"""Follow what people and other programs change in Sage: what is due by each company's pace."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from intacct.errors import IntacctError
from shared.bootstrap.changes import change_poller, names_watch
from shared.bootstrap.clock import now
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.tenants import tenants
from shared.changes.pace import Place
from shared.changes.schedule import ChangesRequest, names_looked_up, polled
from shared.drift.noticing import Noticed
from shared.tenants.models import Tenant

logger = Logger()
metrics = Metrics()

_MARGIN = timedelta(seconds=80)
"""Longer than the last page, its probe and what handlers make of it may take."""


def _failed(tenant: Tenant, place: Place, error: Exception) -> None:
    logger.error("changes not followed", tenant=tenant.id, place=str(place), exc_info=error)


def _not_pulled(tenant: Tenant, error: IntacctError) -> None:
    logger.error("event queue not pulled", tenant=tenant.id, error=type(error).__name__)
    metrics.add_metric(name="EventQueueFailed", unit=MetricUnit.Count, value=1)


def _looked(tenant: str, noticed: Noticed) -> None:
    counted = (("DriftFound", len(noticed.found)), ("DriftSettled", len(noticed.settled)))
    for name, count in counted:
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
    if noticed.found or noticed.settled:
        found, settled = list(noticed.found), list(noticed.settled)
        logger.warning("documents differ in sage", tenant=tenant, found=found, settled=settled)


def _names(request: ChangesRequest, deadline: datetime) -> list[dict[str, Any]]:
    """What became of the names of tenants' documents, where they were due."""
    told = []
    watch, known = names_watch(), tenants()
    for report in names_looked_up(
        watch, known, tenant=request.tenant, deadline=deadline, clock=now
    ):
        told.append(report.as_json())
        logger.info("names looked up", **told[-1])
        metrics.add_metric(name="NamesUnusable", unit=MetricUnit.Count, value=report.unusable)
    return told


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: `{}` from the schedule, or a `ChangesRequest` by hand; says what came of it."""
    request = ChangesRequest.model_validate(event)
    counts: Counter[str] = Counter()
    places = []
    with sage_at_work(context, logger, metrics) as ends_at:
        told = polled(
            change_poller(_failed, _not_pulled, _looked),
            tenants(),
            request.wanted,
            tenant=request.tenant,
            deadline=ends_at - _MARGIN,
            clock=now,
        )
        for report in told:
            counts += report.counts()
            places.append(report.as_json())
            logger.info("changes followed", **places[-1])
        names = _names(request, ends_at - _MARGIN)
    for name, count in sorted(counts.items()):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
    metrics.add_metric(name="ChangesRun", unit=MetricUnit.Count, value=1)
    return {"places": places, "names": names}
