"""The sweeper, built on first use."""

from __future__ import annotations

from collections.abc import Callable

from shared.bootstrap import aws
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.tenants import tenants
from shared.customers.lanes import SqsOrderLanes
from shared.settings import LaneSettings
from shared.sweeping.sweep import Sweeper, SweeperParts


def sweeper(on_failure: Callable[[str, Exception], None]) -> Sweeper:
    """What brings due orders back; `on_failure` is told of an order that could not be."""
    queue_url = LaneSettings.from_environment().ORDER_POSTINGS_QUEUE_URL
    return Sweeper(
        SweeperParts(
            facts=facts_store(),
            tenant_of=tenants().tenant,
            lanes=SqsOrderLanes(aws.sqs(), queue_url),
            clock=now,
            on_failure=on_failure,
        )
    )
