"""Keep carts' levels and warehouses alike, on a schedule or by hand; move stock on demand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.clock import now
from shared.bootstrap.inventory import mover, stock_prover, stock_sync
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.tenants import tenants
from shared.inventory.proving_due import worths
from shared.inventory.requests import InventoryRequest, MovementRequest
from shared.inventory.sync import StockReport, poll_report
from shared.polling.reports import PollReport
from shared.polling.schedule import visits
from shared.tenants.models import Store, Tenant

logger = Logger()
metrics = Metrics()

_MARGIN = timedelta(seconds=80)
"""Longer than the last call of a page may take with its retries (`carts/json_api.py`)."""

_COUNTED = {
    "StockLevelsWritten": "written",
    "StockConflicts": "conflicts",
    "StockItemsCounted": "counted",
    "StockFindings": "findings",
}


def _synced(request: InventoryRequest, deadline: datetime) -> list[dict[str, Any]]:
    """What became of each store that the request means."""
    reports: dict[tuple[str, str], StockReport] = {}

    def visit(tenant: Tenant, store: Store, until: datetime) -> PollReport:
        done = stock_sync().sync(tenant, store, until, request.order())
        reports[tenant.id, store.id] = done
        return poll_report(done)

    answers = []
    for polled in visits(visit, tenants(), request, deadline, now):
        known = reports.get((polled.tenant, polled.store))
        told = known or StockReport(polled.tenant, polled.store, polled.outcome, polled.detail)
        answers.append(told.compared_as_json() if request.dry else told.as_json())
        outcome = told.outcome.value.title()
        metrics.add_metric(name=f"InventorySync{outcome}", unit=MetricUnit.Count, value=1)
        for name, member in _COUNTED.items():
            value = getattr(told, member)
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
        logger.info("stock compared", extra=told.as_json())
    return answers


def _moved(request: InventoryRequest, asked: MovementRequest, deadline: datetime) -> dict[str, Any]:
    """What became of the movement that a person asks for."""
    tenant, wanted = tenants().tenant(request.tenant), asked.wanted(request.store)
    if request.dry:
        done = mover().plan(tenant, wanted, asked.memo)
    else:
        done = mover().move(tenant, wanted, asked.memo, deadline, release_by=asked.release_by)
    facts = {"reference": done.reference, "state": done.state.value, "mark": done.mark}
    logger.info("stock movement judged", extra=facts)
    name = f"StockMovement{done.state.value.title()}"
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    return done.as_json()


def _proved(request: InventoryRequest, deadline: datetime) -> list[dict[str, Any]]:
    """What became of comparing stock with the ledger: of all that is due, or of one entity now."""
    reports = list(worths(stock_prover(), tenants(), request, deadline, now))
    for report in reports:
        logger.info("worth of stock compared", extra=report.as_json())
        name = f"StockWorth{report.state.value.title()}"
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    return [report.as_json() for report in reports]


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: `{}` from the schedule, or an `InventoryRequest`; says what came of it."""
    request = InventoryRequest.model_validate(event)
    with sage_at_work(context, logger, metrics) as ends_at:
        if request.movement is not None:
            return {"movement": _moved(request, request.movement, ends_at - _MARGIN)}
        if request.worth is not None:
            return {"worths": _proved(request, ends_at - _MARGIN)}
        proved = [] if request.store else _proved(request, ends_at - _MARGIN)
        answers = _synced(request, ends_at - _MARGIN)
    metrics.add_metric(name="InventorySyncRun", unit=MetricUnit.Count, value=1)
    return {"stores": answers, "worths": proved}
