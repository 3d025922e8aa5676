"""Keep every tenant's XML sessions fresh: one login for the whole fleet, before anyone needs it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.books import sessions
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.standing import standing
from shared.bootstrap.tenants import tenants
from shared.connections.keeping import AHEAD, Kept, active, keep_sessions
from shared.connections.single_flight import Outcome
from shared.tenants.models import Tenant

logger = Logger()
metrics = Metrics()


def keep(tenant: Tenant, entity: str) -> Outcome:
    """Open the tenant's session at the entity anew if it is due."""
    return sessions(tenant).keep_fresh(entity, ahead=AHEAD)


def look_after(tenant: Tenant) -> list[dict[str, str]]:
    """Keep the tenant's sessions, and tell once whether any connection of it is refused."""
    results = keep_sessions(tenant, keep)
    try:
        standing().note(tenant, results)
    except Exception:
        logger.exception("refusal not noted", tenant=tenant.id)
    return [report(result) for result in results]


def report(result: Kept) -> dict[str, str]:
    """Log and count one result; errors of ours hold no secret and no text of Sage's."""
    metrics.add_metric(name=f"Session{result.outcome.title()}", unit=MetricUnit.Count, value=1)
    facts = result.as_json()
    if result.error:
        logger.error("session not renewed", extra=facts, exc_info=result.error)
    else:
        logger.info("session looked at", extra=facts)
    return facts


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Entry point: every tenant on a schedule, one when the event names it (`{"tenant": ...}`)."""
    wanted = event.get("tenant")
    with sage_at_work(context, logger, metrics):
        chosen = [tenants().tenant(str(wanted))] if wanted else tenants().all()
        return {"sessions": [row for tenant in active(chosen) for row in look_after(tenant)]}
