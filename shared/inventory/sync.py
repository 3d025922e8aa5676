"""Keeps a store's stock and its warehouses alike: one comparison at a time, by each place's owner.

What we write is never read back as a change of the other side: a place that Sage owns is only
written in the cart, and one that the cart owns is only read there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta

from carts.adapter import CartApiError, CartClient
from carts.catalogue import StockClient
from commerce.catalogue import InventoryLevel
from intacct.errors import IntacctError
from shared.budgets.background import BackgroundReads
from shared.intake.levels import Heard, HearsLevels
from shared.inventory.cases import Case, Travel
from shared.inventory.counts import CountMovedError
from shared.inventory.findings import capped, stock_subject
from shared.inventory.inward import Inward, InwardStock
from shared.inventory.on_the_way import TooManyOnTheWayError
from shared.inventory.outward import Outward, OutwardStock
from shared.inventory.pace import may_look, pause
from shared.inventory.places import Places, places_of
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.polling.reports import PollOutcome, PollReport
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Reviews
from shared.tenants.models import Store, Tenant
from shared.tenants.stock_checks import stock_problems

STOCK_READER = "stock"
"""The reader under which it is kept when a store's stock was compared."""

MOST_SHOWN = 500
"""Differences that a comparison shows; what is more is counted."""

_MARGIN = timedelta(seconds=40)


@dataclass(slots=True)
class StockReport:
    """What one run did at one store, in counts that a log may hold.

    `compared` are levels, `written` those set in the cart, `counted` items adjusted in Sage by so
    many `documents`; `waiting` are warehouses whose last count is not settled, `unsent` what did
    not fit into the run.
    """

    tenant: str
    store: str
    outcome: PollOutcome
    detail: str = ""
    compared: int = 0
    written: int = 0
    conflicts: int = 0
    unknown: int = 0
    counted: int = 0
    documents: int = 0
    waiting: int = 0
    unsent: int = 0
    findings: int = 0
    told: list[Finding] = field(default_factory=list)
    travels: list[Travel] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """For the function's answer and the log: counts."""
        counts = {one.name: getattr(self, one.name) for one in fields(self)}
        del counts["told"], counts["travels"]
        return {**counts, "outcome": self.outcome.value}

    def compared_as_json(self) -> dict[str, object]:
        """What a comparison found, for the person who asked for it."""
        return {
            **self.as_json(),
            "differences": [one.as_json() for one in self.travels[:MOST_SHOWN]],
            "reviews": [f"{one.place}: {one.message}" for one in capped(self.told)],
        }

    def add(self, done: Outward | Inward) -> None:
        """Count what one way brought."""
        for name in ("compared", "written", "conflicts", "unknown", "counted", "documents"):
            setattr(self, name, getattr(self, name) + getattr(done, name, 0))
        self.travels += done.travels
        for name in ("waiting", "unsent"):
            setattr(self, name, getattr(self, name) + getattr(done, name, 0))


@dataclass(frozen=True, slots=True)
class StockOrder:
    """What a person wants of a run; nothing, of one on schedule.

    `accepted` are articles whose implausible changes are right (`cases.ALL`: every one),
    `release_by` names who lets counts in doubt go again. `is_now` does not wait for its time, and
    `is_dry` only compares: nothing is written, and no review record is touched.
    """

    accepted: frozenset[str] = frozenset()
    release_by: str = ""
    is_now: bool = False
    is_dry: bool = False


@dataclass(frozen=True, slots=True)
class StockSyncParts:
    """What syncing needs; `client_of` gives a store's client, None where no access was given.

    `heard` tells what carts told by webhook; without it nothing is looked at before its time.
    """

    checkpoints: Checkpoints
    outward: OutwardStock
    inward: InwardStock
    background: BackgroundReads
    reviews: Reviews
    client_of: Callable[[Tenant, Store], CartClient | None]
    clock: Clock
    heard: HearsLevels | None = None


@dataclass(frozen=True, slots=True)
class _Visit:
    """One run at one store, whose lease it holds."""

    tenant: Tenant
    store: Store
    deadline: datetime
    lease: Lease
    order: StockOrder


