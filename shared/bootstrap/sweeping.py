"""The sweeper, built on first use."""

from __future__ import annotations

from collections.abc import Callable

from shared.bootstrap import aws
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.tenants import tenants
from shared.customers.lanes import SqsOrderLanes
from shared.intake.cart_events import SqsCartEvents
from shared.settings import CartEventsSettings, LaneSettings
from shared.sweeping.sweep import Sweeper, SweeperParts


def sweeper(on_failure: Callable[[str, Exception], None]) -> Sweeper:
    """What brings due orders back; `on_failure` is told of an order that could not be."""
    lanes_url = LaneSettings.from_environment().ORDER_POSTINGS_QUEUE_URL
    events_url = CartEventsSettings.from_environment().CART_EVENTS_QUEUE_URL
    return Sweeper(
        SweeperParts(
            facts=facts_store(),
            tenant_of=tenants().tenant,
            lanes=SqsOrderLanes(aws.sqs(), lanes_url),
            events=SqsCartEvents(aws.sqs(), events_url),
            clock=now,
            on_failure=on_failure,
        )
    )
