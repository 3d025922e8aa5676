"""Working at Sage Intacct within one invocation: bounded by its end, counted when it is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.bootstrap import gates, invocations
from shared.bootstrap.clock import now
from shared.bootstrap.connections import call_records, calls
from shared.connections.calls import TRANSACTIONS, month_of
from shared.connections.errors import ConnectionStoreError

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.utilities.typing import LambdaContext


@contextmanager
def sage_at_work(
    context: LambdaContext, logger: Logger, metrics: Metrics, *, holds_lane: bool = False
) -> Iterator[datetime]:
    """Do an invocation's work at Sage Intacct; yields when Lambda stops it.

    No request outlasts that instant. Afterwards seats are given back, and what was used of each
    company's allowance is logged, counted as metrics and added to the tenant's month. None of this
    can fail the invocation.

    Args:
        context: the invocation.
        logger: the function's.
        metrics: the function's.
        holds_lane: whether what comes in came over a lane, which bounds its concurrency already.
    """
    ends_at = now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    invocations.begin(ends_at, holds_lane=holds_lane)
    try:
        yield ends_at
    finally:
        invocations.end()
        _give_back_seats(logger)
        _report_calls(logger, metrics)


def _give_back_seats(logger: Logger) -> None:
    try:
        gates.give_back_seats()
    except ConnectionStoreError as error:
        logger.warning("seat not given back", exc_info=error)


def _report_calls(logger: Logger, metrics: Metrics) -> None:
    by_tenant: dict[str, dict[str, int]] = defaultdict(dict)
    for (tenant, kind), count in calls().taken().items():
        by_tenant[tenant][kind] = count
        logger.info("sage intacct called", tenant=tenant, kind=kind, calls=count)
        name = "SageTransactions" if kind == TRANSACTIONS else "SageCalls"
        metrics.add_metric(name=name, unit="Count", value=count)
    for tenant, counts in by_tenant.items():
        try:
            call_records().add(tenant, month_of(now()), counts)
        except ConnectionStoreError as error:
            # The next invocation of this process tries again with them.
            for kind, count in counts.items():
                calls().add(tenant, kind, count)
            logger.warning("calls not counted", tenant=tenant, exc_info=error)
