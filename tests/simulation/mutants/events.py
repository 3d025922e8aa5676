"""Defects of intake, facts, customers, queues and the agenda."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from commerce.orders import Facts
from shared.customers import choosing, identity, sync
from shared.facts.merge import merge
from shared.facts.record import FactsRecord
from shared.fifo import given_back
from shared.intake.archive import NotKeptError, S3Archive
from shared.intake.cart_events import SqsCartEvents
from shared.messages import CartEvent
from shared.sweeping.sweep import Sweeper
from tests.simulation import handlers
from tests.simulation.faults import Fault
from tests.simulation.mutants.mutant import Mutant, Patch, unconditioned
from tests.simulation.sandbox import Sandbox
from tests.simulation.weather import Weather

_NOT_KEPT = Weather({("s3.put", Fault.THROTTLED): 0.4})
_NOT_QUEUED = Weather({("sqs.send", Fault.THROTTLED): 0.4})
_OVERLAPPING = Weather({("dynamodb.put", Fault.FREEZE): 0.3, ("queue.receive", Fault.EARLY): 0.7})
_NOT_READ = Weather({("dynamodb.get", Fault.THROTTLED): 0.2})


def _answered_before_archive() -> Patch:
    put_new = S3Archive.put_new

    def careless(self: S3Archive, *given: Any) -> bool:
        with suppress(NotKeptError):
            return put_new(self, *given)
        return True

    return patch.object(S3Archive, "put_new", careless)


def _answered_before_queue() -> Patch:
    send = SqsCartEvents.send

    def careless(self: SqsCartEvents, event: CartEvent) -> None:
        with suppress(NotKeptError):
            send(self, event)

    return patch.object(SqsCartEvents, "send", careless)


def _no_version_check() -> Patch:
    def newest_arrival(known: Facts, new: Facts) -> Facts:
        return replace(merge(known, new), order=new.order or known.order)

    return patch.object(sync, "merge", newest_arrival)


def _followers_dropped() -> Patch:
    def whole_orders_only(known: Facts, new: Facts) -> Facts:
        return merge(known, new) if known.order is not None else new

    return patch.object(sync, "merge", whole_orders_only)


def _random_customer() -> Patch:
    customer_id = identity.customer_id

    def by_order(store: str, order: Any, *rest: Any) -> str:
        return customer_id(f"{store}{order.ref.id}", order, *rest)

    return patch.object(choosing, "customer_id", by_order)


def _too_few_failures() -> Patch:
    def fewer(batch: Any, failed: Any) -> list[str]:
        return given_back(batch, failed)[1:]

    return patch.object(handlers, "given_back", fewer)


def _nothing_due() -> Patch:
    """The order's record does not keep it due, so that a lost message is never made good."""

    def never(self: sync.CustomerSync, record: FactsRecord) -> None:
        del self, record

    return patch.object(sync.CustomerSync, "_due_at", never)


def _facts_overwritten() -> Patch:
    return unconditioned("ORD#", "FACTS$", ("put_item",))


def _nobody_sweeps() -> Patch:
    return patch.object(Sweeper, "_send", lambda *_given: None)


def _books_of_another() -> Patch:
    """What was built for one company is kept for all of them."""
    books_of = Sandbox._books_of

    def first(self: Sandbox, tenant: str) -> Any:
        return next(iter(self._books.values()), None) or books_of(self, tenant)

    return patch.object(Sandbox, "_books_of", first)


MUTANTS: Sequence[Mutant] = (
    Mutant("acknowledged before it is archived", _answered_before_archive, _NOT_KEPT),
    Mutant("acknowledged before it is queued", _answered_before_queue, _NOT_QUEUED),
    Mutant("no version check of orders", _no_version_check),
    Mutant("followers before their order are dropped", _followers_dropped),
    Mutant("a customer for each order", _random_customer),
    Mutant("facts are overwritten", _facts_overwritten, _OVERLAPPING),
    Mutant("partial batch names too few failures", _too_few_failures, _NOT_READ),
    Mutant("nothing keeps an order due", _nothing_due),
    Mutant("the sweeper sends nothing", _nobody_sweeps),
    Mutant("one company's books kept for all", _books_of_another),
)
