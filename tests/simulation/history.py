"""One history: what the shops do, what goes wrong, what people repair, and the checks."""

from __future__ import annotations

import io
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from shared.connections.records import digest_of
from shared.facts.record import DUE_SHARDS
from shared.intake.deliveries import Outcome
from tests.simulation import histories
from tests.simulation.cart import request_of
from tests.simulation.company import Company
from tests.simulation.entry_points import ENTRY_POINTS
from tests.simulation.faults import Cell, Fault, Faults
from tests.simulation.handlers import USE_CASES
from tests.simulation.histories import Delivery
from tests.simulation.invariants import check_end, check_order_of_effects
from tests.simulation.lambdas import (
    EXPORT,
    INTAKE,
    POSTING,
    SWEEPER,
    SYNC,
    Fate,
    Function,
    Lambdas,
)
from tests.simulation.outside import (
    CART_EVENTS,
    CONNECTIONS,
    LEDGER,
    ORDER_POSTINGS,
    ORDERS,
    Outside,
)
from tests.simulation.people import People
from tests.simulation.queues import FifoQueue
from tests.simulation.releases import Release
from tests.simulation.sandbox import Sandbox
from tests.simulation.scheduler import EPOCH_MS, EndlessError, Scheduler
from tests.simulation.secrecy import check_secrecy
from tests.simulation.story import Story
from tests.simulation.tables import Item, Place, Tables
from tests.simulation.traffic import Traffic
from tests.simulation.violations import ViolationError
from tests.simulation.watch import Watch
from tests.simulation.weather import DRAWN, WHOLE, Cut, Weather
from tests.simulation.wire import Wire

