"""Brings a sealed batch into the books: on its own day, else in the first open period after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from shared.gl.batches import Sealed, original, postings
from shared.gl.days import BatchMovedError, DayBook, DayKey
from shared.gl.inspecting import Inspection, SageSide, inspect
from shared.gl.periods import next_period
from shared.gl.revisions import Batch, BatchKind
from shared.gl.sealing import Frozen, Sealer
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.ledger.records import State
from shared.policy.choices import ClosedPeriod
from shared.ports import Clock
from shared.postings.book import StoreBook
from shared.postings.plan import Finding, Posted, Posting, Reason
from shared.tenants.models import Tenant

_MOST_PERIODS = 24
_NOTHING_OUT = frozenset({State.READY, State.REFUSED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller allows: time, and what a person takes on themselves."""

    deadline: datetime
    even_if_incomplete: bool = False
    release_by: str = ""
    correct_by: str = ""


@dataclass(frozen=True, slots=True)
class DayPosterParts:
    """What posting a sealed batch needs of the outside."""

    days: DayBook
    ledger: Ledger
    applier_of: Callable[[Tenant, str], Applier]
    sage_side_of: Callable[[Tenant, str], SageSide]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of it: `planned` and `results` where everything is in the books now."""

    batch: Batch
    outcome: Outcome
    planned: Sequence[Posting] = ()

    @property
    def results(self) -> Posted:
        """What Sage made of the batch's postings."""
        return {posting.key: self.outcome.results[posting.key] for posting in self.planned}


class InspectionError(Exception):
    """What a correction is to take back is not in Sage as it was posted; `findings` say how."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Keep what a person must see."""
        super().__init__("a journal of the day is not as it was posted")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class _Way:
    """One batch on its way into the books; `before` is what it corrects."""

    tenant: Tenant
    book: StoreBook
    key: DayKey
    asked: Asked
    before: Sealed | None


