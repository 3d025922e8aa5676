"""Keep every tenant's REST token fresh: one renewal for the whole fleet, before anyone needs it.

Asked by hand, it also finds out what the role of a tenant's user covers, and which names of a
tenant's document its books know.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.books import tokens
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.standing import standing
from shared.bootstrap.tenants import tenants
from shared.connections.keeping import AHEAD, Kept, active, keep_tokens
from shared.connections.single_flight import Outcome
from shared.tenants.models import Tenant

logger = Logger()
metrics = Metrics()


def keep(tenant: Tenant, is_reading: bool) -> Outcome:  # noqa: FBT001  # called by place
    """Renew the token of the tenant's user if it is due; a token serves all entities."""
    return tokens(tenant, is_reading=is_reading).keep_fresh(ahead=AHEAD)


def look_after(tenant: Tenant) -> list[dict[str, str]]:
    """Keep the tenant's tokens, and tell once whether any connection of it is refused."""
    results = keep_tokens(tenant, keep)
    try:
        is_refused = standing().note(tenant, results)
    except Exception:
        logger.exception("refusal not noted", tenant=tenant.id)
        is_refused = False
    metrics.add_metric(name="ConnectionRefused", unit=MetricUnit.Count, value=int(is_refused))
    return [report(result) for result in results]


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
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: every tenant on a schedule, one when the event names it (`{"tenant": ...}`).

    With `{"tenant": ..., "probe": true}` the answer is what the tenant's users may do instead, with
    `{"tenant": ..., "names": {...}}` which of these names the books cannot use.
    """
    wanted = event.get("tenant")
    with sage_at_work(context, logger, metrics):
        if event.get("probe"):
            return {"users": probe(tenants().tenant(str(wanted)))}
        if "names" in event:
            return names(event)
        chosen = [tenants().tenant(str(wanted))] if wanted else tenants().all()
        return {"tokens": [row for tenant in active(chosen) for row in look_after(tenant)]}


def probe(tenant: Tenant) -> list[dict[str, Any]]:
    """What each user of the tenant lacks and has too much; nothing is written."""
    from shared.bootstrap.probing import role_reports  # noqa: PLC0415  # no schedule needs it

    return [report.as_json() for report in role_reports(tenant)]


def names(event: dict[str, Any]) -> dict[str, Any]:
    """Which names of a document the tenant's books do not know or do not use; nothing is written.

    Raises:
        pydantic.ValidationError: the event asks for something else.
    """
    from shared.bootstrap.probing import named_in_books  # noqa: PLC0415  # no schedule needs it
    from shared.tenants.against import NamesRequest, as_json  # noqa: PLC0415  # likewise

    request = NamesRequest.model_validate(event)
    return as_json(named_in_books(tenants().tenant(request.tenant), request))
