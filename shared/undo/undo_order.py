"""Undoes an order through the ledger: safe to repeat, and to break off anywhere.

What is in the books is frozen while an order is being undone, since nothing of it is posted then:
each run plans the same undo, and the ledger knows what of it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.facts.record import FactsRecord, FactsStatus, FactsStore, StaleFactsError
from shared.gl.days import DayBook, EntryConflictError
from shared.gl.editing import as_booked
from shared.ledger.apply import results_of
from shared.ledger.content import digest
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger, LostRaceError
from shared.ledger.records import Record, State
from shared.ledger.requests import Steps
from shared.ledger.states import cancel
from shared.ledger.stubs import stand_in
from shared.ports import Clock, IdMaker
from shared.posting.by_entity import EntityAppliers
from shared.posting.closed_periods import ClosedPeriods, is_refused_date
from shared.posting.doubts import settled
from shared.posting.entering import enter, entry_conflict
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Plan, Posting
from shared.tenants.models import Tenant
from shared.undo.in_books import of_this_life
from shared.undo.memory import recall
from shared.undo.plan import Memory, UndoPlan
from shared.undo.planner import plan_undo

_MOST_CLOSINGS = 3
_MOST_RACES = 5
_SLACK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Undoer:
    """Undoes orders; it writes ledger, days and facts, and Sage through the applier given."""

    facts: FactsStore
    ledger: Ledger
    days: DayBook
    clock: Clock
    ids: IdMaker
    closed: ClosedPeriods | None = None

    def steps(
        self,
        applier: EntityAppliers,
        tenant: Tenant,
        record: FactsRecord,
        book: StoreBook,
        deadline: datetime,
    ) -> Steps[Outcome]:
        """Take the order out of the books as far as that goes now.

        COMPLETE where nothing of it is left there; its record says UNDONE then. What lies in a
        closed period is dated on the first open day, as soon as that is learned. Where Sage refuses
        otherwise a person decides, and asking again reopens what was refused.

        Args:
            applier: of every entity that the order was posted to.
            tenant: whose order it is.
            record: of an order that is being undone.
            book: under which the order was posted, of its present revision.
            deadline: when this process must have ended.

        Raises:
            StaleFactsError: others kept changing the order's record; it is undone all the same.
            botocore.exceptions.ClientError: ledger, days or facts could not be read or written.
        """
        chain = self.ledger.chain(record.pk)
        doubts = _doubts(chain, book)
        if doubts:
            halted = yield from settled(applier, record.pk, doubts, deadline, chain=chain)
            if halted is not None:
                return halted
        outcome = yield from self._try(applier, tenant, record, book, deadline)
        for _ in range(_MOST_CLOSINGS):
            if not is_refused_date(outcome):
                break
            outcome = yield from self._try(applier, tenant, record, book, deadline)
        if outcome.kind is OutcomeKind.COMPLETE:
            self._mark_undone(record)
        return outcome

    def _try(
        self,
        applier: EntityAppliers,
        tenant: Tenant,
        record: FactsRecord,
        book: StoreBook,
        deadline: datetime,
    ) -> Steps[Outcome]:
        """One try under the dates that are known to be open."""
        chain = self.ledger.chain(record.pk)
        self._cancel_unsent(chain, book)
        if self.closed is not None:
            book = self.closed.dated(tenant, book)
        planned = self.plan(record, chain, book)
        halt = self._halt(planned, chain) or self._enter(record, book, planned)
        if halt is not None:
            return halt
        wanted = Plan(postings=tuple(planned.postings))
        if self.closed is not None:
            self.closed.listed(tenant, record.pk, wanted, book)
        outcome = yield from applier.steps(
            record.pk,
            wanted.postings,
            results_of(chain),
            deadline,
            records=chain,
            reopen_by=record.undo.by if record.undo else "",
            moves_dates=self.closed is not None,
        )
        if self.closed is None or not is_refused_date(outcome):
            return outcome
        findings = self.closed.refused(tenant, book, wanted, outcome)
        return _held(findings) if findings else outcome

    def plan(self, record: FactsRecord, chain: Mapping[str, Record], book: StoreBook) -> UndoPlan:
        """What the undo of the order posts; nothing is written."""
        memory = self._as_entered(record.pk, recall(record, chain, book, entered={}))
        asked = record.undo
        return plan_undo(
            chain,
            memory,
            book,
            open_from=asked.open_from if asked else None,
            gone=asked.gone if asked else (),
        )

    def _as_entered(self, pk: str, memory: Memory) -> Memory:
        """With the order's events as the day books have them, whatever it tells of them today."""
        entered = self.days.entered(pk)
        kept = {event: self.days.booked(pk, event) for event in entered}
        booked = {event: as_booked(known) for event, known in kept.items() if known is not None}
        digests = {event: digest(entry.lines) for event, entry in booked.items()}
        return replace(memory, entries=tuple(booked.values()), entered={**entered, **digests})

    def _cancel_unsent(self, chain: Mapping[str, Record], book: StoreBook) -> None:
        """T9: what waited to be sent is not wanted any more."""
        for _, ready in of_this_life(chain.values(), book):
            if ready.state is State.READY:
                with suppress(LostRaceError):
                    self.ledger.commit(cancel(ready, owner=self.ids(), now=self.clock()))

    def _halt(self, plan: UndoPlan, chain: Mapping[str, Record]) -> Outcome | None:
        if plan.findings or plan.doubts:
            return _held(plan.findings or tuple(map(_too_little_kept, plan.doubts)))
        # What was refused is sent again only when no earlier request of it can still land (T7).
        now = self.clock()
        settles = [
            known.settle_at
            for posting in plan.postings
            if (known := chain.get(posting.key)) is not None
            and known.state.waits_for_a_person
            and known.settle_at is not None
            and known.settle_at >= now
        ]
        if not settles:
            return None
        due_at = max(settles) + _SLACK
        return Outcome(OutcomeKind.PARKED, {}, reason="SETTLING", due_at=due_at)

    def _enter(self, record: FactsRecord, book: StoreBook, plan: UndoPlan) -> Outcome | None:
        try:
            enter(self.days, record.pk, book, Plan(day_entries=plan.day_entries))
        except EntryConflictError as conflict:
            return _held((entry_conflict(conflict.event),))
        return None

    def _mark_undone(self, record: FactsRecord) -> None:
        """Newer facts may have come meanwhile: they are kept."""
        for _ in range(_MOST_RACES):
            newest = self.facts.load(record.pk)
            if newest is None or newest.status is not FactsStatus.UNDOING:
                return
            # What is to be posted anew goes the way of an order whose customer is not sure yet.
            is_redone = newest.undo is not None and newest.undo.is_redone
            undone = replace(
                newest,
                status=FactsStatus.AWAITING_CUSTOMER if is_redone else FactsStatus.UNDONE,
                revision=newest.revision + 1,
                # What is posted after a redo belongs to the configuration of then.
                configured=0,
                undo=None,
                due_at=self.clock() if is_redone else None,
            )
            with suppress(StaleFactsError):
                self.facts.save(undone)
                return
        message = f"the facts of {record.pk} kept changing"
        raise StaleFactsError(message)


def _doubts(chain: Mapping[str, Record], book: StoreBook) -> list[Posting]:
    """Postings of the order that were sent and never confirmed, as they can be looked for."""
    sent = (r for _, r in of_this_life(chain.values(), book) if r.state is State.SENT)
    return [posting for posting in map(stand_in, sent) if posting is not None]


def _too_little_kept(number: str) -> Finding:
    return Finding(
        Reason.IN_DOUBT_EXHAUSTED,
        number,
        "it was sent, and the ledger kept too little of it to look for it",
        "find it in Sage by its number, and undo the order by hand",
    )


def _held(findings: tuple[Finding, ...]) -> Outcome:
    reason = findings[0].reason.value
    return Outcome(OutcomeKind.HELD, {}, reason=reason, findings=findings)
