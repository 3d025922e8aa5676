"""Closes days of summary-mode channels: one journal each, once, complete or not at all.

A batch is opened, the day's free events are frozen into it by conditional writes, its membership is
sealed with a digest, and only then its journal goes through the ledger. A crash anywhere leaves a
day that the next run finishes. What comes late corrects the day: its journal is posted anew and the
old one taken back, or only the difference is posted where the period is closed (R-11.7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intacct.errors import IntacctError
from shared.facts.record import FactsStore
from shared.gl.batches import MembershipError
from shared.gl.calendar import day_end
from shared.gl.completeness import Backlog
from shared.gl.contents import SummaryError
from shared.gl.correcting import Corrector, CorrectorParts, Replan
from shared.gl.days import BatchMovedError, Day, DayBook, DayKey
from shared.gl.inspecting import SageSide
from shared.gl.posting import Asked, Booked, DayPoster, DayPosterParts, InspectionError
from shared.gl.reports import DayReport, DayState, journal_reports
from shared.gl.revisions import BatchState
from shared.gl.sealing import Frozen, OutOfTimeError, Sealer
from shared.ledger.apply import Applier
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.ports import Clock
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.postings.plan import Finding, Reason
from shared.reviews.records import CONNECTION, Reviews
from shared.tenants.models import Tenant
from shared.tenants.versions import number_of

LAG = timedelta(minutes=30)
"""How long after its end a day is left open for deliveries that are on their way (R-11.5)."""

LOOKS_AGAIN = timedelta(hours=6)
"""How long a day rests whose journal a person changed in Sage: each look at it costs reads."""

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
    facts: FactsStore
    ledger: Ledger
    reviews: Reviews
    backlog: Backlog
    applier_of: Callable[[Tenant, str], Applier]
    sage_side_of: Callable[[Tenant, str], SageSide]
    replan: Replan
    clock: Clock
    on_failure: Callable[[DayKey, Exception], None]


class DayExporter:
    """Exports days that are over, whoever asks, as often as they like."""

    def __init__(self, parts: DayExporterParts) -> None:
        """`parts` are shared by all days."""
        self._parts = parts
        self._sealer = Sealer(parts.days, parts.clock)
        self._poster = DayPoster(
            DayPosterParts(
                parts.days, parts.ledger, parts.applier_of, parts.sage_side_of, parts.clock
            ),
            self._sealer,
        )
        self._corrector = Corrector(
            CorrectorParts(parts.days, parts.facts, parts.ledger, parts.replan, parts.clock)
        )

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
                report = self._guarded(tenant, key, Asked(deadline))
                reports.append(report)
                if report.state is DayState.STOPPED:
                    break
        return reports

    def export(
        self, tenant_id: str, store: str, on: date, asked: Asked, *, currency: str = ""
    ) -> list[DayReport]:
        """The days of one store on one date, asked for by hand.

        Args:
            tenant_id: whose store it is.
            store: the store.
            on: the ledger date.
            asked: until when, and what a person takes on themselves: that held orders are not in
                it, that a journal which was refused goes again, that its lines are made anew.
            currency: only the day in that one; left out, the day in the entity's own, and those in
                other currencies that hold something to be exported.

        Raises:
            UnknownTenantError: there is no such tenant.
        """
        tenant = self._parts.tenant_of(tenant_id)
        if currency:
            return [self._guarded(tenant, DayKey(tenant.id, store, currency, on), asked)]
        due = self._parts.days.due(tenant.id, now=self._parts.clock() + LOOKS_AGAIN)
        keys = {key for key in due if (key.store, key.on) == (store, on)}
        book = store_book(tenant, store)
        if book is not None:
            keys.add(DayKey(tenant.id, store, book.base_currency, on))
        return [self._guarded(tenant, key, asked) for key in sorted(keys)]

    def _guarded(  # noqa: PLR0911  # one per outcome
        self, tenant: Tenant, key: DayKey, asked: Asked
    ) -> DayReport:
        try:
            return self._export(tenant, key, asked)
        except OutOfTimeError:
            return DayReport(key, DayState.PARKED, reasons=("DEADLINE",))
        except BatchMovedError:
            return DayReport(key, DayState.PARKED, reasons=("CONTENDED",))
        except InspectionError as error:
            self._put_off(key)
            return self._held(key, error.findings)
        except MembershipError as error:
            return self._held(key, [_moved(key, error)])
        except IntacctError as error:
            return DayReport(key, DayState.PARKED, reasons=(type(error).__name__,))
        except SummaryError as error:
            return self._held(key, [_unbalanced(key, error)])
        except Exception as error:  # noqa: BLE001  # a process edge: the other days go on
            self._parts.on_failure(key, error)
            return DayReport(key, DayState.FAILED, reasons=(type(error).__name__,))

    def _export(self, tenant: Tenant, key: DayKey, asked: Asked) -> DayReport:
        book = store_book(tenant, key.store)
        if book is None:
            return self._held(key, [_no_store(key)])
        ends_at = day_end(key.on, book.zone, book.day_ends_at)
        if self._parts.clock() < ends_at:
            return DayReport(key, DayState.NOT_OVER)
        findings = self._corrected(tenant, book, key, ends_at, asked)
        if findings:
            return self._held(key, findings)
        day = self._parts.days.head(key)
        if not asked.even_if_incomplete and not _is_sealed(day):
            missing = self._missing(day, ends_at + LAG)
            if missing:
                return self._incomplete(key, missing)
        frozen = self._sealer.seal(key, book, asked.deadline)
        if frozen is None:
            self._settle(day)
            self._close_review(key)
            return DayReport(key, DayState.NOTHING)
        return self._post(tenant, book, key, frozen, asked)

    def _corrected(
        self, tenant: Tenant, book: StoreBook, key: DayKey, ends_at: datetime, asked: Asked
    ) -> Sequence[Finding]:
        """Make the day's lines anew where a person asks for it, or asked and it is not done yet."""
        days = self._parts.days
        day = days.head(key)
        if asked.correct_by and not day.corrected_by:
            days.correct(key, by=asked.correct_by, through="", due_at=ends_at)
            day = days.head(key)
        if not day.corrected_by or self._corrector.must_wait(day):
            return ()
        return self._corrector.correct(day, book, number_of(tenant), asked.deadline)

    def _missing(self, day: Day, before: datetime) -> tuple[str, ...]:
        """What a day waits for that has something to be exported."""
        if day.unfinished is None and next(self._parts.days.free(day.key), None) is None:
            return ()
        return self._parts.backlog.unfinished(day.key.tenant, day.key.store, before=before)

    def _post(
        self, tenant: Tenant, book: StoreBook, key: DayKey, frozen: Frozen, asked: Asked
    ) -> DayReport:
        booked = self._poster.post(tenant, book, key, frozen, asked)
        if booked.outcome.kind is not OutcomeKind.COMPLETE:
            return self._stopped(key, booked.outcome)
        self._close_review(key)
        self._settle_after(key, frozen)
        return _report(key, booked)

    def _settle_after(self, key: DayKey, frozen: Frozen) -> None:
        """Off the agenda, unless something came since everything was frozen."""
        day, known = self._parts.days.head(key), frozen.entered
        is_all = self._sealer.has_all(key) if known is None else day.entered == known
        if is_all:
            self._settle(day)

    def _put_off(self, key: DayKey) -> None:
        """Look at it again later; by hand it is looked at whenever a person asks."""
        day = self._parts.days.head(key)
        self._parts.days.settle(day, due_at=self._parts.clock() + LOOKS_AGAIN)

    def _settle(self, day: Day) -> None:
        if day.due_at is not None and not day.corrected_by:
            self._parts.days.settle(day)

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

    def _close_review(self, key: DayKey) -> None:
        self._parts.reviews.close(key.tenant, day_subject(key), at=self._parts.clock())

    def _open_review(self, key: DayKey, findings: Sequence[Finding]) -> None:
        self._parts.reviews.open(key.tenant, day_subject(key), findings, at=self._parts.clock())


def day_subject(key: DayKey) -> str:
    """What a day's review record is about: `day:<store>:<currency>:<date>`."""
    return f"day:{key.store}:{key.currency}:{key.on.isoformat()}"


def _is_sealed(day: Day) -> bool:
    return day.unfinished is not None and day.unfinished.state is BatchState.SEALED


def _report(key: DayKey, booked: Booked) -> DayReport:
    reports = journal_reports(booked.batch, booked.planned, booked.results)
    return DayReport(key, DayState.POSTED, reports)


def _place(key: DayKey) -> str:
    return f"{key.store} {key.on.isoformat()} {key.currency}"


def _no_store(key: DayKey) -> Finding:
    return Finding(
        reason=Reason.CONFIGURATION_MISSING,
        place=_place(key),
        message="the store, or the entity it posts to, is not in the tenant's configuration",
    )


def _moved(key: DayKey, error: MembershipError) -> Finding:
    return Finding(reason=Reason.CONTENT_CONFLICT, place=_place(key), message=str(error))


def _unbalanced(key: DayKey, error: SummaryError) -> Finding:
    return Finding(reason=Reason.UNBALANCED, place=_place(key), message=str(error))
