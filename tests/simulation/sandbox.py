"""One warm Lambda process: the real use cases over clients of its own, with its own clock."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from shared.connections.errors import ConnectionStoreError
from shared.connections.rate_slots import RateSlots
from shared.connections.single_flight import Surroundings
from shared.customers.choosing import CustomerChooser
from shared.customers.following import Follower
from shared.customers.keeping import CustomerKeeper
from shared.customers.lanes import SqsOrderLanes
from shared.customers.link_store import DynamoDbLinks
from shared.customers.reading import EventReader
from shared.customers.sync import CustomerSync, SyncParts
from shared.facts.store import DynamoDbFactsStore
from shared.gl.completeness import OrdersBacklog
from shared.gl.correcting import planned_by
from shared.gl.export import DayExporter, DayExporterParts
from shared.gl.store import DynamoDbDayBook
from shared.intake.archive import S3Archive
from shared.intake.cart_events import SqsCartEvents
from shared.intake.deliveries import Intake
from shared.ledger.apply import Applier
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ports import BatchBooks
from shared.posting.closed_period_store import DynamoDbClosings, DynamoDbLateItems
from shared.posting.closed_periods import ClosedPeriods
from shared.posting.closings import Calendars
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.posting.versions import OrderBooks
from shared.postings.planner import plan
from shared.reviews.records import DynamoDbReviews
from shared.sweeping.sweep import Sweeper, SweeperParts
from shared.tenants.models import Tenant
from tests.simulation.connection import Connection
from tests.simulation.journals import JournalsInBooks
from tests.simulation.outside import (
    CART_EVENTS,
    CONNECTIONS,
    LEDGER,
    ORDER_POSTINGS,
    ORDERS,
    Outside,
)
from tests.simulation.releases import Release
from tests.simulation.secrets_kept import StoreSecrets
from tests.simulation.traffic import slots_of
from tests.simulation.wire import DynamoDbFace, S3Face, SqsFace


class Sandbox:
    """A process with its memory: caches, resting companies, known customers."""

    def __init__(
        self, name: str, outside: Outside, release: Release, *, skew_seconds: float = 0.0
    ) -> None:
        self.name = name
        self.outside = outside
        self.release = release
        self._skew = timedelta(seconds=skew_seconds)
        self._ids = itertools.count(1)
        self._dynamodb: Any = DynamoDbFace(outside.wire, outside.tables, release)
        self._sqs: Any = SqsFace(outside.wire, outside.queues)
        self._s3: Any = S3Face(outside.wire, outside.bucket)
        self._books: dict[str, BatchBooks] = {}
        self._connections: dict[str, Connection] = {}

    def clock(self) -> datetime:
        """The time as this process sees it."""
        return self.outside.wire.scheduler.instant() + self._skew

    def until(self, ends_at: float) -> datetime:
        """By this process's clock, the moment that is `ends_at` seconds after the start."""
        return self.clock() + timedelta(seconds=ends_at - self.outside.wire.scheduler.now)

    def new_id(self) -> str:
        """An id that no other process makes."""
        return f"{self.name}.{next(self._ids)}"

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.outside.wire.scheduler.sleep(seconds)

    @cached_property
    def intake(self) -> Intake:
        """The use case of webhook_intake."""
        return Intake(
            directory=_Directory(self.outside.tenants),
            secrets=StoreSecrets(),
            secret_prefix="stores/",
            archive=S3Archive(self._s3, "raw"),
            events=SqsCartEvents(self._sqs, CART_EVENTS),
            reviews=lambda: self.reviews,
            clock=self.clock,
        )

    @cached_property
    def customer_sync(self) -> CustomerSync:
        """The use case of customer_sync."""
        return CustomerSync(
            SyncParts(
                tenant_of=self._tenant,
                reader=EventReader(S3Archive(self._s3, "raw"), lambda _tenant, _store: None),
                facts=self.facts,
                reviews=self.reviews,
                customers=self._customers,
                lanes=SqsOrderLanes(self._sqs, ORDER_POSTINGS),
                clock=self.clock,
            )
        )

    @cached_property
    def _customers(self) -> CustomerChooser:
        """How buyers get their customers; nobody is searched for, nor changed in Sage."""

        def unasked(*_: object) -> Any:
            message = "the histories know no search and no change of customers"
            raise AssertionError(message)

        return CustomerChooser(
            CustomerKeeper(self.ledger, self.applier, pause=self.sleep),
            DynamoDbLinks(self._dynamodb, ORDERS),
            Follower(unasked, unasked),
            unasked,
            clock=self.clock,
        )

    @cached_property
    def order_poster(self) -> OrderPoster:
        """The use case of order_posting."""
        return OrderPoster(
            OrderPosterParts(
                tenant_of=self._tenant,
                books=OrderBooks(lambda tenant, _: self._tenant(tenant), self.days),
                facts=self.facts,
                ledger=self.ledger,
                days=self.days,
                reviews=self.reviews,
                applier_of=self.applier,
                plan=self.outside.plans,
                clock=self.clock,
                ids=self.new_id,
                closed=self._closed_periods(),
            )
        )

    def _closed_periods(self) -> ClosedPeriods:
        calendars = Calendars(
            DynamoDbClosings(self._dynamodb, ORDERS),
            lambda tenant, _: self.outside.companies[tenant.id].periods(),
            clock=self.clock,
        )
        return ClosedPeriods(calendars, DynamoDbLateItems(self._dynamodb, ORDERS))

    def sweeper(self, on_failure: Callable[[str, Exception], None]) -> Sweeper:
        """The use case of sweeper."""
        return Sweeper(
            SweeperParts(
                facts=self.facts,
                tenant_of=self._tenant,
                lanes=SqsOrderLanes(self._sqs, ORDER_POSTINGS),
                events=SqsCartEvents(self._sqs, CART_EVENTS),
                clock=self.clock,
                on_failure=on_failure,
            )
        )

    def day_exporter(self, on_failure: Callable[[Any, Exception], None]) -> DayExporter:
        """The use case of gl_export."""
        return DayExporter(
            DayExporterParts(
                tenants=self.outside.tenants.values,
                tenant_of=self._tenant,
                days=self.days,
                facts=self.facts,
                ledger=self.ledger,
                reviews=self.reviews,
                backlog=OrdersBacklog(self.reviews, self.facts),
                applier_of=self.applier,
                sage_side_of=self._sage_side_of,
                replan=planned_by(plan),
                clock=self.clock,
                on_failure=on_failure,
            )
        )

    @cached_property
    def ledger(self) -> DynamoDbLedger:
        """The ledger as this process reaches it."""
        return DynamoDbLedger(self._dynamodb, LEDGER, pause=lambda: self.sleep(0.3))

    @cached_property
    def facts(self) -> DynamoDbFactsStore:
        """The facts of orders."""
        return DynamoDbFactsStore(self._dynamodb, ORDERS, new_id=self.new_id)

    @cached_property
    def reviews(self) -> DynamoDbReviews:
        """What waits for a person."""
        return DynamoDbReviews(self._dynamodb, ORDERS)

    @cached_property
    def days(self) -> DynamoDbDayBook:
        """The day books."""
        return DynamoDbDayBook(self._dynamodb, ORDERS)

    def applier(self, tenant: Tenant, entity: str) -> Applier:
        """What applies postings to a company's books."""
        del entity
        return Applier(
            self.ledger,
            self._books_of(tenant.id),
            clock=self.clock,
            ids=self.new_id,
            hard_unique=tenant.intacct.hard_unique,
            pause=self.sleep,
        )

    def _sage_side_of(self, tenant: Tenant, entity: str) -> JournalsInBooks:
        del entity
        return JournalsInBooks(self.outside.companies[tenant.id].books)

    def _books_of(self, tenant: str) -> BatchBooks:
        """The same for all: what goes over the same way may travel together."""
        known = self._books.get(tenant)
        if known is None:
            known = self._books[tenant] = self._connection(tenant).books()
        return known

    def _connection(self, tenant: str) -> Connection:
        known = self._connections[tenant] = Connection(
            self.outside,
            self._tenant(tenant),
            self._dynamodb,
            self._around,
            self._slots,
            holds_lane=self.name.startswith("order_posting"),
        )
        return known

    @cached_property
    def _slots(self) -> RateSlots:
        return slots_of(self._dynamodb, CONNECTIONS, self._around)

    @cached_property
    def _around(self) -> Surroundings:
        wire = self.outside.wire
        return Surroundings(
            clock=self.clock,
            monotonic=lambda: wire.scheduler.now,
            sleep=self.sleep,
            uniform=wire.faults.dice.uniform,
            owner=self.new_id,
        )

    def end_invocation(self) -> None:
        """Leave the seats at companies to others, as `sage_at_work` does."""
        with suppress(ConnectionStoreError):
            for connection in self._connections.values():
                connection.seats.give_back()

    def _tenant(self, name: str) -> Tenant:
        return self.outside.tenants[name]


@dataclass(frozen=True, slots=True)
class _Directory:
    """Tenants and routes without a table: their cache is proved elsewhere."""

    tenants: Mapping[str, Tenant]

    def route(self, cart: str, store: str) -> str:
        """The tenant that the store's name begins with."""
        del cart
        tenant = store.partition("-")[0]
        return tenant if tenant in self.tenants else ""

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant's configuration."""
        return self.tenants[tenant_id]
