"""From a cart event to an order that is ready to post: facts kept, checked, customer known.

One record write per change. The customer is made sure of before the record says READY, so that
whoever finds a ready order (the lane's message or the sweeper) may post it. Whatever is raised on
the way leaves the event on its queue: it is read again from its archived body, nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from carts.adapter import CartApiError, Reading
from commerce.orders import Facts, Ref
from shared.customers.choosing import Chosen, CustomerChooser, Wanted
from shared.customers.findings import customer_subject
from shared.customers.keeping import CustomerNotReadyError
from shared.customers.lanes import OrderLanes, deduplication_id, lane
from shared.customers.reading import EventReader, findings_of_problems, unusable_api
from shared.customers.scope import has_business, is_in_detail, out_of_scope, store_then
from shared.facts.checks import findings_of
from shared.facts.merge import merge
from shared.facts.receipts import decide
from shared.facts.record import FactsRecord, FactsStatus, FactsStore, StaleFactsError, order_pk
from shared.facts.sources import noted
from shared.ledger.driving import Job, drive, drive_one
from shared.ledger.requests import Steps
from shared.messages import CartEvent, OrderReady
from shared.ports import Clock
from shared.postings.plan import Finding, Reason
from shared.reviews.records import Reviews, Stage, delivery_subject, intake_subject, order_subject
from shared.tenants.models import Store, Tenant
from shared.tenants.versions import number_of
from shared.undo.late import set_aside

GRACE = timedelta(minutes=10)
"""When the sweeper looks after an order whose message on the lane may have been lost."""

SOON = timedelta(seconds=30)
"""When to look again for a customer that could not be made sure of, if nothing says better."""

_MOST_RACES = 5


class StoreMissingError(LookupError):
    """The event's store is not in the tenant's configuration; a review record says so."""


class SyncOutcome(StrEnum):
    """What became of an event; each is a metric.

    READY: the order is on its lane. HELD: a person must look. WAITING: the order itself is not
    known yet. AWAITING_CUSTOMER: parked until Sage can be asked for its customer. SKIPPED: it is
    never posted. UNCHANGED: nothing new. IGNORED: a hint to an unknown order that nobody can
    follow.
    """

    READY = "ready"
    HELD = "held"
    WAITING = "waiting"
    AWAITING_CUSTOMER = "awaiting_customer"
    SKIPPED = "skipped"
    UNCHANGED = "unchanged"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What became of an event, in ids and codes that a log may hold."""

    outcome: SyncOutcome
    order_id: str = ""
    facts_version: int = 0
    reasons: tuple[str, ...] = ()
    is_new_customer: bool = False


@dataclass(frozen=True, slots=True)
class SyncParts:
    """What syncing needs of the outside."""

    tenant_of: Callable[[str], Tenant]
    reader: EventReader
    facts: FactsStore
    reviews: Reviews
    customers: CustomerChooser
    lanes: OrderLanes
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose order it is, and until when this process may work on it."""

    tenant: Tenant
    store: Store
    order_id: str
    deadline: datetime
    released_by: str

    @property
    def pk(self) -> str:
        """The order's partition."""
        return order_pk(self.tenant.id, self.store.id, self.order_id)

    def nothing_known(self, cart: str) -> FactsRecord:
        """The record of an order that nobody has told of yet."""
        return FactsRecord(self.pk, Facts(Ref(cart, self.store.id, "order", self.order_id)))


