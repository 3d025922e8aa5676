"""The product's entry points in the processes of a history: `functions/*/app.py`, logs and all.

Where a handler builds its use case it is given that of the process that it runs in, which has the
history's clock, tables and companies; what it logs is kept, for secrets to be looked for.
"""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools import Metrics

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Cartledger/simulation")

from functions.customer_sync import app as customer_sync
from functions.gl_export import app as gl_export
from functions.order_posting import app as order_posting
from functions.sweeper import app as sweeper
from functions.webhook_intake import app as webhook_intake
from shared.customers.sync import SyncReport
from shared.intake.deliveries import Receipt
from shared.intake.requests import WebhookRequest
from shared.messages import CartEvent, OrderReady
from shared.posting.reports import PostingReport
from tests.simulation.handlers import Batch, Functions, posted, synced
from tests.simulation.sandbox import Sandbox

_APPS = (customer_sync, gl_export, order_posting, sweeper, webhook_intake)


@dataclass(slots=True)
class _Present:
    """The invocation that a task is at; `said` is what its use case answered."""

    sandbox: Sandbox
    ends_at: float
    batch: Batch | None = None
    said: Any = None

    @property
    def seconds_left(self) -> float:
        return self.ends_at - self.sandbox.outside.wire.scheduler.now

    @property
    def context(self) -> Any:
        return SimpleNamespace(
            function_name=self.sandbox.name,
            memory_limit_in_mb=512,
            invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:simulated",
            aws_request_id="simulated",
            get_remaining_time_in_millis=lambda: int(self.seconds_left * 1000),
        )


_present: ContextVar[_Present] = ContextVar("present")
"""Each task has its own: a greenlet begins with a context of its own."""


@contextmanager
def installed() -> Iterator[io.StringIO]:
    """Have the entry points build what their process has; yields what they log meanwhile."""
    log = io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(patch.object(customer_sync, "customer_sync", _Syncing))
        stack.enter_context(patch.object(order_posting, "order_poster", _Posting))
        stack.enter_context(patch.object(webhook_intake, "intake", _Taking))
        stack.enter_context(patch.object(sweeper, "sweeper", _sweeper))
        stack.enter_context(patch.object(sweeper, "now", _now))
        stack.enter_context(patch.object(gl_export, "day_exporter", _day_exporter))
        for app in (customer_sync, order_posting, gl_export):
            stack.enter_context(patch.object(app, "sage_at_work", _at_work))
        for app in (customer_sync, order_posting):
            stack.enter_context(patch.object(app, "note_failure", lambda *_, **__: None))
        for app in _APPS:
            stack.enter_context(patch.object(app.logger.registered_handler, "stream", log))
            stack.enter_context(_without_metrics(app.metrics))
        yield log


def take(sandbox: Sandbox, ends_at: float, request: WebhookRequest) -> Receipt | None:
    """Have webhook_intake answer a delivery; None where it could not take it."""
    present = _begin(sandbox, ends_at)
    event = {
        "httpMethod": request.method,
        "pathParameters": {"cart": request.cart, "store": request.store},
        "headers": dict(request.headers),
        "body": request.body.decode(),
    }
    status = webhook_intake.handler(event, present.context)["statusCode"]
    receipt: Receipt | None = present.said
    return receipt if status < 500 else None


def sync_events(batch: Batch) -> Collection[str]:
    """Have customer_sync work a batch off; the ids of the messages that it gives back."""
    return _worked_off(customer_sync.handler, batch)


def post_orders(batch: Batch) -> Collection[str]:
    """Have order_posting work a batch off; the ids of the messages that it gives back."""
    return _worked_off(order_posting.handler, batch)


def sweep(sandbox: Sandbox, ends_at: float) -> None:
    """Have sweeper do its round."""
    answer = sweeper.handler({}, _begin(sandbox, ends_at).context)
    sandbox.outside.wire.story.tell(
        f"swept {answer['sent']} {sorted(answer['passed_over'].items())}"
    )


def export(sandbox: Sandbox, ends_at: float, states: list[str]) -> None:
    """Have gl_export do its round."""
    answer = gl_export.handler({}, _begin(sandbox, ends_at).context)
    for day in answer["days"]:
        states.append(day["state"])
        place = f"{day['store']} {day['date']}"
        sandbox.outside.wire.story.tell(f"day {place}: {day['state']} {day['reasons']}")


def _begin(sandbox: Sandbox, ends_at: float, batch: Batch | None = None) -> _Present:
    present = _Present(sandbox, ends_at, batch)
    _present.set(present)
    return present


def _worked_off(handler: Any, batch: Batch) -> Collection[str]:
    present = _begin(batch.sandbox, batch.ends_at, batch)
    answer = handler(batch.event, present.context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@contextmanager
def _at_work(_context: Any, *_: Any, **__: Any) -> Iterator[datetime]:
    """The end of the invocation; seats are given back when the process is done."""
    present = _present.get()
    yield present.sandbox.until(present.ends_at)


def _now() -> datetime:
    return _present.get().sandbox.clock()


def _without_metrics(metrics: Metrics) -> AbstractContextManager[Any]:
    """What is counted is thrown away."""
    return patch.object(metrics.provider, "flush_metrics", lambda **_: metrics.clear_metrics())


class _Syncing:
    """The use case of customer_sync, as the present process has it."""

    def sync_all(
        self, events: Sequence[CartEvent], deadline: datetime
    ) -> list[SyncReport | Exception]:
        return synced(_batch(), events, deadline)


class _Posting:
    """The use case of order_posting, as the present process has it."""

    def post_all(
        self, orders: Sequence[OrderReady], deadline: datetime
    ) -> list[PostingReport | Exception]:
        return posted(_batch(), orders, deadline)

    def put_aside(self, order: OrderReady, error: Exception) -> PostingReport:
        batch = _batch()
        report = batch.sandbox.order_poster.put_aside(order, error)
        for message in batch.event["Records"]:
            if OrderReady.model_validate_json(message["body"]) == order:
                batch.finished.add(message["messageId"])
        return report


class _Taking:
    """The use case of webhook_intake, as the present process has it."""

    def take(self, request: WebhookRequest) -> Receipt:
        present = _present.get()
        receipt = present.said = present.sandbox.intake.take(request)
        return receipt


def _sweeper(on_failure: Any) -> Any:
    return _present.get().sandbox.sweeper(on_failure)


def _day_exporter(on_failure: Any) -> Any:
    return _present.get().sandbox.day_exporter(on_failure)


def _batch() -> Batch:
    batch = _present.get().batch
    assert batch is not None, "a queue's function works on a batch"
    return batch


ENTRY_POINTS = Functions(take, sync_events, post_orders, sweep, export, installed)
"""Those of the product."""
