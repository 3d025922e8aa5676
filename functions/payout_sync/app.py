"""Read stores' payouts, prove, keep and book them: all on a schedule, one store or one by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.clock import now
from shared.bootstrap.payouts import payout_booker, payout_poller
from shared.bootstrap.reporting import sage_at_work
from shared.bootstrap.tenants import tenants
from shared.payouts.booking import BookingReport
from shared.payouts.store import PayoutKey
from shared.polling.reports import PollReport
from shared.polling.schedule import PollRequest, visits

logger = Logger()
metrics = Metrics()

_MARGIN = timedelta(seconds=80)
"""Longer than the last call of a page may take with its retries (`carts/json_api.py`)."""


class PayoutRequest(PollRequest):
    """What to read and book; with `payout`, only that one is booked and nothing is read.

    `release_by` names the person who lets an entry that was refused go again. Of a payout that
    brings its sales into the books, `even_if_incomplete` leaves what matches no sale to the
    clearing account, and `correct_by` names who has the sales made anew.
    """

    payout: str = ""
    release_by: str = ""
    even_if_incomplete: bool = False
    correct_by: str = ""


def report(done: PollReport) -> dict[str, Any]:
    """Count and log what became of one store."""
    outcome = done.outcome.value
    metrics.add_metric(name=f"PayoutPoll{outcome.title()}", unit=MetricUnit.Count, value=1)
    metrics.add_metric(name="PayoutNews", unit=MetricUnit.Count, value=done.hints)
    facts: dict[str, Any] = {
        "tenant": done.tenant,
        "store": done.store,
        "outcome": outcome,
        "payouts": done.hints,
        "windows": done.windows,
        "read_to": done.read_to.isoformat() if done.read_to else "",
        "detail": done.detail,
    }
    logger.info("payouts read", **facts)
    return facts


def report_held(payout: PayoutKey) -> None:
    """Count and log a payout that must wait for a person."""
    metrics.add_metric(name="PayoutHeld", unit=MetricUnit.Count, value=1)
    logger.warning("payout held", tenant=payout.tenant, store=payout.store, payout=payout.payout_id)


def report_failure(payout: PayoutKey, error: Exception) -> None:
    """Log a payout whose booking broke off; the next run goes on with it."""
    logger.error(
        "payout booking broke off",
        tenant=payout.tenant,
        store=payout.store,
        payout=payout.payout_id,
        error=type(error).__name__,
        exc_info=error,
    )


def _reports(request: PollRequest, deadline: datetime) -> Iterator[dict[str, Any]]:
    for done in visits(payout_poller(report_held).poll, tenants(), request, deadline, now):
        yield report(done)


def _bookings(request: PayoutRequest, deadline: datetime) -> list[BookingReport]:
    """Book what is due, or the one payout that is named."""
    booker = payout_booker(report_failure)
    if request.payout:
        tenant = tenants().tenant(request.tenant)
        key = PayoutKey(request.tenant, request.store, request.payout)
        return [
            booker.book(
                tenant,
                key,
                deadline,
                release_by=request.release_by,
                even_if_incomplete=request.even_if_incomplete,
                correct_by=request.correct_by,
            )
        ]
    chosen = [tenants().tenant(request.tenant)] if request.tenant else tenants().all()
    return booker.book_due(chosen, deadline, store=request.store)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point: `{}` from the schedule, or a `PayoutRequest` by hand; says what came of it."""
    request = PayoutRequest.model_validate(event)
    with sage_at_work(context, logger, metrics) as ends_at:
        stores = [] if request.payout else list(_reports(request, ends_at - _MARGIN))
        booked = _bookings(request, ends_at)
    for state, count in Counter(each.state for each in booked).items():
        metrics.add_metric(name=f"Payout{state.title()}", unit=MetricUnit.Count, value=count)
    metrics.add_metric(name="PayoutSyncRun", unit=MetricUnit.Count, value=1)
    answer = {"stores": stores, "payouts": [each.as_json() for each in booked]}
    logger.info("payouts finished with", payouts=answer["payouts"])
    return answer
