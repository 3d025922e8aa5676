"""Post an order: facts and what is in the books make a plan, and the plan is applied.

The order's own record is the agenda: it stays due until nothing is left to do, so that whatever is
lost on the way comes back by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from commerce.orders import Facts
from shared.facts.record import (
    FactsRecord,
    FactsStatus,
    FactsStore,
    StaleFactsError,
)
from shared.gl.days import DayBook, EntryConflictError
from shared.ledger.apply import Applier, results_of
from shared.ledger.driving import Job, drive, drive_one
from shared.ledger.evidence import TAXED
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger, LostRaceError
from shared.ledger.records import Record
from shared.ledger.requests import Steps
from shared.ledger.sending import EDITED
from shared.ledger.states import cancel
from shared.messages import OrderReady
from shared.ports import Clock, IdMaker
from shared.posting.agenda import Agenda
from shared.posting.arrivals import Arrival, OrderRun, arrival_of
from shared.posting.by_entity import EntityAppliers, appliers_of
from shared.posting.closed_periods import ClosedPeriods, is_refused_date
from shared.posting.doubts import begun, settled, unplanned, unsent
from shared.posting.entering import enter, entry_conflict, stamped
from shared.posting.reports import EndedError, PostingReport, PostingState, broken_off
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posted, Posting, Reason
from shared.reviews.records import CONNECTION, Reviews
from shared.tenants.models import Tenant
from shared.undo.undo_order import Undoer

Planner = Callable[[Facts, Posted, StoreBook, Collection[str]], Plan]
"""`shared.postings.planner.plan`: facts, what is in the books, the book, what was begun."""

_NEWER = "NEWER_FACTS"
_PAUSED = timedelta(minutes=10)
_OUTAGE_REST = timedelta(minutes=1)
_AFTER_A_DEFECT = timedelta(minutes=30)
_MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class OrderPosterParts:
    """What posting needs of the outside; without `closed`, closed periods wait for a person."""

    tenant_of: Callable[[str], Tenant]
    books: OrderBooks
    facts: FactsStore
    ledger: Ledger
    days: DayBook
    reviews: Reviews
    applier_of: Callable[[Tenant, str], Applier]
    plan: Planner
    clock: Clock
    ids: IdMaker
    closed: ClosedPeriods | None = None


class OrderPoster:
    """Posts orders, alone or together; remembers for a while whose Sage cannot be reached."""

    def __init__(self, parts: OrderPosterParts) -> None:
        """`parts` are shared by all orders."""
        self._parts = parts
        self._books = parts.books
        self._agenda = Agenda(parts.facts, parts.reviews, parts.clock)
        self._undoer = Undoer(
            parts.facts, parts.ledger, parts.days, parts.clock, parts.ids, parts.closed
        )
        self._resting: dict[str, tuple[datetime, PostingState]] = {}

    def post(self, message: OrderReady, deadline: datetime) -> PostingReport:
        """Bring everything of the order that is missing into the books, as far as that goes now.

        What cannot be done now is parked in the order's record and the message is finished with;
        only what must not be lost and could not be stored is raised.

        Args:
            message: which order; its version is a hint, the newest facts count.
            deadline: when this process must have ended.

        Raises:
            UnknownTenantError: there is no such tenant.
            botocore.exceptions.ClientError: facts or ledger could not be read or written.
        """
        return drive_one(self._steps(arrival_of(message), deadline), clock=self._parts.clock)

    def post_all(
        self, messages: Sequence[OrderReady], deadline: datetime
    ) -> list[PostingReport | Exception]:
        """Post the orders of several messages, in few requests, each as `post` would.

        What the orders of one company want to send at the same moment travels together. Orders of
        one customer, and messages of one order, are worked off one after the other.

        Returns:
            For each message, in their order, its report or what `post` would have raised.
        """
        if len(messages) == 1:
            return drive(
                [Job(self._steps(arrival_of(messages[0]), deadline))], clock=self._parts.clock
            )
        outcomes: dict[int, PostingReport | Exception] = {}
        jobs: dict[int, Job[PostingReport]] = {}
        queues: set[str] = set()
        for place, message in enumerate(messages):
            try:
                jobs[place] = self._job(message, deadline, queues)
            except Exception as error:  # noqa: BLE001  # it is the outcome of this message only
                outcomes[place] = error
        driven = drive(list(jobs.values()), clock=self._parts.clock)
        outcomes.update(zip(jobs, driven, strict=True))
        return [outcomes[place] for place in range(len(messages))]

    def put_aside(self, message: OrderReady, error: Exception) -> PostingReport:
        """Free the lane of an order that broke off for a reason of its own (reliability rule 7).

        A person sees it, and it is tried again half an hour later; what is in doubt stays so.

        Raises:
            botocore.exceptions.ClientError: that could not be stored; the message must come again.
        """
        arrival = arrival_of(message)
        record = self._parts.facts.load(arrival.pk)
        if record is None:
            raise error
        self._agenda.open_review(message, record, (broken_off(error),))
        due_at = self._parts.clock() + _AFTER_A_DEFECT
        return self._agenda.park(record, due_at, PostingState.BROKEN, type(error).__name__)

    def _job(self, message: OrderReady, deadline: datetime, queues: set[str]) -> Job[PostingReport]:
        """The message's work; `queues` are those that earlier messages stand in already."""
        tenant = self._parts.tenant_of(message.tenant)
        arrival = arrival_of(message)
        record = self._parts.facts.load(arrival.pk)
        queue = tenant.id
        if tenant.intacct.batch:
            queue = f"{tenant.id}/{record.customer}" if record and record.customer else arrival.pk
        if queue not in queues:
            # Whoever waits for others reads again: the newest facts count.
            arrival = replace(arrival, record=record)
        queues.add(queue)
        return Job(self._steps(arrival, deadline), company=tenant.id, queue=queue)

    def _steps(self, arrival: Arrival, deadline: datetime) -> Steps[PostingReport]:
        message = arrival.message
        tenant = self._parts.tenant_of(message.tenant)
        record = arrival.record or self._parts.facts.load(arrival.pk)
        if record is None or not record.status.has_work:
            return PostingReport(
                PostingState.IDLE, reason=record.status.value if record else "unknown"
            )
        rest = self._rest(tenant)
        if rest is not None:
            return self._agenda.park(record, rest[0], rest[1], "RESTING")
        chain = self._parts.ledger.chain(arrival.pk)
        choice = self._books.choose(tenant, record, chain)
        if choice.book is None:
            return self._agenda.hold(message, record, choice.findings)
        order = OrderRun(message, tenant, record, choice.book, deadline, chain, choice.number)
        work = self._undo if record.status is FactsStatus.UNDOING else self._post
        return (yield from work(order))

    def _rest(self, tenant: Tenant) -> tuple[datetime, PostingState] | None:
        now = self._parts.clock()
        if tenant.is_paused:
            return now + _PAUSED, PostingState.PARKED
        known = self._resting.get(tenant.id)
        return known if known and known[0] > now else None

    def _undo(self, order: OrderRun) -> Steps[PostingReport]:
        outcome = yield from self._undoer.steps(
            self._appliers(order), order.tenant, order.record, order.book, order.deadline
        )
        if outcome.kind is not OutcomeKind.COMPLETE:
            return self._stopped(order, outcome, list(outcome.done))
        self._agenda.close_review(order.message, order.record)
        return PostingReport(PostingState.UNDONE, outcome.done)

    def _post(self, order: OrderRun) -> Steps[PostingReport]:
        done: list[str] = []
        chain = dict(order.chain)
        posted = results_of(chain)
        for tries in range(_MOST_ROUNDS):
            order = self._dated(order, is_first=not tries)
            plan = self._parts.plan(order.record.facts, posted, order.book, begun(chain))
            doubts = unplanned(chain, plan)
            if doubts:
                doubt = yield from self._settle(order, doubts, chain)
                if doubt is not None:
                    return self._left_in_doubt(order, plan, doubt, done)
                posted, chain = self._read_again(order)
                continue
            if plan.findings:
                return self._agenda.hold(order.message, order.record, plan.findings, done)
            self._cancel(order.record, chain, plan)
            try:
                order, entered = self._begin(order, plan, done)
            except EndedError as ended:
                return ended.report
            if not plan.postings:
                return self._ended(order, plan, done, entered)
            outcome = yield from self._apply(order, plan, posted, chain)
            done.extend(outcome.done)
            report = self._stops(order, plan, outcome, done)
            if report is not None:
                return report
            is_complete = outcome.kind is OutcomeKind.COMPLETE
            posted, chain = (outcome.results, {}) if is_complete else self._read_again(order)
        return self._agenda.park(
            order.record, self._parts.clock(), PostingState.PARKED, "ROUNDS", done
        )

    def _dated(self, order: OrderRun, *, is_first: bool) -> OrderRun:
        """With what is known of closed periods; who releases an order has the true dates tried."""
        if self._parts.closed is None or (is_first and order.reopen_by):
            return order
        return replace(order, book=self._parts.closed.dated(order.tenant, order.book))

    def _ended(self, order: OrderRun, plan: Plan, done: list[str], entered: int) -> PostingReport:
        """Nothing is left that may be posted; what lies in a closed period waits."""
        if not plan.blocked:
            return self._finished(order, done, entered)
        if plan.blocked_until is None:
            return self._agenda.hold(order.message, order.record, plan.blocked, done)
        self._agenda.open_review(order.message, order.record, plan.blocked)
        reason = Reason.PERIOD_CLOSED.value
        return self._agenda.park(
            order.record, plan.blocked_until, PostingState.PARKED, reason, done
        )

    def _stops(
        self, order: OrderRun, plan: Plan, outcome: Outcome, done: list[str]
    ) -> PostingReport | None:
        """How the order stands where it cannot be planned again at once; None where it can."""
        if outcome.kind is OutcomeKind.COMPLETE or outcome.reason in (EDITED, TAXED):
            return None
        closed = self._parts.closed
        if closed is None or not is_refused_date(outcome):
            return self._stopped(order, outcome, done)
        findings = closed.refused(order.tenant, order.book, plan, outcome)
        return self._agenda.hold(order.message, order.record, findings, done) if findings else None

    def _read_again(self, order: OrderRun) -> tuple[Posted, dict[str, Record]]:
        chain = self._parts.ledger.chain(order.record.pk)
        return results_of(chain), chain

    def _settle(
        self, order: OrderRun, doubts: Sequence[Posting], chain: Mapping[str, Record]
    ) -> Steps[Outcome | None]:
        appliers = self._appliers(order)
        return settled(appliers, order.record.pk, doubts, order.deadline, chain=chain)

    def _appliers(self, order: OrderRun) -> EntityAppliers:
        return appliers_of(self._parts.applier_of, order.tenant, order.book)

    def _left_in_doubt(
        self, order: OrderRun, plan: Plan, doubt: Outcome, done: list[str]
    ) -> PostingReport:
        """What stands against the plan is shown at once, and the doubt comes back by itself."""
        if plan.findings:
            self._agenda.open_review(order.message, order.record, plan.findings)
        return self._stopped(order, doubt, done)

    def _apply(
        self, order: OrderRun, plan: Plan, posted: Posted, chain: Mapping[str, Record]
    ) -> Steps[Outcome]:
        if self._parts.closed:
            self._parts.closed.listed(order.tenant, order.record.pk, plan, order.book)
        return self._appliers(order).steps(
            order.record.pk,
            plan.postings,
            posted,
            order.deadline,
            records=chain,
            reopen_by=order.reopen_by,
            moves_dates=self._parts.closed is not None,
        )

    def _cancel(self, record: FactsRecord, chain: Mapping[str, Record], plan: Plan) -> None:
        """T9: what was turned away unsent and is not wanted any more is not left lying ready.

        There is no way back, so that facts newer than the plan's must not want it: the chain was
        read after the facts, and whoever wrote what it holds had read them as they are now.
        """
        left = unsent(chain, plan)
        newest = self._parts.facts.load(record.pk) if left else None
        if newest is None or newest.version != record.version:
            return
        for ready in left:
            write = cancel(ready, owner=self._parts.ids(), now=self._parts.clock())
            with suppress(LostRaceError):
                self._parts.ledger.commit(write)

    def _begin(self, order: OrderRun, plan: Plan, done: list[str]) -> tuple[OrderRun, int]:
        """Stamp the order with version and fees before anything of it is sent; enter its events.

        Raises:
            EndedError: the order cannot go on now; the report is in it.
        """
        try:
            stamp = stamped(order.record, order.configured, order.book, plan)
            if stamp is not order.record:
                order = replace(order, record=self._parts.facts.save(stamp))
            return order, enter(self._parts.days, order.record.pk, order.book, plan)
        except StaleFactsError:
            now = self._parts.clock()
            report = self._agenda.park(order.record, now, PostingState.PARKED, _NEWER, done)
        except EntryConflictError as conflict:
            findings = (entry_conflict(conflict.event),)
            report = self._agenda.hold(order.message, order.record, findings, done)
        raise EndedError(report)

    def _is_stopped(self, tenant: Tenant) -> bool:
        """Whether this process knows, and has told, that the company's login is refused."""
        known = self._resting.get(tenant.id)
        if known is None or known[0] <= self._parts.clock():
            return False
        return known[1] is PostingState.STOPPED

    def _finished(self, order: OrderRun, done: list[str], entered: int) -> PostingReport:
        did_anything = order.record.due_at is not None or done or entered
        if did_anything and not self._agenda.schedule(order.record, None):
            due_at = self._agenda.look_again(order.record.pk)
            if due_at is not None:
                state, reason = PostingState.PARKED, _NEWER
                return PostingReport(state, tuple(done), entered, reason=reason, due_at=due_at)
        self._agenda.close_review(order.message, order.record)
        if done and self._resting.pop(order.tenant.id, (None, None))[1] is PostingState.STOPPED:
            self._parts.reviews.close(order.tenant.id, CONNECTION, at=self._parts.clock())
        did_something = bool(done or entered or results_of(order.chain))
        state = PostingState.POSTED if did_something else PostingState.IDLE
        return PostingReport(state, tuple(done), entered)

    def _stopped(self, order: OrderRun, outcome: Outcome, done: list[str]) -> PostingReport:
        if outcome.kind is OutcomeKind.HELD:
            return self._agenda.hold(order.message, order.record, outcome.findings, done)
        is_stop = outcome.kind is OutcomeKind.STOPPED
        if is_stop and not self._is_stopped(order.tenant):
            now = self._parts.clock()
            self._parts.reviews.open(order.tenant.id, CONNECTION, outcome.findings, at=now)
        state = PostingState.STOPPED if is_stop else PostingState.PARKED
        due_at = outcome.due_at or self._parts.clock()
        if outcome.is_outage:
            longest = self._parts.clock() + (_PAUSED if is_stop else _OUTAGE_REST)
            self._resting[order.tenant.id] = (min(due_at, longest), state)
        return self._agenda.park(order.record, due_at, state, outcome.reason, done)
