"""What handlers do with what they are given: `functions/*/app.py` without logs."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.customers.sync import SyncReport
from shared.fifo import Received, given_back
from shared.intake.deliveries import Receipt
from shared.intake.requests import WebhookRequest
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
    def deadline(self) -> datetime:
        """When the process must have ended, by its own clock."""
        return self.sandbox.until(self.ends_at)


@dataclass(frozen=True, slots=True)
class Functions:
    """What Lambda runs, each in a process and until the second at which it must have ended.

    `take` answers a delivery, or None where it could not be taken; the batch handlers answer the
    messages that go back to their queue; `export` adds the states of the days that it saw.
    """

    take: Callable[[Sandbox, float, WebhookRequest], Receipt | None]
    sync_events: BatchHandler
    post_orders: BatchHandler
    sweep: Callable[[Sandbox, float], None]
    export: Callable[[Sandbox, float, list[str]], None]
    installed: Callable[[], AbstractContextManager[io.StringIO]]
    """For as long as it is entered they can be run; what they log is written there."""


BatchHandler = Callable[[Batch], Collection[str]]
"""Works a batch off; the ids that go back to the queue."""


def take(sandbox: Sandbox, _ends_at: float, request: WebhookRequest) -> Receipt:
    """What functions/webhook_intake does with a delivery."""
    return sandbox.intake.take(request)


def sync_events(batch: Batch) -> Collection[str]:
    """What functions/customer_sync does with a batch."""
    events = [CartEvent.model_validate_json(one["body"]) for one in batch.event["Records"]]
    outcomes = synced(batch, events, batch.deadline)
    return _given_back(batch, outcomes, SyncReport)


def post_orders(batch: Batch) -> Collection[str]:
    """What functions/order_posting does with a batch."""
    orders = [OrderReady.model_validate_json(one["body"]) for one in batch.event["Records"]]
    outcomes = posted(batch, orders, batch.deadline)
    return _given_back(batch, outcomes, PostingReport)


def synced(
    batch: Batch, events: Sequence[CartEvent], deadline: datetime
) -> list[SyncReport | Exception]:
    """What the use case of customer_sync makes of a batch's events; noted and told."""
    outside = batch.sandbox.outside
    places = [(event.store, event.resource_id, event.topic) for event in events]
    outside.begun.extend(places)
    outcomes = batch.sandbox.customer_sync.sync_all(events, deadline)
    for message_id, place, outcome in zip(batch.ids, places, outcomes, strict=True):
        if isinstance(outcome, SyncReport):
            batch.finished.add(message_id)
            outside.synced.append((len(outside.begun), place))
            outside.wire.story.tell(f"synced {outcome.order_id}: {outcome.outcome.value}")
        else:
            batch.on_error(batch.sandbox, outcome)
    return outcomes


def posted(
    batch: Batch, orders: Sequence[OrderReady], deadline: datetime
) -> list[PostingReport | Exception]:
    """What the use case of order_posting makes of a batch's orders; noted and told."""
    outcomes = batch.sandbox.order_poster.post_all(orders, deadline)
    for message_id, order, outcome in zip(batch.ids, orders, outcomes, strict=True):
        if isinstance(outcome, PostingReport):
            batch.finished.add(message_id)
            said = f"{outcome.state.value} {outcome.reason}"
            batch.sandbox.outside.wire.story.tell(
                f"posted {order.order_id} of {order.store}: {said}"
            )
        else:
            batch.on_error(batch.sandbox, outcome)
    return outcomes


def _given_back(batch: Batch, outcomes: Sequence[object], handled: type) -> Collection[str]:
    pairs = zip(batch.ids, outcomes, strict=True)
    return given_back(batch.received, {key for key, told in pairs if not isinstance(told, handled)})


def sweep(sandbox: Sandbox, ends_at: float) -> None:
    """What functions/sweeper does each minute."""
    story = sandbox.outside.wire.story

    def on_failure(pk: str, error: Exception) -> None:
        story.tell(f"{pk} is not swept: {type(error).__name__}")

    swept = sandbox.sweeper(on_failure).sweep(sandbox.until(ends_at))
    story.tell(f"swept {swept.sent} {sorted(swept.passed_over.items())}")


def export(sandbox: Sandbox, ends_at: float, states: list[str]) -> None:
    """What functions/gl_export does on schedule."""
    story = sandbox.outside.wire.story

    def on_failure(key: Any, error: Exception) -> None:
        story.tell(f"{key} is not exported: {type(error).__name__}")

    for report in sandbox.day_exporter(on_failure).export_due(sandbox.until(ends_at)):
        states.append(report.state.value)
        story.tell(f"day {report.day.pk}: {report.state.value} {report.reasons}")


USE_CASES = Functions(
    take, sync_events, post_orders, sweep, export, lambda: nullcontext(io.StringIO())
)
"""The use cases alone, which is quicker."""
