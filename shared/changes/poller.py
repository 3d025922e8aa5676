"""Follows what happens in a company's books: what is due is read, handled, and only then kept.

Each kind of each entity has a checkpoint and a lease of its own. Whatever fails leaves the
checkpoint where it was and the other kinds go on; what stops the whole company (a pause, a refused
login, the month's background reads) stops its run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intacct.errors import CredentialsError, NotSentError, PermissionDeniedError
from intacct.limits import Tier
from intacct.reading import Kept
from shared.budgets.background import BackgroundReads
from shared.changes.checkpoints import (
    ChangeCheckpoints,
    Lease,
    Progress,
    ReadElsewhereError,
)
from shared.changes.comparing import Comparer, UnseenError
from shared.changes.findings import place_subject, unseen
from shared.changes.hints import (
    Heard,
    Hints,
    HintStore,
    asks_to_look,
    asks_to_read,
    is_ahead,
    is_told,
)
from shared.changes.pace import LOOK_EVERY, MOST_CALLS, Pace, Place, pace_of, places_of
from shared.changes.pulling import MOST_LISTS, EventPuller
from shared.changes.reading import ChangeReader, OutOfTimeError
from shared.changes.reports import Outcome, PlaceReport
from shared.ports import Clock
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant

RETRY = timedelta(hours=1)
"""How long a kind that failed is left alone: each try is billed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to read: what is due, unless it is asked for by hand.

    `is_forced` reads whether it is due or not; `looks` compares keys as well. `entity` None and
    `kind` None mean all.
    """

    entity: str | None = None
    kind: Kept | None = None
    is_forced: bool = False
    looks: bool = False

    def means(self, place: Place) -> bool:
        """Whether the place is asked for."""
        return self.entity in (None, place.entity) and self.kind in (None, place.kind)


EVERYTHING_DUE = Wanted()


@dataclass(frozen=True, slots=True)
class PollerParts:
    """What polling needs; `kinds` are those that somebody wants to hear of.

    `hints` are what Sage told itself, `puller` pulls more of them where the policy wants it.
    `on_failure` is told of a place that could not be read or handled, for the log.
    """

    kinds: frozenset[Kept]
    checkpoints: ChangeCheckpoints
    reader: ChangeReader
    comparer: Comparer
    hints: HintStore
    puller: EventPuller
    background: BackgroundReads
    reviews: Reviews
    on_failure: Callable[[Tenant, Place, Exception], None]
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be done at a place."""

    place: Place
    reads: bool
    looks: bool
    since: datetime | None


@dataclass(slots=True)
class _Work:
    """What is being done at a place whose lease is held."""

    tenant: Tenant
    due: _Due
    lease: Lease
    deadline: datetime


class _StopError(Exception):
    """Nothing more can be read of this company now; `report` says why."""

    def __init__(self, report: PlaceReport) -> None:
        super().__init__(report.detail)
        self.report = report


