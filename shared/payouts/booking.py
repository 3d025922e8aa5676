"""Brings payouts into the books: whatever is due, each entry once, all of it or what stopped it.

The content is frozen before anything leaves: from then on the source may say what it likes, the
same entries are found in the books or made. A crash anywhere leaves a payout that the next run
finishes (reliability §3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from commerce.orders import Facts
from intacct.errors import IntacctError
from shared.facts.record import order_pk
from shared.gl.posting import Asked
from shared.ledger.apply import Applier
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.payouts.dating import DatedApplier
from shared.payouts.disputes import dispute_purpose, refunded_disputes
from shared.payouts.order_fees import OrderFees
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.paying import Paid, PayoutPayer
from shared.payouts.planner import EntityPosting, PayoutPlan, plan_payout, settled_on
from shared.payouts.proof import payout_subject
from shared.payouts.records import PayoutRecord, is_sent
from shared.payouts.settling import pays_invoices
from shared.payouts.store import PayoutKey, PayoutMovedError, Payouts
from shared.payouts.summary_parts import is_summed, settled
from shared.payouts.summing import Paying, PayoutSummer, Summed
from shared.payouts.valuing import Valuer
from shared.ports import Clock
from shared.posting.closed_periods import ClosedPeriods
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.reviews.records import CONNECTION, Reviews
from shared.tenants.models import Tenant

LOOK_AGAIN = timedelta(hours=1)
"""When a held payout is tried again: what held it may have been configured meanwhile."""


_TO_POST = timedelta(seconds=60)
"""What is left of an invocation for posting, after orders were asked for their fees."""


class BookingState(StrEnum):
    """What became of a payout that was due.

    BOOKED: nothing is left to do until its source tells more. WAITING: nothing can be booked before
    it does. PARKED: the next run goes on. HELD: a person must decide. STOPPED: the company's
    credentials were refused. FAILED: the run broke off.
    """

    BOOKED = "booked"
    WAITING = "waiting"
    PARKED = "parked"
    HELD = "held"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BookingReport:
    """What became of one payout, in ids that a log may hold."""

    key: PayoutKey
    state: BookingState
    entries: int = 0
    reasons: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For the function's answer."""
        return {
            "tenant": self.key.tenant,
            "store": self.key.store,
            "payout": self.key.payout_id,
            "state": self.state.value,
            "entries": self.entries,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class BookerParts:
    """What booking needs of the outside.

    `orders` reads the orders that a thrifty channel's payout pays; `on_failure` is told of a payout
    that broke off; `summaries` posts payouts with the sales that they pay.
    """

    payouts: Payouts
    ledger: Ledger
    reviews: Reviews
    orders: OrderMoneyReader
    applier_of: Callable[[Tenant, str], Applier]
    clock: Clock
    on_failure: Callable[[PayoutKey, Exception], None]
    closed: ClosedPeriods | None = None
    valuer: Valuer | None = None
    summaries: PayoutSummer | None = None


class PayoutBooker:
    """Books payouts, whoever asks, as often as they like."""

    def __init__(self, parts: BookerParts) -> None:
        """`parts` are shared by all payouts."""
        self._parts = parts
        self._dated = DatedApplier(parts.ledger, parts.applier_of, parts.clock, parts.closed)
        self._fees = OrderFees(parts.orders, parts.clock)
        self._payer = PayoutPayer(parts.ledger, parts.orders, parts.applier_of)

    def book_due(
        self, tenants: Iterable[Tenant], deadline: datetime, *, store: str = ""
    ) -> list[BookingReport]:
        """Every payout that is due; one's failure stays its own.

        Args:
            tenants: whose payouts.
            deadline: when this process must have ended.
            store: only of this store, where one is named.
        """
        reports = []
        for tenant in tenants:
            if tenant.is_paused:
                continue
            for key in self._parts.payouts.due(tenant.id, now=self._parts.clock()):
                if store and key.store != store:
                    continue
                reports.append(self.book(tenant, key, deadline))
                if reports[-1].state is BookingState.STOPPED:
                    break
        return reports

    def book(
        self,
        tenant: Tenant,
        key: PayoutKey,
        deadline: datetime,
        *,
        release_by: str = "",
        even_if_incomplete: bool = False,
        correct_by: str = "",
    ) -> BookingReport:
        """One payout.

        Args:
            tenant: whose payout it is.
            key: the payout.
            deadline: when this process must have ended.
            release_by: who lets an entry that was refused go again.
            even_if_incomplete: leave to the clearing account what matches no sale, where the payout
                brings its sales into the books (`summary_payout`).
            correct_by: who has the sales of such a payout made anew, under today's mapping.
        """
        asked = Asked(
            deadline,
            even_if_incomplete=even_if_incomplete,
            release_by=release_by,
            correct_by=correct_by,
        )
        try:
            return self._booked(tenant, key, asked)
        except PayoutMovedError:
            return BookingReport(key, BookingState.PARKED, reasons=("read again meanwhile",))
        except Exception as error:  # noqa: BLE001  # a process edge: the other payouts go on
            self._parts.on_failure(key, error)
            return BookingReport(key, BookingState.FAILED, reasons=(type(error).__name__,))

    def _booked(  # noqa: PLR0911  # one for each way to stop
        self, tenant: Tenant, key: PayoutKey, asked: Asked
    ) -> BookingReport:
        record = self._parts.payouts.load(key)
        book = store_book(tenant, key.store)
        if record is None:
            return BookingReport(key, BookingState.WAITING, reasons=("it is not known",))
        if book is None:
            return self._held(key, record, [_not_configured(key)])
        record, unsure = self._with_fees(tenant, key, record, book, asked)
        if unsure is not None:
            return unsure
        planned = plan_payout(record, book)
        if planned.is_unvalued and self._parts.valuer is not None:
            valued = self._valued(self._parts.valuer, tenant, key, record, book=book)
            if isinstance(valued, BookingReport):
                return valued
            planned = plan_payout(valued, book)
            # Only what can be booked is pinned: rates that stopped it may be put right meanwhile.
            record = record if planned.findings else self._parts.payouts.save(valued)
        if planned.findings:
            return self._held(key, record, planned.findings)
        if planned.waiting:
            self._parts.payouts.save(replace(record, findings=(), due_at=None))
            return BookingReport(key, BookingState.WAITING, reasons=(planned.waiting,))
        return self._carried_out(tenant, key, record, book=book, planned=planned, asked=asked)

    def _carried_out(
        self,
        tenant: Tenant,
        key: PayoutKey,
        record: PayoutRecord,
        *,
        book: StoreBook,
        planned: PayoutPlan,
        asked: Asked,
    ) -> BookingReport:
        """Freeze the payout and post what is planned of it, as far as that goes now."""
        deadline, release_by = asked.deadline, asked.release_by
        chain = self._parts.ledger.chain(key.ledger_pk)
        summed = None
        if is_summed(record, chain, book):
            told = settled(record, planned, book)
            summed = Summed(self._parts.summaries, Paying(tenant, key, record, book, told, asked))
        record, halt = self._with_sales(record, summed)
        if halt is not None:
            return self._stopped(key, record, halt)
        record, flagged = self._flagged(key, record, release_by)
        withheld = {dispute_purpose(key.payout_id, line_id) for line_id in flagged}
        entries = [each for each in _own(planned, summed) if each.purpose not in withheld]
        outcome = self._posted(tenant, key, book, entries, deadline=deadline, release_by=release_by)
        if outcome is not None and outcome.kind is not OutcomeKind.COMPLETE:
            return self._stopped(key, record, outcome)
        pays = pays_invoices(book)
        paid = Paid()
        if pays and not record.is_paid:
            paid = self._payer.pay(tenant, key, record, book, deadline)
        if not paid.is_done:
            return self._unpaid(key, record, paid)
        done = replace(record, findings=(), is_booked=not flagged, is_paid=pays, due_at=None)
        if flagged:
            return self._held(key, done, list(flagged.values()))
        self._parts.payouts.save(done)
        self._parts.reviews.close(key.tenant, _subject(key), at=self._parts.clock())
        return BookingReport(key, BookingState.BOOKED, len(planned.entries))

    def _with_sales(
        self, record: PayoutRecord, summed: Summed | None
    ) -> tuple[PayoutRecord, Outcome | None]:
        """Freeze the payout, and post it with the sales that it brings; what stopped that."""
        halt = summed.prepare() if summed else None
        if halt is None and not record.frozen:
            record = self._parts.payouts.save(replace(record, frozen=record.content))
        if halt is None and summed:
            halt = summed.post()
        return record, halt

    def _valued(
        self,
        valuer: Valuer,
        tenant: Tenant,
        key: PayoutKey,
        record: PayoutRecord,
        *,
        book: StoreBook,
    ) -> PayoutRecord | BookingReport:
        """The record with what it is worth in the entity's currency, or what stopped that."""
        try:
            valued = valuer.value(tenant, record.payout, book, settled_on(record, book))
        except IntacctError as error:
            self._parts.payouts.save(replace(record, due_at=self._parts.clock()))
            return BookingReport(key, BookingState.PARKED, reasons=(type(error).__name__,))
        if valued.findings:
            return self._held(key, record, valued.findings)
        history = replace(record.history, valuation=valued.valuation)
        return replace(record, history=history)

    def _with_fees(
        self,
        tenant: Tenant,
        key: PayoutKey,
        record: PayoutRecord,
        book: StoreBook,
        asked: Asked,
    ) -> tuple[PayoutRecord, BookingReport | None]:
        """The payout with what its orders booked of its fees, or the report of what is not sure."""
        if not book.policy.may_book_fees_with_orders or not is_sent(record.payout):
            return record, None
        until, released = asked.deadline - _TO_POST, bool(asked.release_by)
        told = self._fees.of(tenant, record, until, released=released)
        if told.fees:
            history = replace(record.history, fees=(*record.history.fees, *told.fees))
            record = self._parts.payouts.save(replace(record, history=history))
        if told.findings:
            return record, self._held(key, record, told.findings)
        if told.is_whole:
            return record, None
        self._parts.payouts.save(replace(record, due_at=self._parts.clock()))
        return record, BookingReport(key, BookingState.PARKED, reasons=("orders are left to ask",))

    def _flagged(
        self, key: PayoutKey, record: PayoutRecord, release_by: str
    ) -> tuple[PayoutRecord, dict[str, Finding]]:
        """Disputes that wait for a person, by their rows; a release lets them pass for good."""
        flagged = dict(refunded_disputes(record, lambda order: self._facts(key, order)))
        if not flagged or not release_by:
            return record, flagged
        history = record.history
        passed = replace(history, passed=(*history.passed, *flagged))
        return self._parts.payouts.save(replace(record, history=passed)), {}

    def _facts(self, key: PayoutKey, order_id: str) -> Facts | None:
        known = self._parts.orders.facts.load(order_pk(key.tenant, key.store, order_id))
        return known.facts if known else None

    def _unpaid(self, key: PayoutKey, record: PayoutRecord, paid: Paid) -> BookingReport:
        if paid.outcome is None:
            return self._held(key, record, paid.findings)
        return self._stopped(key, record, paid.outcome)

    def _posted(
        self,
        tenant: Tenant,
        key: PayoutKey,
        book: StoreBook,
        entries: Sequence[EntityPosting],
        *,
        deadline: datetime,
        release_by: str,
    ) -> Outcome | None:
        """Apply the entries in their order, each to its entity's books, until one cannot be."""
        outcome = None
        for entity, group in groupby(entries, key=lambda entry: entry.entity):
            outcome = self._dated.apply(
                tenant,
                replace(book, entity=entity),
                key.ledger_pk,
                [entry.posting for entry in group],
                deadline=deadline,
                release_by=release_by,
            )
            if outcome.kind is not OutcomeKind.COMPLETE:
                return outcome
        return outcome

    def _stopped(self, key: PayoutKey, record: PayoutRecord, outcome: Outcome) -> BookingReport:
        if outcome.kind is OutcomeKind.HELD:
            return self._held(key, record, outcome.findings)
        now = self._parts.clock()
        self._parts.payouts.save(replace(record, due_at=outcome.due_at or now))
        if outcome.kind is OutcomeKind.STOPPED:
            self._parts.reviews.open(key.tenant, CONNECTION, outcome.findings, at=now)
            return BookingReport(key, BookingState.STOPPED, reasons=(outcome.reason,))
        return BookingReport(key, BookingState.PARKED, reasons=(outcome.reason,))

    def _held(
        self, key: PayoutKey, record: PayoutRecord, findings: Sequence[Finding]
    ) -> BookingReport:
        now = self._parts.clock()
        self._parts.reviews.open(key.tenant, _subject(key), findings, at=now)
        due_at = now + LOOK_AGAIN
        self._parts.payouts.save(replace(record, findings=tuple(findings), due_at=due_at))
        reasons = tuple(dict.fromkeys(finding.reason.value for finding in findings))
        return BookingReport(key, BookingState.HELD, reasons=reasons)


def _own(planned: PayoutPlan, summed: Summed | None) -> tuple[EntityPosting, ...]:
    """The entries that the payout books by itself, without those that its journals hold."""
    return planned.entries if summed is None else summed.beside


def _subject(key: PayoutKey) -> str:
    return payout_subject(key.store, key.payout_id)


def _not_configured(key: PayoutKey) -> Finding:
    return Finding(
        reason=Reason.CONFIGURATION_MISSING,
        place=f"store {key.store}",
        message="the store, or the entity it posts to, is not in the tenant's configuration",
    )
