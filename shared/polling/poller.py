"""The one polling algorithm for all carts (carts reference §2.4).

A window reaches back a little before the checkpoint and ends a little before now; every page of it
is queued as hints before the checkpoint moves to the window's end. Whatever fails leaves the
checkpoint where it was, and the next run reads the window again: hints are cheap and absorbed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from carts.adapter import CartApiError, CartClient
from shared.intake.cart_events import CartEvents
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.reader import Range, WindowReader
from shared.polling.reports import PollOutcome, PollReport
from shared.polling.windows import HintQueue, rules_of
from shared.ports import Clock
from shared.tenants.models import Store, Tenant


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
        self._hints = HintQueue(events, clock)
        self._reader = WindowReader(checkpoints, clock, what="orders")
        self._client_of = client_of
        self._clock = clock

    def poll(self, tenant: Tenant, store: Store, deadline: datetime) -> PollReport:
        """Queue a hint for every order of the store that changed since the last run.

        Nothing is raised for what a cart may do: the report says it.

        Args:
            tenant: whose store it is.
            store: what is polled.
            deadline: no window is begun and no page is asked for after it.

        Raises:
            NotKeptError: a hint could not be queued; the checkpoint has not moved.
            botocore.exceptions.ClientError: the checkpoint could not be read or written.
        """
        report = PollReport(tenant.id, store.id, PollOutcome.SKIPPED)
        if tenant.is_paused:
            return replace(report, detail="the tenant is paused")
        try:
            client = self._client_of(tenant, store)
            if client is None:
                return replace(report, detail="no access to the store's API")
            lease = self._checkpoints.acquire(tenant.id, store.id, now=self._clock())
        except CartApiError as exc:
            return replace(report, outcome=PollOutcome.FAILED, detail=str(exc))
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY)
        try:
            return self._read(tenant, store, client, lease, deadline)
        finally:
            self._checkpoints.release(lease)

    def _read(
        self, tenant: Tenant, store: Store, client: CartClient, lease: Lease, deadline: datetime
    ) -> PollReport:
        started = lease.read_to or go_live(tenant, store)
        if started is None:
            message = "no go-live date: there is no point to start from"
            return PollReport(tenant.id, store.id, PollOutcome.SKIPPED, detail=message)
        rules = rules_of(store)
        wanted = Range(started, self._clock() - rules.lag, rules.longest_window, deadline)
        return self._reader.run(
            lease,
            wanted,
            lambda window: self._hints.read(tenant, store, client, window, deadline),
        )


def go_live(tenant: Tenant, store: Store) -> datetime | None:
    """The start of the store's go-live date in its entity's zone: never all of history."""
    entity = tenant.entity(store.entity)
    if not store.go_live_on or entity is None:
        return None
    day = date.fromisoformat(store.go_live_on)
    return datetime.combine(day, time(), ZoneInfo(entity.zone)).astimezone(UTC)
