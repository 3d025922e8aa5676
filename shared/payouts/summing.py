"""Brings a payout into the books with the sales that it pays (`summary_payout`, J-6.8).

The events that its rows pay are claimed for it, frozen and sealed like those of a day, and posted
through the ledger: each event in one journal, the journal equal to the deposit, whatever breaks off
and however often it is tried (R-11.4, R-11.5, R-11.10).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.gl.batches import MembershipError
from shared.gl.contents import SummaryError
from shared.gl.correcting import is_begun, set_aside
from shared.gl.days import BatchMovedError, DayBook, DayKey, EntryConflictError
from shared.gl.inspecting import SageSide
from shared.gl.payout_days import EventTakenError, PayoutDays, PayoutParts
from shared.gl.posting import Asked, DayPoster, DayPosterParts, InspectionError
from shared.gl.sealing import NEEDED_TO_POST, OutOfTimeError, Sealer
from shared.ledger.apply import Applier
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.payouts.gathering import Gathered, Gatherer
from shared.payouts.member_orders import MemberOrders
from shared.payouts.planner import EntityPosting
from shared.payouts.records import PayoutRecord
from shared.payouts.store import PayoutKey
from shared.payouts.summary_parts import Settled
from shared.ports import Clock
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Posted
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class SummerParts:
    """What a payout's journals need of the outside."""

    days: DayBook
    payout_days: PayoutDays
    orders: MemberOrders
    ledger: Ledger
    applier_of: Callable[[Tenant, str], Applier]
    sage_side_of: Callable[[Tenant, str], SageSide]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Paying:
    """One payout on its way: `told` is its own money, `asked` what the caller allows."""

    tenant: Tenant
    key: PayoutKey
    record: PayoutRecord
    book: StoreBook
    told: Settled
    asked: Asked