_FAULTS_END = 8 * 3600.0
"""When faults stop and people begin to repair: the liveness phase."""
_EVERYTHING_ENDS = 5 * 86_400.0
"""By then all must have come to rest (I11); waits are up to six hours long."""
_MOST_REPAIRS = 12
_POLL_PAUSE, _RUSH_PAUSE = 0.05, 30.0
"""How long messages gather until somebody looks: batches grow by it."""
_LATE_NEWS = (600.0, 3600.0, 4 * 3600.0)
"""How late at most a delivery comes; the longest outlasts the export of its day."""
_BEFORE_SHARE = 0.2
"""How many histories begin with the release before this one."""
_MOST_RECEIVES = 8
_SWEEP_SECONDS = 60.0
_EXPORT_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a history ended; `violation` is empty where all held."""

    seed: int
    violation: str
    digest: str
    struck: Counter[Cell]
    story: Story
    virtual_seconds: float
    documents: int
    repairs: int
    left_to_people: int


class History:
    """Everything of one run, made from its seed alone."""

    def __init__(self, seed: int, weather: Weather = DRAWN, cut: Cut = WHOLE) -> None:
        """`weather` settles what else is drawn; `cut` leaves something out."""
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311  # a repeatable dice, no secret
        self.scheduler = Scheduler()
        self.faults = Faults.drawn(self.dice, weather.odds, cut.cells)
        self.story = Story(lambda: self.scheduler.now, self._who)
        self.wire = Wire(self.scheduler, self.faults, self.story)
        self.business = histories.drawn(self.dice).without(cut.orders)
        self.functions = ENTRY_POINTS if weather.way.is_http else USE_CASES
        self.watch = Watch(self.wire, self._fail)
        self.traffic = Traffic(self.wire, self._fail)
        self.accepted: list[Delivery] = []
        self.log = io.StringIO()
        self.outside = self._outside(weather)
        self.watch.companies = self.outside.companies
        for tenant, company in self.outside.companies.items():
            company.is_published = partial(self._is_published, tenant)
            company.is_repeated = partial(self._is_repeated, tenant)
        self.people = People(
            self.outside, self.business, self.dice, self.accepted, self._arm_export
        )
        self.lambdas = Lambdas(self.outside, self.dice, self.people.meddle)
        self.people.lambdas = self.lambdas
        self._faults_end = _FAULTS_END if cut.faults_end is None else cut.faults_end
        self._sweep_at = math.inf
        self._export_at = math.inf
        self._undelivered = 0

    def run(self) -> Ending:
        """Live the history to its end and judge it; never raises for what it finds."""
        with self.functions.installed() as self.log:
            violation = self._violation_in(self._live) or self._violation_in(self._judge)
            self.scheduler.close()
        return Ending(
            self.seed,
            violation,
            self.story.digest(),
            self.faults.struck,
            self.story,
            self.scheduler.now,
            sum(sum(company.marks.values()) for company in self.outside.companies.values()),
            self.people.repairs,
            len(self.people.left_to_people),
        )

    def _violation_in(self, work: Callable[[], None]) -> str:
        """What the work finds broken; empty where all holds."""
        try:
            work()
        except ViolationError as error:
            return str(error)
        except EndlessError as error:
            return f"I11: {error}"
        except Exception as error:  # noqa: BLE001  # a crash of ours or theirs is a finding too
            return f"crash: {type(error).__name__}: {error}"
        return ""

    # The safety phase, and then the liveness phase

    def _live(self) -> None:
        for delivery in self.business.deliveries:
            self._announce(delivery)
        self.scheduler.run(min(self._faults_end, _FAULTS_END))
        self.faults.is_on = False
        self.scheduler.run(_FAULTS_END)
        for company in self.outside.companies.values():
            company.open_period()
            company.replace_secret()
            company.consent.give()
            company.storm_until = 0.0
        for _ in range(_MOST_REPAIRS):
            if not self.scheduler.run(_EVERYTHING_ENDS):
                message = "I11: work is still going on after five days"
                raise ViolationError(message)
            if not self.people.repair():
                return
        message = f"I11: people repaired {_MOST_REPAIRS} times and it did not help"
        raise ViolationError(message)

    def _judge(self) -> None:
        if self._undelivered:
            message = f"I3: {self._undelivered} deliveries were never taken in"
            raise ViolationError(message)
        tables = self.outside.tables
        items = {name: tables.rows(name) for name in (LEDGER, ORDERS, CONNECTIONS)}
        check_end(
            self.business,
            self.outside.companies,
            items,
            self.accepted,
            self.people.left_to_people,
        )
        check_secrecy(
            self.outside.tables, self.outside.queues, [*self.lambdas.said, self.log.getvalue()]
        )
        check_order_of_effects(self.outside.companies, items[LEDGER])
        for queue in self.outside.queues.values():
            if queue.messages or queue.dead:
                message = f"I11: {queue.name} still holds messages"
                raise ViolationError(message)
            if queue.largest_receives > _MOST_RECEIVES:
                message = f"I11: a message of {queue.name} was received too often"
                raise ViolationError(message)

    # The cart

    def _announce(self, delivery: Delivery) -> None:
        """Have the cart send it: in time or late, once or several times, until it is taken."""
        self._undelivered += 1
        late = 0.0
        if self.faults.draw("cart.deliver") is Fault.REORDERED:
            late = self.dice.random() * self.dice.choice(_LATE_NEWS)
        self.scheduler.at(delivery.at + late, lambda: self._send(delivery, is_first=True))
        if self.faults.draw("cart.deliver") is Fault.REPEATED:
            again = delivery.at + self.dice.random() * 7200.0
            self.scheduler.at(again, lambda: self._send(delivery, is_first=False))

    def _send(self, delivery: Delivery, *, is_first: bool) -> None:
        status = [503]

        def work(sandbox: Sandbox, ends_at: float) -> None:
            receipt = self.functions.take(sandbox, ends_at, request_of(delivery))
            if receipt is None:
                return
            self.story.tell(f"{delivery.topic} {delivery.event_id}: {receipt.outcome.value}")
            is_taken = receipt.outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE)
            status[0] = 200 if is_taken else 503
            if is_taken and not self._was_queued(receipt.delivery):
                self._fail(ViolationError(f"I3: {delivery.event_id} is acknowledged, not queued"))

        def answered(fate: Fate) -> None:
            kind = self.faults.draw("cart.deliver")

            def is_taken() -> bool:
                return fate is Fate.SURVIVED and status[0] == 200

            is_heard = kind not in (Fault.REQUEST_LOST, Fault.ANSWER_LOST)
            if is_taken():
                self.accepted.append(delivery)
            if not is_first:
                return
            if is_taken() and is_heard:
                self._undelivered -= 1
            else:
                pause = self.scheduler.now + 60.0 + self.dice.random() * 600.0
                self.scheduler.at(pause, lambda: self._send(delivery, is_first=True))

        self.lambdas.start(INTAKE, work, on_end=answered)

    def _was_queued(self, name: str) -> bool:
        """Whether the delivery of that name was ever on its queue."""
        return any(name in body for body in self.outside.queues[CART_EVENTS].told)

    # Schedules: a tick that would find nothing is left out

    def _on_write(self, place: Place, before: Item | None, after: Item) -> None:
        self.watch.on_write(place, before, after)
        self.traffic.on_write(place, before, after)
        if place[0] != ORDERS or "due_at" not in after:
            return
        due = (float(after["due_at"]["N"]) - EPOCH_MS) / 1000
        if after["due_shard"]["S"].startswith("GL#"):
            self._arm_export(due)
        else:
            self._arm_sweep(due)

    def _arm_sweep(self, due: float) -> None:
        lag = self.outside.tables.index_lag
        at = _next_tick(max(due + lag, self.scheduler.now), _SWEEP_SECONDS)
        if at < self._sweep_at:
            self._sweep_at = at
            self.scheduler.at(at, lambda: self._sweep(at))

    def _sweep(self, at: float) -> None:
        if at != self._sweep_at:
            return
        self._sweep_at = math.inf

        def again(_fate: Fate) -> None:
            due = self.outside.tables.earliest_due(ORDERS, _is_order_shard)
            if due is not None:
                self._arm_sweep(max((due - EPOCH_MS) / 1000, self.scheduler.now + 1.0))

        self._tick(SWEEPER, self.functions.sweep, again)

    def _arm_export(self, due: float) -> None:
        lag = self.outside.tables.index_lag
        at = _next_tick(max(due + 1800.0 + lag, self.scheduler.now), _EXPORT_SECONDS)
        if at < self._export_at:
            self._export_at = at
            self.scheduler.at(at, lambda: self._export(at))

    def _export(self, at: float) -> None:
        if at != self._export_at:
            return
        self._export_at = math.inf
        held: list[str] = []

        def work(sandbox: Sandbox, ends_at: float) -> None:
            self.functions.export(sandbox, ends_at, held)

        def again(_fate: Fate) -> None:
            due = self.outside.tables.earliest_due(ORDERS, lambda s: s.startswith("GL#"))
            waits_for_people = set(held) <= {"held", "incomplete"} and bool(held)
            if due is not None and not waits_for_people:
                self._arm_export(max((due - EPOCH_MS) / 1000, self.scheduler.now + 1.0 - 1800.0))

        self._tick(EXPORT, work, again)

    def _tick(
        self,
        function: Function,
        work: Callable[[Sandbox, float], None],
        again: Callable[[Fate], None],
    ) -> None:
        """Start what a schedule starts: at least once, as EventBridge promises."""
        self.lambdas.start(function, work, on_end=again)
        if self.faults.draw("schedule.tick") is Fault.REPEATED:
            self.lambdas.start(function, work, on_end=again)

    # The world

    def _outside(self, weather: Weather) -> Outside:
        tables = Tables(lambda: self.scheduler.now, on_write=self._on_write)
        tables.index_lag = self.dice.choice((0.0, 0.0, 2.0))
        companies = {
            name: Company(
                name,
                self.wire,
                self.dice,
                weather,
                on_violation=self._fail,
                on_send=self.watch.on_send,
            )
            for name in self.business.tenants
        }
        tenants = {
            name: histories.tenant_of(
                name,
                company.unique_kinds,
                batch=company.takes_batches,
                protocols=weather.way.protocols,
            )
            for name, company in companies.items()
        }
        queues = {
            CART_EVENTS: self._queue(CART_EVENTS, 540.0),
            ORDER_POSTINGS: self._queue(ORDER_POSTINGS, 450.0),
        }
        first = Release.BEFORE if self.dice.random() < _BEFORE_SHARE else Release.PRESENT
        return Outside(
            self.wire, tables, queues, {}, tenants, companies, self.traffic, first_release=first
        )

    def _queue(self, name: str, visibility_seconds: float) -> FifoQueue:
        function, handle = (
            (SYNC, self.functions.sync_events)
            if name == CART_EVENTS
            else (POSTING, self.functions.post_orders)
        )

        pause = _RUSH_PAUSE if self.business.is_rush else _POLL_PAUSE

        def on_available(at: float) -> None:
            self.scheduler.at(at + pause, lambda: self.lambdas.poll(function, handle))

        return FifoQueue(
            name,
            lambda: self.scheduler.now,
            visibility_seconds=visibility_seconds,
            most_receives=_MOST_RECEIVES,
            on_available=on_available,
        )

    def _is_published(self, tenant: str, token: str) -> bool:
        """Whether the connections table offers this very token to everybody."""
        place = (CONNECTIONS, f"TOKEN#{tenant}", f"ws@{tenant}")
        item = self.outside.tables.get(place) or {}
        return item.get("digest") == {"S": digest_of(token)}

    def _is_repeated(self, tenant: str, mark: str) -> bool:
        """Whether the posting of that mark is sent again as long as nobody finds it."""
        return not any(
            row["doc_no"] == {"S": mark} and row["st"]["S"] not in {"SENT", "DONE"}
            for row in self.outside.tables.rows(LEDGER)
            if row["pk"]["S"].split("#")[1] == tenant
        )

    def _fail(self, violation: ViolationError) -> None:
        self.story.tell(f"VIOLATION {violation}")
        self.scheduler.failure = self.scheduler.failure or violation

    def _who(self) -> str:
        task = self.scheduler.current
        return task.name if task is not None else "-"


def _next_tick(seconds: float, every: float) -> float:
    return (math.floor(seconds / every) + 1) * every


def _is_order_shard(shard: str) -> bool:
    return shard.isdigit() and int(shard) < DUE_SHARDS
