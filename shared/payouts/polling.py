"""Polls stores for payouts: each is proved and kept before the checkpoint moves past it.

The rules of polling orders hold (carts reference §2.4): half-open windows, a lease per store, and
never past a failure. A window reaches far back, because a payout may change for days after it was
begun, and its source tells no time of change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from carts.adapter import CartApiError, CartClient, PayoutClient
from shared.customers.reading import findings_of_problems
from shared.payouts.keeping import Keeper
from shared.payouts.proof import payouts_subject
from shared.policy.mapping import Role
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.poller import go_live
from shared.polling.reader import Range, UnreadableError, WindowReader
from shared.polling.reports import PollOutcome, PollReport
from shared.polling.windows import OutOfTimeError, Window
from shared.ports import Clock
from shared.postings.findings import Finding
from shared.reviews.records import Reviews
from shared.tenants.models import Store, Tenant

OVERLAP = timedelta(days=10)
"""How long after it was begun a payout may still fail or arrive unseen."""

LONGEST_WINDOW = timedelta(days=31)
PAYOUTS_READER = "payouts"
"""The reader under which checkpoints of payouts are kept."""

_UNREADABLE = "payouts could not be read; the store's review record says why"


@dataclass(frozen=True, slots=True)
class PayoutPollerParts:
    """What polling needs; `client_of` gives a store's client, None where no access was given."""

    checkpoints: Checkpoints
    keeper: Keeper
    reviews: Reviews
    client_of: Callable[[Tenant, Store], CartClient | None]
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Run:
    """One run at one store."""

    tenant: Tenant
    store: Store
    client: PayoutClient
    deadline: datetime


class PayoutPoller:
    """Polls the payouts of stores, one window after the other, until they are read up to now."""

    def __init__(self, parts: PayoutPollerParts) -> None:
        """`parts` are shared by all stores."""
        self._parts = parts
        self._reader = WindowReader(parts.checkpoints, parts.clock, what="payouts")

    def poll(self, tenant: Tenant, store: Store, deadline: datetime) -> PollReport:
        """Keep every payout of the store that was begun or changed since the last run.

        Nothing is raised for what a cart may do: the report says it. Its `hints` are the payouts
        that were new or had changed.

        Args:
            tenant: whose store it is.
            store: what is polled.
            deadline: no window is begun and no further payout is read after it.

        Raises:
            botocore.exceptions.ClientError: a payout or the checkpoint could not be kept.
        """
        report = PollReport(tenant.id, store.id, PollOutcome.SKIPPED)
        if refusal := _refusal(tenant, store):
            return replace(report, detail=refusal)
        try:
            client = self._parts.client_of(tenant, store)
            if not isinstance(client, PayoutClient):
                return replace(report, detail=_without_payouts(client))
            lease = self._parts.checkpoints.acquire(tenant.id, store.id, now=self._parts.clock())
        except CartApiError as exc:
            return replace(report, outcome=PollOutcome.FAILED, detail=str(exc))
        except PollingElsewhereError:
            return replace(report, outcome=PollOutcome.BUSY)
        try:
            return self._windows(_Run(tenant, store, client, deadline), lease)
        finally:
            self._parts.checkpoints.release(lease)

    def _windows(self, run: _Run, lease: Lease) -> PollReport:
        """Window after window, until one fails, time is up, or all is read."""
        started = go_live(run.tenant, run.store)
        if started is None:
            message = "no go-live date: there is no point to start from"
            return PollReport(run.tenant.id, run.store.id, PollOutcome.SKIPPED, detail=message)
        wanted = Range(started, self._parts.clock(), LONGEST_WINDOW, run.deadline)
        return self._reader.run(lease, wanted, lambda window: self._window(run, window, started))

    def _window(self, run: _Run, window: Window, started: datetime) -> int:
        """Read one window; how many payouts were new or had changed."""
        since = max(window.begin - OVERLAP, started)
        kept, problems = self._read(run, Window(since, window.until))
        if not self._reviewed(run, problems):
            raise UnreadableError(_UNREADABLE, seen=kept)
        return kept

    def _read(self, run: _Run, window: Window) -> tuple[int, list[Finding]]:
        """Keep each payout of the window; how many were news, and what could not be read."""
        kept = 0
        problems: list[Finding] = []
        for reading in run.client.payouts(since=window.begin, until=window.until):
            if reading.payout is None:
                problems += findings_of_problems(reading.problems)
            elif self._parts.keeper.keep(run.tenant.id, reading.payout):
                kept += 1
            if self._parts.clock() >= run.deadline:
                raise OutOfTimeError
        return kept, problems

    def _reviewed(self, run: _Run, problems: list[Finding]) -> bool:
        """Whether all could be read; what could not waits for a person."""
        subject, now = payouts_subject(run.store.id), self._parts.clock()
        if problems:
            self._parts.reviews.open(run.tenant.id, subject, problems, at=now)
        else:
            self._parts.reviews.close(run.tenant.id, subject, at=now)
        return not problems


def _refusal(tenant: Tenant, store: Store) -> str:
    """Why the store's payouts are not read; empty where they are.

    A store opts in: one without payouts of its cart's own would fail with every run.
    """
    if tenant.is_paused:
        return "the tenant is paused"
    if Role.PAYOUT_CLEARING not in store.mapping.accounts:
        return "its mapping has no account for payout_clearing"
    return ""


def _without_payouts(client: CartClient | None) -> str:
    return "its cart tells no payouts" if client else "no access to the store's API"
