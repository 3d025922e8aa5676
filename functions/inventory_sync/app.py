"""Keep carts' levels and warehouses alike: every store with places, on a schedule or by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.clock import now
from shared.bootstrap.inventory import stock_sync
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.tenants import tenants
from shared.inventory.sync import StockOrder, StockReport, poll_report
from shared.polling.reports import PollReport
from shared.polling.schedule import PollRequest, visits
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


class InventoryRequest(PollRequest):
    """Whose stock to compare; a store that is named does not wait for its time.

    `accept` are SKUs whose implausible changes are right (`*` is every one), `release_by` names the
    person who lets an adjustment in doubt go again. With `dry` nothing is written: the answer says
    what differs.
    """

    accept: tuple[str, ...] = ()
    release_by: str = ""
    dry: bool = False

    def order(self) -> StockOrder:
        """The same as the use case takes it."""
        accepted, is_now = frozenset(self.accept), bool(self.store)
        return StockOrder(accepted, self.release_by, is_now=is_now, is_dry=self.dry)


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


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: `{}` from the schedule, or an `InventoryRequest`; says what came of it."""
    request = InventoryRequest.model_validate(event)
    with sage_at_work(context, logger, metrics) as ends_at:
        answers = _synced(request, ends_at - _MARGIN)
    metrics.add_metric(name="InventorySyncRun", unit=MetricUnit.Count, value=1)
    return {"stores": answers}