class ChangePoller:
    """Follows the changes of any tenant's books."""

    def __init__(self, parts: PollerParts) -> None:
        """`parts` are shared by all tenants."""
        self._parts = parts

    def places(self, tenant: Tenant) -> tuple[Place, ...]:
        """What is read of a tenant's books."""
        return places_of(tenant, self._parts.kinds)

    def run(
        self, tenant: Tenant, deadline: datetime, wanted: Wanted = EVERYTHING_DUE
    ) -> list[PlaceReport]:
        """Read and compare what is due, what waited longest first.

        Raises:
            botocore.exceptions.ClientError: the checkpoints could not be read or written.
            ConnectionStoreError: the month's counts could not be read.
        """
        if tenant.is_paused or not tenant.changes.is_polled:
            return []
        reports: list[PlaceReport] = []
        due = list(self._due(tenant, wanted, self._hints(tenant)))
        left = self._parts.background.left(tenant.id) if due else 0
        used_before = self._parts.background.used(tenant.id)
        for one in due:
            report = PlaceReport(tenant.id, one.place, Outcome.COMPLETE)
            used = self._parts.background.used(tenant.id) - used_before
            needed = 1 + (MOST_CALLS if one.looks else 0)
            if left - used < needed:
                reports.append(replace(report, outcome=Outcome.BUDGET))
                continue
            if self._parts.clock() >= deadline:
                reports.append(replace(report, outcome=Outcome.PARTIAL))
                continue
            try:
                with self._parts.background.counted(tenant.id):
                    reports.append(self._visit(tenant, one, report, deadline))
            except _StopError as stop:
                return [*reports, stop.report]
        return reports

    def _hints(self, tenant: Tenant) -> Hints:
        """What Sage told itself, after its queue was pulled if that is due.

        They are followed only while the month's reads are ahead.
        """
        if not is_told(tenant):
            return Hints()
        background, now = self._parts.background, self._parts.clock()
        hints = self._parts.hints.of_tenant(tenant.id)
        is_due = self._parts.puller.is_due(tenant, hints)
        if is_due and background.left(tenant.id) > 2 * MOST_LISTS:
            with background.counted(tenant.id):
                hints = self._parts.puller.pull(tenant)
        if hints.places and not is_ahead(background.left(tenant.id), now):
            return replace(hints, places={})
        return hints

    def _due(self, tenant: Tenant, wanted: Wanted, hints: Hints) -> Iterator[_Due]:
        """What is due now, the longest unread first."""
        places = self.places(tenant)
        is_pulled = self._parts.puller.stands(tenant, hints)
        pace = pace_of(Tier(tenant.intacct.tier), places, is_pulled=is_pulled)
        known: dict[str, Mapping[Kept, Progress]] = {}
        found = []
        for place in places:
            if not wanted.means(place):
                continue
            if place.entity not in known:
                known[place.entity] = self._parts.checkpoints.of_entity(tenant.id, place.entity)
            progress = known[place.entity].get(place.kind, Progress())
            heard = hints.places.get(place, Heard())
            one = self._due_at(place, progress, pace, wanted, heard)
            if one.reads or one.looks:
                found.append(one)
        yield from sorted(found, key=lambda one: (one.since is not None, one.since, one.place))

    def _due_at(
        self, place: Place, progress: Progress, pace: Pace, wanted: Wanted, heard: Heard
    ) -> _Due:
        now = self._parts.clock()
        reads = progress.read_at is None or now - progress.read_at >= pace.of(place.kind)
        looks = progress.looked_at is None or now - progress.looked_at >= LOOK_EVERY
        reads = reads or asks_to_read(heard, progress, now)
        looks = looks or asks_to_look(heard, progress, now)
        if progress.failed_at is not None and now - progress.failed_at < RETRY:
            reads = looks = False
        return _Due(
            place,
            reads=reads or wanted.is_forced,
            looks=place.kind in self._parts.comparer.kinds and (looks or wanted.looks),
            since=progress.read_at,
        )

    def _visit(
        self, tenant: Tenant, due: _Due, report: PlaceReport, deadline: datetime
    ) -> PlaceReport:
        """Read one place under its lease.

        Raises:
            _StopError: nothing more can be read of this company now.
        """
        try:
            lease = self._parts.checkpoints.acquire(tenant.id, due.place, now=self._parts.clock())
        except ReadElsewhereError:
            return replace(report, outcome=Outcome.BUSY)
        work = _Work(tenant, due, lease, deadline)
        try:
            return self._work(work, report)
        except ReadElsewhereError:
            return replace(report, outcome=Outcome.BUSY)
        except OutOfTimeError as error:
            self._keep(work, error.progress)
            return replace(report, outcome=Outcome.PARTIAL)
        except (PermissionDeniedError, UnseenError) as error:
            return self._unseen(work, report, error)
        except Exception as error:  # noqa: BLE001  # a process edge: the other kinds go on
            return self._failed(work, report, error)
        finally:
            self._parts.checkpoints.release(work.lease)

    def _work(self, work: _Work, report: PlaceReport) -> PlaceReport:
        """Read, then compare; each is kept once it is through."""
        tenant, place = work.tenant, work.due.place
        if work.due.reads:
            begun = self._parts.reader.begun(work.lease.progress)
            if begun is not work.lease.progress:
                self._keep(work, begun)
            progress, count = self._parts.reader.read(
                tenant, place, work.lease.progress, work.deadline
            )
            self._keep(work, replace(progress, failed_at=None))
            report = replace(report, changes=count, reached_at=progress.watermark.reached_at)
            if place.kind not in self._parts.comparer.kinds:
                subject, now = place_subject(place), self._parts.clock()
                self._parts.reviews.close(tenant.id, subject, at=now)
        if work.due.looks:
            progress = work.lease.progress
            found = self._parts.comparer.look(tenant, place, after=progress.looked_after)
            looked_at = self._parts.clock()
            looked = replace(progress, looked_at=looked_at, looked_after=found.after)
            self._keep(work, replace(looked, failed_at=None))
            report = replace(
                report,
                compared=found.compared,
                gone=len(found.gone),
                back=found.back,
                held=found.held,
            )
        return report

    def _keep(self, work: _Work, progress: Progress) -> None:
        now = self._parts.clock()
        work.lease = self._parts.checkpoints.keep(work.lease, progress, now=now)

    def _unseen(self, work: _Work, report: PlaceReport, error: Exception) -> PlaceReport:
        """Tell people that the role does not cover the kind; nothing is concluded.

        It is tried again at the usual pace: the watermark stands, and what changed meanwhile is
        read when the role covers it again.
        """
        now, place = self._parts.clock(), work.due.place
        progress = replace(work.lease.progress, read_at=now, failed_at=None)
        self._keep(work, replace(progress, looked_at=now) if work.due.looks else progress)
        self._parts.reviews.open(work.tenant.id, place_subject(place), [unseen(place)], at=now)
        return replace(report, outcome=Outcome.UNSEEN, detail=type(error).__name__)

    def _failed(self, work: _Work, report: PlaceReport, error: Exception) -> PlaceReport:
        """The place is left alone for a while.

        Raises:
            _StopError: nothing more can be read of this company now.
        """
        self._parts.on_failure(work.tenant, work.due.place, error)
        failed = replace(report, outcome=Outcome.FAILED, detail=type(error).__name__)
        if isinstance(error, CredentialsError | NotSentError):
            raise _StopError(failed) from error
        self._keep(work, replace(work.lease.progress, failed_at=self._parts.clock()))
        return failed
