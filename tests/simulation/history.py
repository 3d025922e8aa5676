"""One history: what the shops do, what goes wrong, what people repair, and the checks."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from local.demo.payloads import delivery as signed
from shared.connections.records import digest_of
from shared.facts.record import DUE_SHARDS
from shared.intake.deliveries import Outcome
from shared.intake.requests import WebhookRequest
from shared.messages import CartEvent, OrderReady
from shared.postings.plan import PostingKind
from tests.simulation import histories
from tests.simulation.faults import Fault, Faults
from tests.simulation.histories import Delivery
from tests.simulation.invariants import (
    Watch,
    check_end,
    check_order_of_effects,
)
from tests.simulation.lambdas import (
    EXPORT,
    INTAKE,
    POSTING,
    SWEEPER,
    SYNC,
    Fate,
    Function,
    Lambdas,
    post_order,
    sync_event,
)
from tests.simulation.queues import FifoQueue
from tests.simulation.sage import Company
from tests.simulation.sandbox import (
    CART_EVENTS,
    CONNECTIONS,
    LEDGER,
    ORDER_POSTINGS,
    ORDERS,
    Outside,
    Sandbox,
)
from tests.simulation.scheduler import START, EndlessError, Scheduler
from tests.simulation.story import Story
from tests.simulation.tables import Item, Place, Tables
from tests.simulation.violations import ViolationError
from tests.simulation.wire import Wire

_FAULTS_END = 8 * 3600.0
"""When faults stop and people begin to repair: the liveness phase."""
_EVERYTHING_ENDS = 5 * 86_400.0
"""By then all must have come to rest (I11); waits are up to six hours long."""
_MOST_REPAIRS = 12
_MOST_RECEIVES = 8
_SWEEP_SECONDS = 60.0
_EXPORT_SECONDS = 900.0
_FOR_THE_BOOKS = ("AMOUNT_MISMATCH", "CONTENT_CONFLICT", "READBACK_DIFFERS")
_EPOCH_MS = START.timestamp() * 1000


@dataclass(frozen=True, slots=True)
class Ending:
    """How a history ended; `violation` is empty where all held."""

    seed: int
    violation: str
    digest: str
    struck: Counter[tuple[str, Fault]]
    story: Story
    virtual_seconds: float
    documents: int
    repairs: int
    left_to_people: int


class History:
    """Everything of one run, made from its seed alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)  # noqa: S311  # a repeatable dice, no secret
        self.scheduler = Scheduler()
        self.faults = Faults.drawn(self.dice)
        self.story = Story(lambda: self.scheduler.now, self._who)
        self.wire = Wire(self.scheduler, self.faults, self.story)
        self.business = histories.drawn(self.dice)
        self.watch = Watch(self.wire, self._fail)
        self.accepted: list[Delivery] = []
        self.repairs = 0
        self.left_to_people: set[tuple[str, str]] = set()
        self.outside = self._outside()
        self.watch.companies = self.outside.companies
        for tenant, company in self.outside.companies.items():
            company.is_published = partial(self._is_published, tenant)
        self.lambdas = Lambdas(self.outside, self.dice, self._meddle)
        self._sweep_at = math.inf
        self._export_at = math.inf
        self._undelivered = 0

    def run(self) -> Ending:
        """Live the history to its end and judge it; never raises for what it finds."""
        violation = ""
        try:
            self._live()
            self._judge()
        except ViolationError as error:
            violation = str(error)
        except EndlessError as error:
            violation = f"I11: {error}"
        except Exception as error:  # noqa: BLE001  # a crash of ours or theirs is a finding too
            violation = f"crash: {type(error).__name__}: {error}"
        finally:
            self.scheduler.close()
        return Ending(
            self.seed,
            violation,
            self.story.digest(),
            self.faults.struck,
            self.story,
            self.scheduler.now,
            sum(sum(company.marks.values()) for company in self.outside.companies.values()),
            self.repairs,
            len(self.left_to_people),
        )

    # The safety phase, and then the liveness phase

    def _live(self) -> None:
        for delivery in self.business.deliveries:
            self._announce(delivery)
        self.scheduler.run(_FAULTS_END)
        self.faults.is_on = False
        for company in self.outside.companies.values():
            company.open_period()
            company.storm_until = 0.0
        for _ in range(_MOST_REPAIRS):
            if not self.scheduler.run(_EVERYTHING_ENDS):
                message = "I11: work is still going on after five days"
                raise ViolationError(message)
            if not self._repair():
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
            self.left_to_people,
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
            late = self.dice.random() * 3600.0
        self.scheduler.at(delivery.at + late, lambda: self._send(delivery, is_first=True))
        if self.faults.draw("cart.deliver") is Fault.REPEATED:
            again = delivery.at + self.dice.random() * 7200.0
            self.scheduler.at(again, lambda: self._send(delivery, is_first=False))

    def _send(self, delivery: Delivery, *, is_first: bool) -> None:
        status = [503]

        def work(sandbox: Sandbox, _ends_at: float) -> None:
            receipt = sandbox.intake.take(_request(delivery))
            self.story.tell(f"{delivery.topic} {delivery.event_id}: {receipt.outcome.value}")
            is_taken = receipt.outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE)
            status[0] = 200 if is_taken else 503

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

    # Schedules: a tick that would find nothing is left out

    def _on_write(self, place: Place, before: Item | None, after: Item) -> None:
        self.watch.on_write(place, before, after)
        if place[0] != ORDERS or "due_at" not in after:
            return
        due = (float(after["due_at"]["N"]) - _EPOCH_MS) / 1000
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

        def work(sandbox: Sandbox, ends_at: float) -> None:
            def on_failure(pk: str, error: Exception) -> None:
                self.story.tell(f"{pk} is not swept: {type(error).__name__}")

            deadline = sandbox.clock() + timedelta(seconds=ends_at - self.scheduler.now)
            swept = sandbox.sweeper(on_failure).sweep(deadline)
            self.story.tell(f"swept {swept.sent} {sorted(swept.passed_over.items())}")

        def again(_fate: Fate) -> None:
            due = self.outside.tables.earliest_due(ORDERS, _is_order_shard)
            if due is not None:
                self._arm_sweep(max((due - _EPOCH_MS) / 1000, self.scheduler.now + 1.0))

        self._tick(SWEEPER, work, again)

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
            def on_failure(key: Any, error: Exception) -> None:
                self.story.tell(f"{key} is not exported: {type(error).__name__}")

            deadline = sandbox.clock() + timedelta(seconds=ends_at - self.scheduler.now)
            exporter = sandbox.day_exporter(on_failure)
            for report in exporter.export_due(deadline):
                held.append(report.state.value)
                self.story.tell(f"day {report.day.pk}: {report.state.value} {report.reasons}")

        def again(_fate: Fate) -> None:
            due = self.outside.tables.earliest_due(ORDERS, lambda s: s.startswith("GL#"))
            waits_for_people = set(held) <= {"held", "incomplete"} and bool(held)
            if due is not None and not waits_for_people:
                self._arm_export(max((due - _EPOCH_MS) / 1000, self.scheduler.now + 1.0 - 1800.0))

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

    # People

    def _repair(self) -> bool:
        """Redrive what is dead, release what is held; False when there was nothing to do."""
        did_something = False
        for queue in self.outside.queues.values():
            moved = queue.redrive()
            if moved:
                self.story.tell(f"operator redrives {moved} of {queue.name}")
                did_something = True
        for item in self.outside.tables.rows(ORDERS):
            if item["pk"]["S"].startswith("REVIEW#") and item["status"]["S"] == "open":
                did_something |= self._release(item)
        self.repairs += did_something
        return did_something

    def _meddle(self) -> None:
        """Somebody sends an order again, or releases it, without need (reliability F26)."""
        for queue in self.outside.queues.values():
            queue.redrive()
        if not self.accepted:
            return
        delivery = self.dice.choice(self.accepted)
        cause = self.dice.choice(("redrive", "release:ops"))
        self.story.tell(f"operator sends {delivery.order_id} of {delivery.store} again: {cause}")
        once = f"{cause}{self.scheduler.now}"
        self._put_on_lane(delivery.tenant, delivery.store, delivery.order_id, once)

    def _release(self, review: Item) -> bool:
        tenant, subject = review["pk"]["S"].removeprefix("REVIEW#"), review["sk"]["S"]
        kind, store, *rest = subject.split(":")
        if self._is_for_the_books(store, rest[0], review["reasons"]["S"]):
            self.left_to_people.add((store, rest[0]))
            return False
        self.story.tell(f"operator releases {tenant} {subject}: {review['reasons']['S']}")
        now = self.scheduler.now
        if kind == "day":
            self._release_day(tenant, store, rest)
        elif rest[-1] == "posting":
            self._put_on_lane(tenant, store, rest[0], f"release:ops-{now}")
        else:
            self._replay(tenant, store, rest[0])
        return True

    def _is_for_the_books(self, store: str, order_id: str, reasons: str) -> bool:
        """Whether a person must correct the books: it shipped before the edit came to us.

        What was posted, or was on its way, was rightly made from what was known; nothing is
        guessed about the difference, and content that may be out is never replaced (R-15.4).
        """
        place = (store, order_id)
        if reasons not in _FOR_THE_BOOKS or place not in self.business.edited:
            return False
        shipped = self.outside.begun.index((*place, "fulfillments/create"))
        edited = min(at for at, known in self.outside.synced if known == (*place, "orders/paid"))
        return shipped < edited - 1

    def _release_day(self, tenant: str, store: str, rest: list[str]) -> None:
        on = datetime.fromisoformat(rest[1]).replace(tzinfo=UTC).date()

        def work(sandbox: Sandbox, ends_at: float) -> None:
            deadline = sandbox.clock() + timedelta(seconds=ends_at - self.scheduler.now)
            exporter = sandbox.day_exporter(lambda _key, _error: None)
            for report in exporter.export(tenant, store, on, deadline, release_by="ops"):
                self.story.tell(f"day {report.day.pk}: {report.state.value} {report.reasons}")

        def again(_fate: Fate) -> None:
            due = self.outside.tables.earliest_due(ORDERS, lambda s: s.startswith("GL#"))
            if due is not None:
                self._arm_export(max((due - _EPOCH_MS) / 1000, self.scheduler.now + 1.0))

        self.lambdas.start(EXPORT, work, on_end=again)

    def _put_on_lane(self, tenant: str, store: str, order_id: str, cause: str) -> None:
        message = OrderReady(
            tenant=tenant, store=store, order_id=order_id, facts_version=0, cause=cause
        )
        once = f"{tenant}{store}{order_id}{cause}"
        queue = self.outside.queues[ORDER_POSTINGS]
        queue.send(message.model_dump_json(), group=f"{tenant}#ops", deduplication=once)

    def _replay(self, tenant: str, store: str, order_id: str) -> None:
        """Queue the order's archived deliveries once more, in a person's name."""
        for number, delivery in enumerate(self.accepted):
            if (delivery.store, delivery.order_id) != (store, order_id):
                continue
            archived = [key for key in self.outside.bucket if f"/{store}/" in key]
            event = self._event_of(delivery, archived)
            once = f"replay{self.scheduler.now}{number}"
            queue = self.outside.queues[CART_EVENTS]
            group = f"{tenant}#{store}#{order_id}"
            queue.send(event.model_dump_json(), group=group, deduplication=once)

    def _event_of(self, delivery: Delivery, archived: list[str]) -> CartEvent:
        raw = _request(delivery).body
        key = next((key for key in archived if self.outside.bucket[key] == raw), "")
        if not key:
            message = f"I3: {delivery.event_id} was acknowledged and is not in the archive"
            raise ViolationError(message)
        return CartEvent(
            tenant=delivery.tenant,
            store=delivery.store,
            cart="shopify",
            topic=delivery.topic,
            delivery=key,
            resource_id=delivery.order_id,
            raw_key=key,
            received_at=self.scheduler.instant(),
            released_by="ops",
        )

    # The world

    def _outside(self) -> Outside:
        tables = Tables(lambda: self.scheduler.now, on_write=self._on_write)
        tables.index_lag = self.dice.choice((0.0, 0.0, 2.0))
        companies = {
            name: Company(name, self.wire, self.dice, self._fail, self.watch.on_send)
            for name in self.business.tenants
        }
        kinds = tuple(kind.value for kind in PostingKind)
        tenants = {
            name: histories.tenant_of(name, kinds if company.hard_unique else ())
            for name, company in companies.items()
        }
        queues = {
            CART_EVENTS: self._queue(CART_EVENTS, 540.0),
            ORDER_POSTINGS: self._queue(ORDER_POSTINGS, 450.0),
        }
        return Outside(self.wire, tables, queues, {}, tenants, companies)

    def _queue(self, name: str, visibility_seconds: float) -> FifoQueue:
        function, handle = (SYNC, sync_event) if name == CART_EVENTS else (POSTING, post_order)

        def on_available(at: float) -> None:
            self.scheduler.at(at + 0.05, lambda: self.lambdas.poll(function, handle))

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

    def _fail(self, violation: ViolationError) -> None:
        self.story.tell(f"VIOLATION {violation}")
        self.scheduler.failure = self.scheduler.failure or violation

    def _who(self) -> str:
        task = self.scheduler.current
        return task.name if task is not None else "-"


def _request(delivery: Delivery) -> WebhookRequest:
    body, headers = signed(
        dict(delivery.body),
        topic=delivery.topic,
        event_id=delivery.event_id,
        secret=histories.SECRET,
        domain=histories.domain_of(delivery.store),
    )
    return WebhookRequest("POST", "shopify", delivery.store, headers, body)


def _next_tick(seconds: float, every: float) -> float:
    return (math.floor(seconds / every) + 1) * every


def _is_order_shard(shard: str) -> bool:
    return shard.isdigit() and int(shard) < DUE_SHARDS
