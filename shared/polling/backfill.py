"""A range of the past read once more, window by window: after an outage, or for a late store.

The store's lease is taken for each window, so that the schedule and a backfill take turns and the
cart is never asked by two at once. How far a range was read is kept under its own name: a run that
was stopped goes on there. Hints of orders whose version is stored already are absorbed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from carts.adapter import CartApiError, CartClient
from shared.intake.cart_events import CartEvents
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.poller import go_live
from shared.polling.reports import PollOutcome, PollReport
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

_LONGEST_TURN = timedelta(minutes=4)
"""Shorter than the lease, so that a window ends before it does."""


@dataclass(frozen=True, slots=True)
class Range:
    """The half-open range of update times that is to be read.

    A range that was read is not read again, unless under another `label`.
    """

    begin: datetime
    until: datetime
    label: str = ""

    @property
    def name(self) -> str:
        """What its progress is kept under."""
        ends = (each.astimezone(UTC).isoformat() for each in (self.begin, self.until))
        return "#".join(("backfill", *ends, self.label)).rstrip("#")


@dataclass(frozen=True, slots=True)
class BackfillParts:
    """What a backfill needs of the outside.

    `turns` holds the lease of the store, `progress_of` gives what keeps a range's progress.
    """

    turns: Checkpoints
    progress_of: Callable[[str], Checkpoints]
    events: CartEvents
    client_of: Callable[[Tenant, Store], CartClient | None]
    clock: Clock


class Backfill:
    """Reads ranges of the past into hints."""

    def __init__(self, parts: BackfillParts) -> None:
        """`parts` are shared by all ranges."""
        self._parts = parts
        self._hints = HintQueue(parts.events, parts.clock)

    def run(self, tenant: Tenant, store: Store, wanted: Range, deadline: datetime) -> PollReport:
        """Go on with the range until it is read or the deadline comes.

        COMPLETE means that all of it was read, by this run or those before it; PARTIAL that another
        run is needed; BUSY that somebody else reads the store or the range now. `read_to` tells how
        far the range was read.

        Raises:
            NotKeptError: a hint could not be queued; the progress has not moved.
            botocore.exceptions.ClientError: the progress could not be read or written.
        """
        report = PollReport(tenant.id, store.id, PollOutcome.SKIPPED)
        if refusal := _refusal(tenant, store, wanted):
            return replace(report, detail=refusal)
        progress = self._parts.progress_of(wanted.name)
        try:
            client = self._parts.client_of(tenant, store)
            if client is None:
                return replace(report, detail="no access to the store's API")
            lease = progress.acquire(tenant.id, store.id, now=self._parts.clock())
        except CartApiError as exc:
            return replace(report, outcome=PollOutcome.FAILED, detail=str(exc))
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY, detail="the range is being read")
        try:
            return self._windows(_Work(tenant, store, client, wanted, deadline), progress, lease)
        finally:
            progress.release(lease)

    def _windows(self, work: _Work, progress: Checkpoints, lease: Lease) -> PollReport:
        begin = lease.read_to or work.wanted.begin
        report = PollReport(
            work.tenant.id, work.store.id, PollOutcome.COMPLETE, read_to=lease.read_to
        )
        rules = rules_of(work.store)
        end = min(work.wanted.until, self._parts.clock() - rules.lag)
        while begin < end:
            if self._parts.clock() >= work.deadline:
                return replace(report, outcome=PollOutcome.PARTIAL)
            span = min(lease.span or rules.longest_window, rules.longest_window)
            window = Window(begin, min(begin + span, end))
            try:
                hints = self._turn(work, window)
                lease = progress.advance(
                    lease,
                    window.until,
                    now=self._parts.clock(),
                    span=wider(lease.span, rules.longest_window),
                )
            except CartApiError as exc:
                return replace(report, outcome=PollOutcome.FAILED, detail=str(exc))
            except PollingElsewhereError:
                return replace(report, outcome=PollOutcome.BUSY, detail="the store is being read")
            except OutOfTimeError:
                return self._too_long(progress, lease, window, report)
            report = replace(
                report,
                hints=report.hints + hints,
                windows=report.windows + 1,
                read_to=window.until,
            )
            begin = window.until
        return report

    def _turn(self, work: _Work, window: Window) -> int:
        """Read one window while nobody else reads the store."""
        now = self._parts.clock()
        turn = self._parts.turns.acquire(work.tenant.id, work.store.id, now=now)
        try:
            deadline = min(work.deadline, now + _LONGEST_TURN)
            return self._hints.read(work.tenant, work.store, work.client, window, deadline)
        finally:
            self._parts.turns.release(turn)

    def _too_long(
        self, progress: Checkpoints, lease: Lease, window: Window, report: PollReport
    ) -> PollReport:
        """A window that had the whole run and did not fit: the next run takes half of it."""
        if report.windows:
            return replace(report, outcome=PollOutcome.PARTIAL)
        if window.length <= SHORTEST_WINDOW:
            message = "more orders change in a minute than one run can read"
            return replace(report, outcome=PollOutcome.FAILED, detail=message)
        try:
            progress.narrow(lease, window.half)
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY, detail="the range is being read")
        return replace(report, outcome=PollOutcome.PARTIAL)


@dataclass(frozen=True, slots=True)
class _Work:
    """One run at one range."""

    tenant: Tenant
    store: Store
    client: CartClient
    wanted: Range
    deadline: datetime


def _refusal(tenant: Tenant, store: Store, wanted: Range) -> str:
    """Why the range may not be read; empty where it may."""
    if tenant.is_paused:
        return "the tenant is paused"
    if wanted.until <= wanted.begin:
        return "the range ends before it begins"
    started = go_live(tenant, store)
    if started is None:
        return "no go-live date: set one before orders of the past are read"
    if wanted.begin < started:
        return f"the range begins before the store's go-live date {store.go_live_on}"
    return ""
