"""Keep every tenant's REST token fresh: one renewal for the whole fleet, before anyone needs it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.books import tokens
from shared.bootstrap.tenants import tenants
from shared.connections.keeping import AHEAD, Kept, keep_tokens
from shared.connections.single_flight import Outcome
from shared.tenants.models import Tenant

logger = Logger()
metrics = Metrics()


def keep(tenant: Tenant, entity: str) -> Outcome:
    """Renew the tenant's token if it is due; a token serves all entities."""
    del entity
    return tokens(tenant).keep_fresh(ahead=AHEAD)


def report(result: Kept) -> dict[str, str]:
    """Log and count one result; errors of ours hold no secret and no text of Sage's."""
    metrics.add_metric(name=f"Token{result.outcome.title()}", unit=MetricUnit.Count, value=1)
    facts = result.as_json()
    if result.error:
        logger.error("token not renewed", extra=facts, exc_info=result.error)
    else:
        logger.info("token looked at", extra=facts)
    return facts


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Entry point: every tenant on a schedule, one when the event names it (`{"tenant": ...}`)."""
    del context
    wanted = event.get("tenant")
    chosen = [tenants().tenant(str(wanted))] if wanted else tenants().all()
    return {"tokens": [report(result) for result in keep_tokens(chosen, keep)]}
