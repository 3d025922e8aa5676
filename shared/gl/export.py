"""Closes days of summary-mode channels: one journal each, once, complete or not at all.

A batch is opened, the day's free events are frozen into it by conditional writes, its membership is
sealed with a digest, and only then its journal goes through the ledger. A crash anywhere leaves a
day that the next run finishes; what comes late goes into the day's next batch (reliability §6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.gl.batches import MembershipError, insist_on_membership, postings, sealed
from shared.gl.calendar import day_end
from shared.gl.completeness import Backlog
from shared.gl.days import Batch, BatchMovedError, BatchState, Day, DayBook, DayKey
from shared.gl.reports import DayReport, DayState, JournalReport
from shared.gl.summary import SummaryError
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.ledger.run import mark_of
from shared.ports import Clock
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.postings.plan import Finding, Reason
from shared.reviews.records import CONNECTION, Reviews
from shared.tenants.models import Tenant

LAG = timedelta(minutes=30)
"""How long after its end a day is left open for deliveries that are on their way (R-11.5)."""

_MOST_RACES = 4
_STATES = {
    OutcomeKind.PARKED: DayState.PARKED,
    OutcomeKind.HELD: DayState.HELD,
    OutcomeKind.STOPPED: DayState.STOPPED,
}


@dataclass(frozen=True, slots=True)
class DayExporterParts:
    """What exporting days needs of the outside; `on_failure` is told of a day that broke off."""

    tenants: Callable[[], Iterable[Tenant]]
    tenant_of: Callable[[str], Tenant]
    days: DayBook
    ledger: Ledger
    reviews: Reviews
    backlog: Backlog
    applier_of: Callable[[Tenant, str], Applier]
    clock: Clock
    on_failure: Callable[[DayKey, Exception], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller allows: time, and what a person takes on themselves."""

    deadline: datetime
    even_if_incomplete: bool = False
    release_by: str = ""