class StockSync:
    """Syncs the stock of stores, of any tenant."""

    def __init__(self, parts: StockSyncParts) -> None:
        """`parts` are shared by all stores."""
        self._parts = parts

    def sync(
        self, tenant: Tenant, store: Store, deadline: datetime, order: StockOrder | None = None
    ) -> StockReport:
        """Compare the store's stock with its warehouses and carry over what differs.

        Nothing is raised for what a cart or Sage may do: the report says it.

        Raises:
            botocore.exceptions.ClientError: something could not be read or kept.
        """
        report = StockReport(tenant.id, store.id, PollOutcome.SKIPPED)
        if tenant.is_paused or not store.stock.is_kept:
            report.detail = "the tenant is paused" if tenant.is_paused else "stock is not kept"
            return report
        try:
            now = self._parts.clock()
            lease = self._parts.checkpoints.acquire(tenant.id, store.id, now=now)
        except PollingElsewhereError:
            report.outcome = PollOutcome.BUSY
            return report
        try:
            self._run(_Visit(tenant, store, deadline, lease, order or StockOrder()), report)
        except (CartApiError, IntacctError, CountMovedError, TooManyOnTheWayError) as exc:
            report.outcome, report.detail = PollOutcome.FAILED, _told(exc)
        finally:
            self._parts.checkpoints.release(lease)
        return report

    def _run(self, visit: _Visit, report: StockReport) -> None:
        tenant, store, lease, order = visit.tenant, visit.store, visit.lease, visit.order
        now = self._parts.clock()
        is_early = not order.is_now and now < _due_at(lease)
        heard = self._heard(visit, now) if is_early else None
        if is_early and heard is None:
            report.detail = "not due yet"
            return
        if not self._parts.background.left(tenant.id) and not order.is_now:
            report.detail = "the month's background reads are used up"
            return
        client = self._parts.client_of(tenant, store)
        problems = _problems(tenant, store, client)
        if problems or not isinstance(client, StockClient):
            report.outcome = PollOutcome.FAILED if problems else PollOutcome.SKIPPED
            report.detail = problems[0].message if problems else "no access was given"
            self._note(report, problems, is_whole=False)
            return
        before = self._parts.background.used(tenant.id)
        with self._parts.background.counted(tenant.id):
            case = Case(tenant, store, client, visit.deadline, order.accepted, order.is_dry)
            found = self._carry(case, places_of(tenant, store), order, report)
        cost = self._parts.background.used(tenant.id) - before
        if heard is not None and self._parts.heard:
            spent = heard.spent_on(now.date()) + max(1, cost)
            self._parts.heard.spend(tenant.id, store.id, now.date(), spent)
        if order.is_dry:
            report.findings, report.told = len(found), found
            return
        is_whole = report.outcome is PollOutcome.COMPLETE and not report.waiting
        self._note(report, found, is_whole=is_whole)
        if report.outcome is PollOutcome.COMPLETE:
            # What waits is looked after soon, whatever a comparison costs.
            span = pause(tenant, cost if is_whole else 0)
            self._parts.checkpoints.advance(lease, now, now=self._parts.clock(), span=span)

    def _heard(self, visit: _Visit, now: datetime) -> Heard | None:
        """What the cart told since the last comparison, where that may be looked at now."""
        read_to = visit.lease.read_to
        if self._parts.heard is None or read_to is None:
            return None
        heard = self._parts.heard.load(visit.tenant.id, visit.store.id)
        if heard.at is None or heard.at <= read_to:
            return None
        is_now = may_look(visit.tenant, now - read_to, heard.spent_on(now.date()))
        return heard if is_now else None

    def _carry(
        self, case: Case, places: Places, order: StockOrder, report: StockReport
    ) -> list[Finding]:
        """Both ways; what is not all there is not carried at all."""
        rows = self._rows(case, places)
        if rows is None:
            report.outcome = PollOutcome.PARTIAL
            report.detail = "the cart's levels could not be read in one run; nothing was carried"
            return [Finding(Reason.OUT_OF_SCOPE, f"stock of {case.store.id}", report.detail)]
        found: list[Finding] = []
        if places.outward:
            outward = self._parts.outward.carry(case, rows, places.outward)
            report.add(outward)
            found += outward.findings
        if places.inward:
            inward = self._parts.inward.carry(
                case, rows, places.inward, release_by=order.release_by
            )
            report.add(inward)
            found += inward.findings
        report.outcome = PollOutcome.PARTIAL if report.unsent else PollOutcome.COMPLETE
        return found

    def _rows(self, case: Case, places: Places) -> list[InventoryLevel] | None:
        """All levels of the store's places; None where reading them took too long."""
        wanted = {*places.outward, *(one for several in places.inward.values() for one in several)}
        rows: list[InventoryLevel] = []
        for page in case.client.stock():
            rows += [row for row in page if row.location in wanted]
            if self._parts.clock() + _MARGIN >= case.deadline:
                return None
        return rows

    def _note(self, report: StockReport, found: Sequence[Finding], *, is_whole: bool) -> None:
        """Keep what is wrong now; a whole run without findings ends what was wrong before."""
        report.findings = len(found)
        now, subject = self._parts.clock(), stock_subject(report.store)
        if found:
            self._parts.reviews.open(report.tenant, subject, capped(found), at=now)
        elif is_whole:
            self._parts.reviews.close(report.tenant, subject, at=now)


def _due_at(lease: Lease) -> datetime:
    """When a store is compared without being asked for."""
    long_ago = datetime.min.replace(tzinfo=UTC)
    return lease.read_to + (lease.span or timedelta()) if lease.read_to else long_ago


def poll_report(report: StockReport) -> PollReport:
    """The report as every poller gives it."""
    return PollReport(
        report.tenant,
        report.store,
        report.outcome,
        hints=report.written + report.counted,
        detail=report.detail,
    )


def _problems(tenant: Tenant, store: Store, client: CartClient | None) -> list[Finding]:
    """Why nothing may be compared at all: the document contradicts itself, or the cart is mute."""
    place = f"stock of {store.id}"
    found = [
        Finding(Reason.CONFIGURATION_MISSING, place, f"{'.'.join(map(str, at))}: {message}")
        for at, message in stock_problems(store, tenant)
    ]
    if client is not None and not isinstance(client, StockClient):
        message = f"no stock is read from or written to {store.cart}; take the store's places out"
        found.append(Finding(Reason.OUT_OF_SCOPE, place, message))
    return found


def _told(error: Exception) -> str:
    """What a log may hold of an error."""
    return str(error) if isinstance(error, CartApiError) else type(error).__name__
