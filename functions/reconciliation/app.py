"""Prove days: on schedule every day that is over and has no statement, by hand one day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field

from shared.bootstrap.reconciliation import prover
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.tenants import tenants
from shared.reconciliation.prove import ProofReport

logger = Logger()
metrics = Metrics()

_MARGIN = timedelta(seconds=90)
"""What a proof may still need once all rows are made: to read Sage and to store the statement."""


class ProofWanted(BaseModel):
    """A day asked for by hand; with `again`, documents that were proved before are read again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str = Field(min_length=1)
    entity: str = Field(min_length=1)
    date: date
    again: bool = False


def report_failure(tenant: str, entity: str, on: date, error: Exception) -> None:
    """Log a day whose proof broke off; the next run begins it anew."""
    logger.error(
        "proof broke off",
        tenant=tenant,
        entity=entity,
        date=on.isoformat(),
        error=type(error).__name__,
        exc_info=error,
    )


def prove(event: dict[str, Any], ends_at: datetime) -> list[ProofReport]:
    """What is due, or the day that the event names."""
    deadline = ends_at - _MARGIN
    if "entity" not in event:
        return prover(report_failure).prove_due(tenants().all(), deadline)
    wanted = ProofWanted.model_validate(event)
    tenant = tenants().tenant(wanted.tenant)
    made = prover(report_failure).prove(
        tenant, wanted.entity, wanted.date, deadline, again=wanted.again
    )
    return [made]


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: prove what is due, or the day that the event names, and say what came of it."""
    with sage_at_work(context, logger, metrics) as ends_at:
        reports = prove(event, ends_at)
    for state, count in Counter(report.state for report in reports).items():
        metrics.add_metric(name=f"Proof{state.title()}", unit=MetricUnit.Count, value=count)
    metrics.add_metric(name="ProofRun", unit=MetricUnit.Count, value=1)
    answer = {"proofs": [report.as_json() for report in reports]}
    logger.info("proofs finished with", proofs=answer["proofs"])
    return answer
