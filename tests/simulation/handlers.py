"""What the handlers of the queues do with a batch: `functions/*/app.py` without logs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.customers.sync import SyncReport
from shared.fifo import Received, given_back
from shared.messages import CartEvent, OrderReady
from shared.posting.reports import PostingReport
from tests.simulation.sandbox import Sandbox


@dataclass(slots=True)
class Batch:
    """One invocation's messages; `finished` are those whose work came to an end."""

    sandbox: Sandbox
    event: dict[str, Any]
    ends_at: float
    on_error: Callable[[Sandbox, Exception], None]
    finished: set[str] = field(default_factory=set)

    @property
    def ids(self) -> list[str]:
        """The messages' ids, in their order."""
        return [record["messageId"] for record in self.event["Records"]]

    @property
    def received(self) -> list[Received]:
        """The messages with their groups, in their order."""
        records = self.event["Records"]
        return [Received(r["messageId"], r["attributes"]["MessageGroupId"]) for r in records]

    @property
    def seconds_left(self) -> float:
        """How long the process may still work."""
        return self.ends_at - self.sandbox.outside.wire.scheduler.now

    @property
    def deadline(self) -> datetime:
        """When the process must have ended, by its own clock."""
        return self.sandbox.clock() + timedelta(seconds=self.seconds_left)


BatchHandler = Callable[[Batch], Collection[str]]
"""Works a batch off; the ids that go back to the queue."""


def sync_events(batch: Batch) -> Collection[str]:
    """What functions/customer_sync does with a batch."""
    events = [CartEvent.model_validate_json(one["body"]) for one in batch.event["Records"]]
    outside = batch.sandbox.outside
    places = [(event.store, event.resource_id, event.topic) for event in events]
    outside.begun.extend(places)
    outcomes = batch.sandbox.customer_sync.sync_all(events, batch.deadline)
    failed = set()
    for message_id, place, outcome in zip(batch.ids, places, outcomes, strict=True):
        if isinstance(outcome, SyncReport):
            batch.finished.add(message_id)
            outside.synced.append((len(outside.begun), place))
            outside.wire.story.tell(f"synced {outcome.order_id}: {outcome.outcome.value}")
        else:
            batch.on_error(batch.sandbox, outcome)
            failed.add(message_id)
    return given_back(batch.received, failed)


def post_orders(batch: Batch) -> Collection[str]:
    """What functions/order_posting does with a batch."""
    records = batch.event["Records"]
    orders = [OrderReady.model_validate_json(record["body"]) for record in records]
    outcomes = batch.sandbox.order_poster.post_all(orders, batch.deadline)
    failed = set()
    for message_id, order, outcome in zip(batch.ids, orders, outcomes, strict=True):
        if isinstance(outcome, PostingReport):
            batch.finished.add(message_id)
            said = f"{outcome.state.value} {outcome.reason}"
            batch.sandbox.outside.wire.story.tell(
                f"posted {order.order_id} of {order.store}: {said}"
            )
        else:
            batch.on_error(batch.sandbox, outcome)
            failed.add(message_id)
    return given_back(batch.received, failed)
