"""The one polling algorithm for all carts (carts reference §2.4).

A window reaches back a little before the checkpoint and ends a little before now; every page of it
is queued as hints before the checkpoint moves to the window's end. Whatever fails leaves the
checkpoint where it was, and the next run reads the window again: hints are cheap and absorbed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from carts.adapter import CartApiError, CartClient
from shared.intake.cart_events import CartEvents
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.windows import (
    SHORTEST_WINDOW,
    HintQueue,
    OutOfTimeError,
    Window,
    rules_of,
    wider,
)
from shared.ports import Clock
from shared.tenants.models import Store, Tenant


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


@dataclass(frozen=True, slots=True)
class _Run:
    """One run at one store."""

    tenant: Tenant
    store: Store
    client: CartClient
    deadline: datetime

    def report(self, outcome: PollOutcome, detail: str = "") -> PollReport:
        """A report of nothing read yet."""
        return PollReport(self.tenant.id, self.store.id, outcome, detail=detail)


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
            return self._windows(_Run(tenant, store, client, deadline), lease)
        finally:
            self._checkpoints.release(lease)

    def _windows(self, run: _Run, lease: Lease) -> PollReport:
        """Window after window, until one fails, time is up, or all is read."""
        begin = lease.read_to or go_live(run.tenant, run.store)
        if begin is None:
            message = "no go-live date: there is no point to start from"
            return run.report(PollOutcome.SKIPPED, message)
        rules = rules_of(run.store)
        end = self._clock() - rules.lag
        report = replace(run.report(PollOutcome.COMPLETE), read_to=lease.read_to)
        while begin < end:
            if self._clock() >= run.deadline:
                return replace(report, outcome=PollOutcome.PARTIAL)
            span = min(lease.span or rules.longest_window, rules.longest_window)
            window = Window(begin, min(begin + span, end))
            report, lease = self._window(run, lease, window, report)
            if report.outcome is not PollOutcome.COMPLETE:
                return report
            begin = window.until
        return report

    def _window(
        self, run: _Run, lease: Lease, window: Window, report: PollReport
    ) -> tuple[PollReport, Lease]:
        """Read one window, then move the checkpoint to its end (carts reference §2.4)."""
        try:
            hints = self._hints.read(run.tenant, run.store, run.client, window, run.deadline)
            span = wider(lease.span, rules_of(run.store).longest_window)
            lease = self._checkpoints.advance(lease, window.until, now=self._clock(), span=span)
        except CartApiError as exc:
            return replace(report, outcome=PollOutcome.FAILED, detail=str(exc)), lease
        except OutOfTimeError:
            return self._too_long(lease, window, report), lease
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY), lease
        read = report.hints + hints, report.windows + 1
        return replace(report, hints=read[0], windows=read[1], read_to=window.until), lease

    def _too_long(self, lease: Lease, window: Window, report: PollReport) -> PollReport:
        """A window that had the whole run and did not fit: the next run takes half of it."""
        if report.windows:
            return replace(report, outcome=PollOutcome.PARTIAL)
        if window.length <= SHORTEST_WINDOW:
            message = "more orders change in a minute than one run can read"
            return replace(report, outcome=PollOutcome.FAILED, detail=message)
        try:
            self._checkpoints.narrow(lease, window.half)
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY)
        message = "a window was too long for one run; the next run takes half of it"
        return replace(report, outcome=PollOutcome.PARTIAL, detail=message)


def go_live(tenant: Tenant, store: Store) -> datetime | None:
    """The start of the store's go-live date in its entity's zone: never all of history."""
    entity = tenant.entity(store.entity)
    if not store.go_live_on or entity is None:
        return None
    day = date.fromisoformat(store.go_live_on)
    return datetime.combine(day, time(), ZoneInfo(entity.zone)).astimezone(UTC)