class CustomerSync:
    """Syncs events, alone or together."""

    def __init__(self, parts: SyncParts) -> None:
        """`parts` are shared by all events."""
        self._parts = parts

    def sync(self, event: CartEvent, deadline: datetime) -> SyncReport:
        """Bring what the event says into the order's facts, and the order onto its lane.

        Raises:
            UnknownTenantError: there is no such tenant.
            StoreMissingError: the tenant has no such store.
            CartApiError: the cart's API could not be used now.
            StaleFactsError: others kept changing the order's record.
        """
        return drive_one(self._steps(event, deadline), clock=self._parts.clock)

    def sync_all(
        self, events: Sequence[CartEvent], deadline: datetime
    ) -> list[SyncReport | Exception]:
        """Sync several events, each as `sync` would; new customers are created in few requests.

        Events of one order are worked off one after the other.

        Returns:
            For each event, in their order, its report or what `sync` would have raised.
        """
        jobs = [self._job(event, deadline) for event in events]
        return drive(jobs, clock=self._parts.clock)

    def _job(self, event: CartEvent, deadline: datetime) -> Job[SyncReport]:
        queue = f"{event.tenant}#{event.store}#{event.resource_id}"
        try:
            if not self._parts.tenant_of(event.tenant).intacct.batch:
                queue = event.tenant
        except LookupError:
            pass  # the event's own steps say so
        return Job(self._steps(event, deadline), company=event.tenant, queue=queue)

    def _steps(self, event: CartEvent, deadline: datetime) -> Steps[SyncReport]:
        tenant = self._parts.tenant_of(event.tenant)
        store = tenant.store(event.store)
        if store is None:
            self._report_missing_store(event)
            message = f"tenant {event.tenant} has no store {event.store}"
            raise StoreMissingError(message)
        known = self._load(event)
        if _is_old_news(event, known):
            return SyncReport(SyncOutcome.UNCHANGED, event.resource_id)
        try:
            reading = self._parts.reader.read(event, tenant, store, known)
        except CartApiError as exc:
            if not exc.is_lasting:
                raise
            return self._hold_delivery(event, unusable_api(exc))
        order_id = reading.facts.ref.id if reading.facts else event.resource_id
        if not order_id:
            return self._hold_delivery(event, reading)
        if reading.facts is None and not reading.problems and known is None:
            return SyncReport(SyncOutcome.IGNORED, order_id)
        place = _Place(tenant, store, order_id, deadline, event.released_by)
        for _ in range(_MOST_RACES):
            try:
                return (
                    yield from self._take(place, known or place.nothing_known(event.cart), reading)
                )
            except StaleFactsError:
                known = self._parts.facts.load(place.pk)
        message = f"the facts of {place.pk} kept changing"
        raise StaleFactsError(message)

    def _load(self, event: CartEvent) -> FactsRecord | None:
        if not event.resource_id:
            return None
        return self._parts.facts.load(order_pk(event.tenant, event.store, event.resource_id))

    def _take(self, place: _Place, record: FactsRecord, reading: Reading) -> Steps[SyncReport]:
        informed = _informed(record, reading)
        is_back = record.status.is_taken_back
        changed = set_aside(record, informed) if is_back else self._judge(place, informed)
        is_new = False
        if changed.status is FactsStatus.READY:
            was_ready = record.status is FactsStatus.READY
            chosen = self._with_customer(place, changed, was_ready=was_ready)
            changed, is_new = yield from chosen
        if changed.status is not FactsStatus.READY:
            changed = replace(changed, receipts=record.receipts)
        reviews, subject = self._parts.reviews, _subject(place)
        if record.findings and not changed.findings:
            now = self._parts.clock()
            reviews.close(place.tenant.id, subject, at=now, version=record.version)
        is_changed = changed != record
        if is_changed:
            configured = changed.configured or number_of(place.tenant)
            changed = self._parts.facts.save(
                replace(changed, configured=configured, due_at=self._due_at(changed))
            )
        if changed.findings and changed.status is not FactsStatus.SKIPPED:
            now, found = self._parts.clock(), changed.findings
            reviews.open(place.tenant.id, subject, found, at=now, version=changed.version)
        if changed.status is FactsStatus.READY and changed.due_at is not None:
            self._send(place, changed)
        outcome = _outcome(changed) if is_changed else SyncOutcome.UNCHANGED
        reasons = tuple(dict.fromkeys(finding.reason.value for finding in changed.findings))
        return SyncReport(outcome, place.order_id, changed.version, reasons, is_new)

    def _judge(self, place: _Place, record: FactsRecord) -> FactsRecord:
        """Decide what may be done with the facts as they are now."""
        order = record.known.order
        is_sages = place.store.orders_back.is_received_in_sage
        source = decide(record.known, record.receipts, is_sages)
        findings = (*record.unread, *findings_of(record.known, source, is_sages))
        if order is None:
            status = FactsStatus.HELD if record.unread else FactsStatus.WAITING
            return replace(record, status=status, findings=findings)
        finding = out_of_scope(place.tenant, place.store, order)
        if finding is not None:
            return replace(record, status=FactsStatus.SKIPPED, findings=(finding,))
        if findings:
            return replace(record, status=FactsStatus.HELD, findings=findings)
        return replace(record, status=FactsStatus.READY, findings=(), receipts=source)

    def _with_customer(
        self, place: _Place, record: FactsRecord, *, was_ready: bool
    ) -> Steps[tuple[FactsRecord, bool]]:
        """Choose the order's customer, once, and make sure that it is in the books.

        It is kept when the order is ready to post, not before: until then a person may decide
        otherwise. Of an order that leaves nothing in the books only a doubt about its customer is
        ended.
        """
        order = record.known.order
        if order is None or not is_in_detail(place.tenant, place.store, order):
            return record, False
        wanted = Wanted(
            tenant=place.tenant,
            store=store_then(place.tenant, place.store, order),
            order=order,
            current=record.customer,
            deadline=place.deadline,
            is_needed=has_business(record.facts),
            was_ready=was_ready,
            released_by=place.released_by,
        )
        try:
            chosen = yield from self._parts.customers.choose(wanted)
        except CustomerNotReadyError as exc:
            # Parked, not left on its queue: an outage of an hour would end in the dead letters.
            return _awaiting_customer(record, exc.due_at or self._parts.clock() + SOON), False
        self._tell(place, chosen)
        if chosen.findings:
            return _held(record, chosen.findings), False
        return replace(record, customer=chosen.customer), chosen.is_new

    def _tell(self, place: _Place, chosen: Chosen) -> None:
        """Let people know what of the customer is not as the cart has it, or is again."""
        subject = customer_subject(chosen.customer)
        if chosen.remarks:
            self._parts.reviews.open(
                place.tenant.id, subject, chosen.remarks, at=self._parts.clock()
            )
        elif chosen.is_updated:
            self._parts.reviews.close(place.tenant.id, subject, at=self._parts.clock())

    def _due_at(self, record: FactsRecord) -> datetime | None:
        match record.status:
            case FactsStatus.READY:
                return self._parts.clock() + GRACE
            case FactsStatus.AWAITING_CUSTOMER | FactsStatus.UNDOING:
                return record.due_at
            case FactsStatus.WAITING | FactsStatus.HELD | FactsStatus.SKIPPED | FactsStatus.UNDONE:
                return None

    def _send(self, place: _Place, record: FactsRecord) -> None:
        lanes = place.tenant.intacct.lanes
        self._parts.lanes.send(
            OrderReady(
                tenant=place.tenant.id,
                store=place.store.id,
                order_id=place.order_id,
                facts_version=record.version,
            ),
            lane=lane(place.tenant.id, lanes, customer=record.customer, order_id=place.order_id),
            deduplication=deduplication_id(place.pk, str(record.version)),
        )

    def _hold_delivery(self, event: CartEvent, reading: Reading) -> SyncReport:
        """A document that does not even name its order, or a hint that cannot be followed."""
        findings = findings_of_problems(reading.problems)
        if not findings:
            return SyncReport(SyncOutcome.IGNORED)
        subject = delivery_subject(event.store, event.delivery)
        self._parts.reviews.open(event.tenant, subject, findings, at=self._parts.clock())
        reasons = tuple(dict.fromkeys(finding.reason.value for finding in findings))
        return SyncReport(SyncOutcome.HELD, reasons=reasons)

    def _report_missing_store(self, event: CartEvent) -> None:
        finding = Finding(
            Reason.CONFIGURATION_MISSING,
            place=f"store {event.store}",
            message="is not in the tenant's configuration, but events of it are queued",
            hint="add the store: its events then go again by themselves",
        )
        subject = intake_subject(event.store)
        self._parts.reviews.open(event.tenant, subject, [finding], at=self._parts.clock())


