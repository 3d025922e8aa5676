"""The one polling algorithm for all carts (carts reference §2.4).

A window reaches back a little before the checkpoint and ends a little before now; every page of it
is queued as hints before the checkpoint moves to the window's end. Whatever fails leaves the
checkpoint where it was, and the next run reads the window again: hints are cheap and absorbed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from carts.adapter import CartApiError, CartClient, ChangedOrder
from shared.intake.cart_events import CartEvents, delivery_digest
from shared.messages import CartEvent
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.ports import Clock
from shared.tenants.models import Store, Tenant

POLLED_TOPIC = "orders/polled"

OVERLAP = timedelta(minutes=5)
LAG = timedelta(minutes=2)
LONGEST_WINDOW = timedelta(hours=24)


class PollOutcome(StrEnum):
    """What became of polling a store.

    COMPLETE: read up to now. PARTIAL: time ran out, the next run goes on. BUSY: somebody else is at
    it. FAILED: the cart's API did not answer as it should. SKIPPED: no access was given, or the
    tenant is paused, or no start is configured.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    BUSY = "busy"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class PollReport:
    """What became of polling one store, in ids that a log may hold."""

    tenant: str
    store: str
    outcome: PollOutcome
    hints: int = 0
    windows: int = 0
    read_to: datetime | None = None
    detail: str = ""


class Poller:
    """Polls stores, one window after the other, until they are read up to now."""

    def __init__(
        self,
        *,
        checkpoints: Checkpoints,
        events: CartEvents,
        client_of: Callable[[Tenant, Store], CartClient | None],
        clock: Clock,
    ) -> None:
        """`client_of` gives the client of a store's API, None where no access was given."""
        self._checkpoints = checkpoints
        self._events = events
        self._client_of = client_of
        self._clock = clock

    def poll(self, tenant: Tenant, store: Store, deadline: datetime) -> PollReport:
        """Queue a hint for every order of the store that changed since the last run.

        Nothing is raised for what a cart may do: the report says it.

        Args:
            tenant: whose store it is.
            store: what is polled.
            deadline: no window is begun after it.

        Raises:
            NotKeptError: a hint could not be queued; the checkpoint has not moved.
            botocore.exceptions.ClientError: the checkpoint could not be read or written.
        """
        report = PollReport(tenant.id, store.id, PollOutcome.SKIPPED)
        if tenant.is_paused:
            return _said(report, detail="the tenant is paused")
        try:
            client = self._client_of(tenant, store)
            if client is None:
                return _said(report, detail="no access to the store's API")
            lease = self._checkpoints.acquire(tenant.id, store.id, now=self._clock())
        except CartApiError as exc:
            return _said(report, PollOutcome.FAILED, detail=str(exc))
        except PollingElsewhereError:
            return _said(report, PollOutcome.BUSY)
        try:
            return self._windows(tenant, store, client, lease, deadline)
        finally:
            self._checkpoints.release(lease)

    def _windows(
        self, tenant: Tenant, store: Store, client: CartClient, lease: Lease, deadline: datetime
    ) -> PollReport:
        hints = windows = 0
        outcome, detail = PollOutcome.COMPLETE, ""
        start = lease.read_to or _go_live(tenant, store)
        if start is None:
            report = PollReport(tenant.id, store.id, PollOutcome.SKIPPED)
            return _said(report, detail="no go-live date: there is no point to start from")
        for since, until in _plan(start, self._clock() - LAG):
            if self._clock() >= deadline:
                outcome = PollOutcome.PARTIAL
                break
            try:
                for page in client.changed_orders(since=since, until=until):
                    hints += self._queue(tenant, store, page)
            except CartApiError as exc:
                outcome, detail = PollOutcome.FAILED, str(exc)
                break
            try:
                lease = self._checkpoints.advance(lease, until, now=self._clock())
            except PollingElsewhereError:
                outcome = PollOutcome.BUSY
                break
            windows += 1
        return PollReport(tenant.id, store.id, outcome, hints, windows, lease.read_to, detail)

    def _queue(self, tenant: Tenant, store: Store, page: Sequence[ChangedOrder]) -> int:
        for changed in page:
            self._events.send(_hint(tenant, store, changed, self._clock()))
        return len(page)


def _said(report: PollReport, outcome: PollOutcome | None = None, detail: str = "") -> PollReport:
    return PollReport(report.tenant, report.store, outcome or report.outcome, detail=detail)


def _plan(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Windows from `start` to `end`, none longer than a day, each reaching back by the overlap."""
    begin = start
    while begin < end:
        until = min(begin + LONGEST_WINDOW, end)
        yield begin - OVERLAP, until
        begin = until


def _go_live(tenant: Tenant, store: Store) -> datetime | None:
    """The start of the store's go-live date in its entity's zone: never all of history."""
    entity = tenant.entity(store.entity)
    if not store.go_live_on or entity is None:
        return None
    day = date.fromisoformat(store.go_live_on)
    return datetime.combine(day, time(), ZoneInfo(entity.zone)).astimezone(UTC)


def _hint(tenant: Tenant, store: Store, changed: ChangedOrder, now: datetime) -> CartEvent:
    """One order that changed: the same version of it is the same delivery, whoever polls."""
    key = f"{changed.order_id}|{changed.updated_at.astimezone(UTC).isoformat()}|{POLLED_TOPIC}"
    return CartEvent(
        tenant=tenant.id,
        store=store.id,
        cart=store.cart,
        topic=POLLED_TOPIC,
        delivery=delivery_digest(store.cart, tenant.id, store.id, key),
        resource_id=changed.order_id,
        received_at=now,
        as_of=changed.updated_at,
    )