@dataclass(slots=True)
class PayoutSummer:
    """Gathers and posts the journals of payouts, each once, whoever tries and however often."""

    parts: SummerParts
    _sealer: Sealer = field(init=False)
    _poster: DayPoster = field(init=False)

    def __post_init__(self) -> None:
        """Seal and post as days are."""
        parts = self.parts
        self._sealer = Sealer(parts.days, parts.clock)
        self._poster = DayPoster(
            DayPosterParts(
                parts.days, parts.ledger, parts.applier_of, parts.sage_side_of, parts.clock
            ),
            self._sealer,
        )

    def prepare(self, paying: Paying) -> Outcome | None:
        """Gather the events that the payout pays; what stops it, None where it may be posted.

        Nothing of a payout is gathered while one of its charges matches no sale, unless the caller
        leaves such charges to the clearing account.
        """
        return self._guarded(paying, self._prepare)

    def post(self, paying: Paying) -> Outcome:
        """Bring every part of a payout that was prepared into the books, as far as that goes."""
        outcome = self._guarded(paying, self._post)
        assert outcome is not None, "posting ends somehow"  # noqa: S101
        return outcome

    def _guarded(  # one per way to stop
        self, paying: Paying, work: Callable[[Paying], Outcome | None]
    ) -> Outcome | None:
        place = f"payout {paying.key.payout_id}"
        try:
            return work(paying)
        except OutOfTimeError:
            return Outcome(OutcomeKind.PARKED, {}, reason="DEADLINE")
        except BatchMovedError:
            return Outcome(OutcomeKind.PARKED, {}, reason="CONTENDED")
        except InspectionError as error:
            return _held(error.findings)
        except (EventTakenError, EntryConflictError, MembershipError) as error:
            return _held([Finding(Reason.CONTENT_CONFLICT, place, str(error))])
        except SummaryError as error:
            return _held([Finding(Reason.UNBALANCED, place, str(error))])

    def _prepare(self, paying: Paying) -> Outcome | None:
        parts = self._known(paying)
        if parts is None or not parts.is_whole:
            return self._halt(self._gatherer(paying).gathered())
        if paying.asked.correct_by:
            self._note(parts, by=paying.asked.correct_by)
        if not self._is_corrected(parts):
            return None
        if any(self._is_begun(key) for key in parts.keys):
            return None
        self._set_aside(parts.keys)
        return self._halt(self._gatherer(paying).made_anew(parts))

    def _post(self, paying: Paying) -> Outcome:
        parts = self._known(paying)
        assert parts is not None, "it was prepared"  # noqa: S101
        was_begun = any(self._is_begun(key) for key in parts.keys)
        results: Posted = {}
        for key in (*(key for key in parts.keys if key != parts.deposit), parts.deposit):
            frozen = self._sealer.seal(key, paying.book, paying.asked.deadline)
            if frozen is None:
                continue
            booked = self._poster.post(paying.tenant, paying.book, key, frozen, paying.asked)
            if booked.outcome.kind is not OutcomeKind.COMPLETE:
                return booked.outcome
            results |= booked.results
        if self._is_corrected(parts):
            if was_begun:
                # What was under way is in the books now: only then its events are made anew.
                return Outcome(OutcomeKind.PARKED, results, reason="CORRECTION")
            self._note(parts, by="")
        return Outcome(OutcomeKind.COMPLETE, results)

    def _known(self, paying: Paying) -> PayoutParts | None:
        key = paying.key
        return self.parts.payout_days.parts(key.tenant, key.store, key.payout_id)

    def _gatherer(self, paying: Paying) -> Gatherer:
        def in_time() -> None:
            if paying.asked.deadline - self.parts.clock() < NEEDED_TO_POST:
                raise OutOfTimeError

        return Gatherer(
            self.parts.days,
            self.parts.payout_days,
            self.parts.orders,
            paying.tenant,
            paying.key,
            paying.record,
            paying.book,
            paying.told,
            even_if_incomplete=paying.asked.even_if_incomplete,
            in_time=in_time,
            clock=self.parts.clock,
        )

    @staticmethod
    def _halt(gathered: Gathered) -> Outcome | None:
        return None if gathered.is_whole else _held(gathered.findings)

    def _note(self, parts: PayoutParts, *, by: str) -> None:
        self.parts.days.correct(parts.deposit, by=by, through="", due_at=self.parts.clock())

    def _is_corrected(self, parts: PayoutParts) -> bool:
        return bool(self.parts.days.head(parts.deposit).corrected_by)

    def _is_begun(self, key: DayKey) -> bool:
        """Whether something of an unfinished batch is, or may be, in the books."""
        return is_begun(self.parts.days.head(key), self.parts.ledger)

    def _set_aside(self, keys: Sequence[DayKey]) -> None:
        """Batches of which Sage has nothing, and will get nothing, give their events back."""
        for key in keys:
            set_aside(self.parts.days, self.parts.days.head(key))


@dataclass(frozen=True, slots=True)
class Summed:
    """One payout with its sales, as booking goes on with it; without a summer it must wait."""

    summer: PayoutSummer | None
    paying: Paying

    @property
    def beside(self) -> tuple[EntityPosting, ...]:
        """The payout's entries that are no part of its journals."""
        return self.paying.told.beside

    def prepare(self) -> Outcome | None:
        """What stops the payout before anything is posted."""
        if self.summer is None:
            message = "payouts with their sales are not posted here"
            return _held([Finding(Reason.OUT_OF_SCOPE, "policy.posting_mode", message)])
        return self.summer.prepare(self.paying)

    def post(self) -> Outcome | None:
        """Post its journals; what stopped them, None where all are in the books."""
        assert self.summer is not None, "it was prepared"  # noqa: S101
        outcome = self.summer.post(self.paying)
        return None if outcome.kind is OutcomeKind.COMPLETE else outcome


def _held(findings: Sequence[Finding]) -> Outcome:
    reason = findings[0].reason.value if findings else ""
    return Outcome(OutcomeKind.HELD, {}, reason=reason, findings=tuple(findings))