def _outcome(record: FactsRecord) -> SyncOutcome:
    is_back = record.status.is_taken_back
    return SyncOutcome.HELD if is_back else SyncOutcome(record.status.value)


def _informed(record: FactsRecord, reading: Reading) -> FactsRecord:
    """The record with what the reading says; doubts of a payload stay until a better one comes."""
    known = merge(record.known, reading.facts) if reading.facts else record.known
    unread = record.unread
    if reading.problems:
        unread = findings_of_problems(reading.problems)
    elif reading.facts is not None and reading.facts.order is not None:
        unread = ()
    sources = record.sources
    if known != record.known:
        sources = noted(sources, reading.sources)
    return replace(record, known=known, unread=unread, sources=sources)


def _is_old_news(event: CartEvent, known: FactsRecord | None) -> bool:
    """Whether a hint points to a version older than the one that is known and believed.

    Carts tell times in whole seconds: an order may change twice within one, so that the same time
    is no proof of the same version (carts reference §2.3).
    """
    order = known.known.order if known else None
    if event.raw_key or event.as_of is None or order is None or known is None or known.unread:
        return False
    return order.version.updated_at > event.as_of and known.status is FactsStatus.READY


def _held(record: FactsRecord, findings: tuple[Finding, ...]) -> FactsRecord:
    return replace(record, status=FactsStatus.HELD, findings=findings)


def _awaiting_customer(record: FactsRecord, due_at: datetime) -> FactsRecord:
    return replace(record, status=FactsStatus.AWAITING_CUSTOMER, due_at=due_at)


def _subject(place: _Place) -> str:
    return order_subject(place.store.id, place.order_id, Stage.FACTS)