class DayExporter:
    """Exports days that are over, whoever asks, as often as they like."""

    def __init__(self, parts: DayExporterParts) -> None:
        """`parts` are shared by all days."""
        self._parts = parts

    def export_due(self, deadline: datetime) -> list[DayReport]:
        """Every day of every tenant that is over and not in the books; one's failure stays its own.

        Args:
            deadline: when this process must have ended.
        """
        reports = []
        before = self._parts.clock() - LAG
        for tenant in self._parts.tenants():
            if tenant.is_paused:
                continue
            for key in self._parts.days.due(tenant.id, now=before):
                report = self._guarded(tenant, key, _Asked(deadline))
                reports.append(report)
                if report.state is DayState.STOPPED:
                    break
        return reports

    def export(
        self,
        tenant_id: str,
        store: str,
        on: date,
        deadline: datetime,
        *,
        even_if_incomplete: bool = False,
        release_by: str = "",
    ) -> list[DayReport]:
        """The days of one store on one date, one per currency, asked for by hand.

        Args:
            tenant_id: whose store it is.
            store: the store.
            on: the ledger date.
            deadline: when this process must have ended.
            even_if_incomplete: a person takes it on themselves that held orders are not in it.
            release_by: the person who lets a journal that was refused go again.

        Raises:
            UnknownTenantError: there is no such tenant.
        """
        tenant = self._parts.tenant_of(tenant_id)
        due = self._parts.days.due(tenant.id, now=self._parts.clock())
        keys = {key for key in due if (key.store, key.on) == (store, on)}
        book = store_book(tenant, store)
        if book is not None:
            keys.add(DayKey(tenant.id, store, book.base_currency, on))
        asked = _Asked(deadline, even_if_incomplete=even_if_incomplete, release_by=release_by)
        return [self._guarded(tenant, key, asked) for key in sorted(keys)]

    def _guarded(self, tenant: Tenant, key: DayKey, asked: _Asked) -> DayReport:
        try:
            return self._export(tenant, key, asked)
        except Exception as error:  # noqa: BLE001  # a process edge: the other days go on
            self._parts.on_failure(key, error)
            return DayReport(key, DayState.FAILED, reasons=(type(error).__name__,))

    def _export(  # noqa: PLR0911  # one per outcome
        self, tenant: Tenant, key: DayKey, asked: _Asked
    ) -> DayReport:
        book = store_book(tenant, key.store)
        if book is None:
            return self._held(key, [_no_store(key)])
        ends_at = day_end(key.on, book.zone, book.day_ends_at)
        if self._parts.clock() < ends_at:
            return DayReport(key, DayState.NOT_OVER)
        day = self._parts.days.read(key)
        if day.unfinished is None and not day.free:
            return DayReport(key, DayState.NOTHING)
        if day.unfinished is None and not asked.even_if_incomplete:
            missing = self._parts.backlog.unfinished(key.tenant, key.store, before=ends_at + LAG)
            if missing:
                return self._incomplete(key, missing)
        try:
            frozen = self._sealed(day, ends_at)
        except SummaryError as error:
            return self._held(key, [_unbalanced(key, error)])
        if frozen is None:
            return DayReport(key, DayState.NOTHING)
        day, batch = frozen
        return self._post(tenant, book, day, batch, asked)

    def _sealed(self, day: Day, ends_at: datetime) -> tuple[Day, Batch] | None:
        """Freeze what is free into the day's open batch and seal it, or take up a sealed one.

        None where another export was faster and left nothing: a batch without members would never
        balance, and would keep the day due for ever.

        Raises:
            SummaryError: the events do not make one balanced journal.
        """
        days = self._parts.days
        for _ in range(_MOST_RACES):
            batch = day.unfinished
            if batch is not None and batch.state is BatchState.SEALED:
                return day, batch
            if batch is None and not day.free:
                return None
            try:
                opened = days.open_batch(day.key, _sequence(day), due_at=ends_at)
                days.freeze(day.key, opened, day.free)
                day = days.read(day.key)
                batch = sealed(opened, day.members(opened))
                days.seal(day.key, batch)
            except BatchMovedError:
                day = days.read(day.key)
                continue
            return day, batch
        raise BatchMovedError

    def _post(
        self, tenant: Tenant, book: StoreBook, day: Day, batch: Batch, asked: _Asked
    ) -> DayReport:
        key, members = day.key, day.members(batch)
        try:
            insist_on_membership(batch, members)
        except MembershipError as error:
            return self._held(key, [_moved(key, error)])
        planned = postings(key, batch, members, book)
        chain = self._parts.ledger.chain(key.ledger_pk)
        outcome = self._parts.applier_of(tenant, book.entity).apply(
            key.ledger_pk,
            planned,
            results_of(chain),
            asked.deadline,
            records=chain,
            reopen_by=asked.release_by,
        )
        if outcome.kind is not OutcomeKind.COMPLETE:
            return self._stopped(key, outcome)
        results = {posting.key: outcome.results[posting.key] for posting in planned}
        self._parts.days.complete(key, batch, results)
        self._parts.reviews.close(key.tenant, day_subject(key), at=self._parts.clock())
        journals = tuple(
            JournalReport(
                reference=mark_of(posting.document),
                key=results[posting.key].key,
                sequence=batch.sequence,
                members=batch.members,
                debits=batch.debits,
            )
            for posting in planned
        )
        return DayReport(key, DayState.POSTED, journals)

    def _stopped(self, key: DayKey, outcome: Outcome) -> DayReport:
        if outcome.kind is OutcomeKind.HELD:
            return self._held(key, outcome.findings)
        if outcome.kind is OutcomeKind.STOPPED:
            now = self._parts.clock()
            self._parts.reviews.open(key.tenant, CONNECTION, outcome.findings, at=now)
        return DayReport(
            key, _STATES[outcome.kind], reasons=(outcome.reason,), due_at=outcome.due_at
        )

    def _incomplete(self, key: DayKey, missing: Sequence[str]) -> DayReport:
        finding = Finding(
            reason=Reason.DAY_INCOMPLETE,
            place=_place(key),
            message=f"the day waits for {', '.join(missing)}",
            hint="release or dismiss these orders, or export the day by hand without them",
        )
        self._open_review(key, (finding,))
        return DayReport(key, DayState.INCOMPLETE, reasons=tuple(missing))

    def _held(self, key: DayKey, findings: Sequence[Finding]) -> DayReport:
        self._open_review(key, findings)
        reasons = tuple(finding.reason.value for finding in findings)
        return DayReport(key, DayState.HELD, reasons=reasons)

    def _open_review(self, key: DayKey, findings: Sequence[Finding]) -> None:
        self._parts.reviews.open(key.tenant, day_subject(key), findings, at=self._parts.clock())


def day_subject(key: DayKey) -> str:
    """What a day's review record is about: `day:<store>:<currency>:<date>`."""
    return f"day:{key.store}:{key.currency}:{key.on.isoformat()}"


def _sequence(day: Day) -> int:
    """The open batch's number where a run broke off, else the next one."""
    return day.unfinished.sequence if day.unfinished else day.next_sequence


def _place(key: DayKey) -> str:
    return f"{key.store} {key.on.isoformat()} {key.currency}"


def _no_store(key: DayKey) -> Finding:
    return Finding(
        reason=Reason.CONFIGURATION_MISSING,
        place=_place(key),
        message="the store, or the entity it posts to, is not in the tenant's configuration",
    )


def _unbalanced(key: DayKey, error: SummaryError) -> Finding:
    return Finding(reason=Reason.UNBALANCED, place=_place(key), message=str(error))


def _moved(key: DayKey, error: MembershipError) -> Finding:
    return Finding(reason=Reason.CONTENT_CONFLICT, place=_place(key), message=str(error))
