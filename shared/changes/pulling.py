"""Pulls Sage's event queue, where a tenant's policy wants it, in place of most blind readings.

What it names is kept as hints before it is acknowledged, so a run that dies in between is told it
again. A queue that cannot be pulled stands for nothing: places are then read at the usual pace.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from intacct.errors import IntacctError, RejectedError
from intacct.rest.event_queue import Pulled
from shared.changes.hints import Hints, HintStore, keep_all
from shared.changes.pace import PULL_EVERY
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant

RETRY = timedelta(hours=1)
"""How long a queue that could not be pulled is left alone: each try is billed."""

TRUSTED = timedelta(hours=2)
"""How long ago a queue may have been pulled last to stand for blind readings."""

MOST_LISTS = 10
"""How many lists one run pulls: two transactions each; what is left has its turn in the next."""


SUBJECT = "changes::queue"
"""The subject of the review record of an event queue that Sage refuses."""


class PullsEvents(Protocol):
    """`intacct.rest.event_queue.EventQueue` of a tenant."""

    def listed(self) -> Pulled:
        """The events that wait, as many as Sage lists at a time."""
        ...

    def acknowledge(self, pulled: Pulled) -> None:
        """Take listed events off the queue."""
        ...


class EventPuller:
    """Pulls the queues of tenants that have one."""

    def __init__(
        self,
        store: HintStore,
        queue_of: Callable[[Tenant], PullsEvents],
        reviews: Reviews,
        on_failure: Callable[[Tenant, IntacctError], None],
        clock: Clock,
    ) -> None:
        """People are told of a queue that cannot be pulled; `on_failure` is for the log."""
        self._store = store
        self._queue_of = queue_of
        self._reviews = reviews
        self._on_failure = on_failure
        self._clock = clock

    def is_due(self, tenant: Tenant, hints: Hints) -> bool:
        """Whether the tenant's queue is to be pulled now."""
        now = self._clock()
        if not tenant.changes.events.pull or _within(hints.pull_failed_at, RETRY, now):
            return False
        return not _within(hints.pulled_at, PULL_EVERY, now)

    def stands(self, tenant: Tenant, hints: Hints) -> bool:
        """Whether the queue is pulled often enough to stand for blind readings."""
        is_pulled = tenant.changes.events.pull
        return is_pulled and _within(hints.pulled_at, TRUSTED, self._clock())

    def pull(self, tenant: Tenant) -> Hints:
        """Keep what the queue tells and take it off; the hints as they stand then.

        One that cannot be pulled is left alone for a while. What Sage refuses is a review record
        until it is pulled again; a failure on the way is not.

        Raises:
            botocore.exceptions.ClientError: hints or reviews could not be kept; the queue tells it
                again.
        """
        queue = self._queue_of(tenant)
        try:
            for _ in range(MOST_LISTS):
                pulled = queue.listed()
                if not pulled.ack_id:
                    self._store.pulled(tenant.id, self._clock(), failed=False)
                    self._reviews.close(tenant.id, SUBJECT, at=self._clock())
                    break
                keep_all(self._store, tenant, pulled.events, self._clock())
                queue.acknowledge(pulled)
        except IntacctError as error:
            self._store.pulled(tenant.id, self._clock(), failed=True)
            self._on_failure(tenant, error)
            if isinstance(error, RejectedError):
                self._reviews.open(tenant.id, SUBJECT, [_finding(error)], at=self._clock())
        return self._store.of_tenant(tenant.id)


def _finding(error: RejectedError) -> Finding:
    codes = ", ".join(error.codes) or "no code"
    message = f"Sage refuses it ({codes}): changes are read at the usual pace"
    hint = "see whether the company has the queue (docs/changes.md), or set changes.events.pull off"
    return Finding(Reason.REFUSED_BY_SAGE, "event queue", message, hint)


def _within(at: datetime | None, span: timedelta, now: datetime) -> bool:
    return at is not None and now - at < span
