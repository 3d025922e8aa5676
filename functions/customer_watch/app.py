"""Each hour: what became of customers lets orders go; what Sage owns is carried to the carts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict

from shared.bootstrap.background import background_reads
from shared.bootstrap.customer_watch import customer_resumer
from shared.bootstrap.errand_runs import account_carrier, order_teller
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.tenants import tenants
from shared.tenants.models import Tenant

logger = Logger()
metrics = Metrics()

_MARGIN = timedelta(seconds=80)
"""Longer than one more look at Sage, or call of a cart with its retries, may take."""


class WatchRequest(BaseModel):
    """Whose customers to look after; all tenants' where none is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str = ""


def look_after(tenant: Tenant, deadline: datetime) -> dict[str, Any]:
    """Look after one tenant's customers; what fails is logged, and tried again by the next run."""
    try:
        if not background_reads().left(tenant.id):
            logger.warning("background reads used up", tenant=tenant.id)
            metrics.add_metric(name="BackgroundReadsUsedUp", unit=MetricUnit.Count, value=1)
            return {"tenant": tenant.id, "error": "BACKGROUND_READS_USED_UP"}
        with background_reads().counted(tenant.id):
            done = customer_resumer().run(tenant, deadline)
            carried = account_carrier().run(tenant, deadline)
            told = order_teller().run(tenant, deadline)
    except Exception as error:
        logger.exception("customers not looked after", tenant=tenant.id)
        metrics.add_metric(name="CustomerWatchFailed", unit=MetricUnit.Count, value=1)
        return {"tenant": tenant.id, "error": type(error).__name__}
    seen = done.seen
    for name, value in (
        ("CustomersLookedAt", seen.looked_at + done.asked),
        ("CustomersGoneBad", len(seen.gone_bad)),
        ("OrdersResumed", len(done.orders)),
        ("ErrandsRefused", carried["refused"] + told["refused"]),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    facts: dict[str, Any] = {
        "tenant": tenant.id,
        "looked_at": seen.looked_at,
        "asked": done.asked,
        "gone_bad": list(seen.gone_bad),
        "good_again": list(seen.good_again),
        "is_whole": seen.is_whole,
        "orders": list(done.orders),
        "accounts": dict(sorted(carried.items())),
        "orders_told": dict(sorted(told.items())),
    }
    logger.info("customers looked after", **facts)
    return facts


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: `{}` from the schedule, or a `WatchRequest` by hand; says what came of it."""
    request = WatchRequest.model_validate(event)
    known = tenants()
    chosen = [known.tenant(request.tenant)] if request.tenant else known.all()
    with sage_at_work(context, logger, metrics) as ends_at:
        told = [look_after(one, ends_at - _MARGIN) for one in chosen if not one.is_paused]
    metrics.add_metric(name="CustomerWatchRun", unit=MetricUnit.Count, value=1)
    return {"tenants": told}
