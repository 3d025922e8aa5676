"""Close the days of summary-mode channels: on schedule every day that is over, by hand one day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field

from shared.bootstrap.gl_export import day_exporter
from shared.bootstrap.reporting import sage_at_work
from shared.gl.days import DayKey
from shared.gl.posting import Asked
from shared.gl.reports import DayReport

logger = Logger()
metrics = Metrics()


class DayWanted(BaseModel):
    """A day asked for by hand.

    `even_if_incomplete` leaves held orders to a later correction of the day; `release_by` names the
    person who lets a journal go again that was refused, or that was changed in Sage; `correct_by`
    the one who has the day's lines made anew from the facts, under today's mapping. `currency`
    names one of the date's days, else all that hold something and the one in the entity's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str = Field(min_length=1)
    store: str = Field(min_length=1)
    date: date
    even_if_incomplete: bool = False
    release_by: str = ""
    correct_by: str = ""
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")


def report_failure(day: DayKey, error: Exception) -> None:
    """Log a day whose export broke off; the next run goes on with it."""
    logger.error(
        "day export broke off",
        tenant=day.tenant,
        store=day.store,
        date=day.on.isoformat(),
        error=type(error).__name__,
        exc_info=error,
    )


def export(event: dict[str, Any], deadline: datetime) -> list[DayReport]:
    """What is due, or the day that the event names."""
    exporter = day_exporter(report_failure)
    if "store" not in event:
        return exporter.export_due(deadline)
    wanted = DayWanted.model_validate(event)
    asked = Asked(
        deadline,
        even_if_incomplete=wanted.even_if_incomplete,
        release_by=wanted.release_by,
        correct_by=wanted.correct_by,
    )
    return exporter.export(
        wanted.tenant, wanted.store, wanted.date, asked, currency=wanted.currency
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: export what is due, or the day that the event names, and say what came of it."""
    with sage_at_work(context, logger, metrics) as deadline:
        days = export(event, deadline)
    metrics.add_metric(name="DaysSeen", unit=MetricUnit.Count, value=len(days))
    for state, count in Counter(day.state for day in days).items():
        name = "Day" + "".join(word.title() for word in state.value.split("_"))
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
    answer = {"days": [day.as_json() for day in days]}
    logger.info("days finished with", days=answer["days"])
    return answer
