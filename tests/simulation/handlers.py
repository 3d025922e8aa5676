"""What the handlers of the queues do with a batch: the lines of `functions/*/app.py` without logs.

`customer_sync` hands its messages one by one to the Powertools processor, `order_posting` posts
the orders of a batch together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from shared.fifo import Received, given_back
from shared.messages import CartEvent, OrderReady
from shared.posting.reports import PostingReport
from tests.simulation.sandbox import Sandbox, lambda_context


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

    def one(record: SQSRecord) -> None:
        try:
            _sync_event(batch, CartEvent.model_validate_json(record.body))
        except Exception as error:
            batch.on_error(batch.sandbox, error)
            raise
        batch.finished.add(record.message_id)

    try:
        answer = process_partial_response(
            event=batch.event,
            record_handler=one,
            processor=batch.sandbox.processor,
            context=lambda_context(batch.sandbox, batch.seconds_left),
        )
    except BatchProcessingError:  # all of them failed: an error of the whole invocation
        return batch.ids
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


def _sync_event(batch: Batch, event: CartEvent) -> None:
    outside, place = batch.sandbox.outside, (event.store, event.resource_id, event.topic)
    outside.begun.append(place)
    report = batch.sandbox.customer_sync.sync(event, batch.deadline)
    outside.synced.append((len(outside.begun), place))
    outside.wire.story.tell(f"synced {report.order_id}: {report.outcome.value}")


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
    received = [Received(r["messageId"], r["attributes"]["MessageGroupId"]) for r in records]
    return given_back(received, failed)