class DayPoster:
    """Posts sealed batches, each once, whoever tries and however often."""

    def __init__(self, parts: DayPosterParts, sealer: Sealer) -> None:
        """`sealer` compares what is posted with what was sealed."""
        self._parts = parts
        self._sealer = sealer

    def post(
        self, tenant: Tenant, book: StoreBook, key: DayKey, frozen: Frozen, asked: Asked
    ) -> Booked:
        """Bring the batch's postings into the books, as far as that goes now.

        A date in a closed period is refused by Sage: a correction then becomes a difference in the
        next period that takes it (R-11.7), the day itself waits for a person unless the policy
        says otherwise (R-10.4).

        Raises:
            OutOfTimeError: it goes on in the next run.
            BatchMovedError: another export moved the batch on.
            MembershipError: the events are not those that were sealed.
            InspectionError: what it is to take back is not what was posted.
        """
        way = _Way(tenant, book, key, asked, self._before(key, frozen.batch))
        now = Sealed(frozen.batch, self._parts.days.parts(key, frozen.batch))
        if not self._is_begun(way, now):
            if frozen.entered is None:
                self._sealer.insist_on_membership(key, now.batch, asked.deadline)
            now = self._looked_at(way, now)
        for _ in range(_MOST_PERIODS):
            booked = self._apply(way, now)
            moved = self._shifted(way, now, booked.outcome)
            if moved is None:
                return booked
            now = moved
        raise BatchMovedError

    def _before(self, key: DayKey, batch: Batch) -> Sealed | None:
        if not batch.replaces:
            return None
        days = self._parts.days
        replaced = days.head(key).batch(batch.replaces)
        assert replaced is not None, "nothing is deleted"  # noqa: S101
        return Sealed(replaced, days.parts(key, replaced))

    def _is_begun(self, way: _Way, now: Sealed) -> bool:
        """Whether anything of the batch was ever claimed."""
        chain = self._parts.ledger.chain(way.key.ledger_pk)
        return any(posting.key in chain for posting in postings(way.key, now, way.before))

    def _looked_at(self, way: _Way, now: Sealed) -> Sealed:
        """The batch as it goes, after a look at what it is to take back.

        Raises:
            InspectionError: what it is to take back is not what was posted.
        """
        batch, before = now.batch, way.before
        if before is not None and batch.kind is BatchKind.DELTA:
            _insist_on_entity(batch, before.batch)
        if before is None or batch.kind is not BatchKind.REVISION or not batch.takes_back:
            return now
        found = self._inspected(way, before)
        if found.findings and not (found.may_pass and way.asked.release_by):
            raise InspectionError(found.findings)
        if not found.are_out:
            return now
        wanted = replace(batch, takes_back=False)
        self._parts.days.move(way.key, batch, wanted)
        return replace(now, batch=wanted)

    def _inspected(self, way: _Way, before: Sealed) -> Inspection:
        side = self._parts.sage_side_of(way.tenant, before.batch.entity)
        return inspect(
            side,
            original(way.key, before),
            before.batch.results or {},
            before.batch.posted_on or way.key.on,
            is_draft=before.batch.is_draft,
        )

    def _apply(self, way: _Way, now: Sealed) -> Booked:
        planned = postings(way.key, now, way.before)
        chain = self._parts.ledger.chain(way.key.ledger_pk)
        outcome = Outcome(OutcomeKind.COMPLETE, results_of(chain))
        for entity, group in groupby(planned, key=_entity_of):
            outcome = self._parts.applier_of(way.tenant, entity).apply(
                way.key.ledger_pk,
                list(group),
                outcome.results,
                way.asked.deadline,
                records=chain,
                reopen_by=way.asked.release_by,
            )
            if outcome.kind is not OutcomeKind.COMPLETE:
                break
        if outcome.kind is not OutcomeKind.COMPLETE:
            return Booked(now.batch, self._explained(outcome, planned))
        booked = Booked(now.batch, outcome, planned)
        self._parts.days.complete(way.key, now.batch, booked.results)
        return booked

    @staticmethod
    def _explained(outcome: Outcome, planned: Sequence[Posting]) -> Outcome:
        """Say so where only a part of what belongs together is in the books (R-11.10)."""
        there = [posting for posting in planned if posting.key in outcome.results]
        if outcome.kind is not OutcomeKind.HELD or not there:
            return outcome
        half = Finding(
            reason=outcome.findings[0].reason,
            place=outcome.key,
            message=f"{len(there)} of {len(planned)} journals that belong together are in the "
            "books, this one is not: the day does not count as posted",
            hint="let this journal in (open its period, fix what Sage names), then release the day",
        )
        return replace(outcome, findings=(*outcome.findings, half))

    def _shifted(self, way: _Way, now: Sealed, outcome: Outcome) -> Sealed | None:
        """The batch in the next period, where its own is closed and nothing of it is out."""
        if not any(finding.reason is Reason.PERIOD_CLOSED for finding in outcome.findings):
            return None
        batch = now.batch
        policy = way.book.policy
        switch = policy.closed_period_payouts if way.key.payout else policy.closed_period_summaries
        if not batch.replaces and switch is not ClosedPeriod.NEXT_OPEN:
            return None
        chain = self._parts.ledger.chain(way.key.ledger_pk)
        planned = postings(way.key, now, way.before)
        if any(p.key in chain and chain[p.key].state not in _NOTHING_OUT for p in planned):
            return None
        following = self._following(way, batch)
        if following is None:
            return None
        # What is not in the books any more has no difference: then the whole day moves.
        kind = BatchKind.DELTA if batch.replaces and batch.takes_back else BatchKind.REVISION
        if kind is BatchKind.DELTA and way.before is not None:
            _insist_on_entity(batch, way.before.batch)
        wanted = replace(batch, kind=kind, posted_on=following)
        self._parts.days.move(way.key, batch, wanted)
        return replace(now, batch=wanted)

    def _following(self, way: _Way, batch: Batch) -> date | None:
        """The next period's first day, unless that is still to come (R-10.6)."""
        side = self._parts.sage_side_of(way.tenant, batch.entity)
        following = next_period(side.periods(), batch.posted_on or way.key.on)
        today = way.book.ledger_on(self._parts.clock())
        return following if following is not None and following <= today else None


def _entity_of(posting: Posting) -> str:
    """The entity whose books a posting belongs to, as its key says (R-15.1)."""
    return posting.key.split("/")[1]


def _insist_on_entity(batch: Batch, before: Batch) -> None:
    """A difference is one inside of an entity; whole journals may go from one to another.

    Raises:
        InspectionError: the store was moved to another entity meanwhile.
    """
    if batch.entity != before.entity:
        finding = Finding(
            reason=Reason.OUT_OF_SCOPE,
            place=f"entity {before.entity}",
            message=f"the day is in the books of {before.entity} and its store posts to "
            f"{batch.entity} now: its difference belongs to neither",
            hint="open the period, so that the day can be posted anew, or correct it by hand",
        )
        raise InspectionError((finding,))
