"""People: they redrive what is dead, release what is held, and do what nobody asked them to."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

from shared.gl.posting import Asked
from shared.messages import CartEvent, OrderReady
from shared.reviews.records import CONNECTION
from tests.simulation.cart import request_of
from tests.simulation.faults import Fault
from tests.simulation.histories import Business, Delivery
from tests.simulation.invariants import table_of
from tests.simulation.lambdas import EXPORT, Fate, Lambdas
from tests.simulation.outside import CART_EVENTS, LEDGER, ORDER_POSTINGS, ORDERS, Outside
from tests.simulation.sandbox import Sandbox
from tests.simulation.scheduler import EPOCH_MS
from tests.simulation.tables import Item
from tests.simulation.violations import ViolationError

_FOR_THE_BOOKS = ("AMOUNT_MISMATCH", "CONTENT_CONFLICT", "READBACK_DIFFERS")


class People:
    """Operators and accountants; `repairs` counts how often they had to step in."""

    def __init__(
        self,
        outside: Outside,
        business: Business,
        dice: random.Random,
        accepted: list[Delivery],
        on_day_due: Callable[[float], None],
    ) -> None:
        """`accepted` are the deliveries taken in; `on_day_due` is told when a day is due."""
        self.outside = outside
        self.business = business
        self.dice = dice
        self.accepted = accepted
        self.scheduler = outside.wire.scheduler
        self.story = outside.wire.story
        self.lambdas: Lambdas | None = None
        self.repairs = 0
        self.left_to_people: set[tuple[str, str]] = set()
        self._on_day_due = on_day_due

    def repair(self) -> bool:
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

    def meddle(self) -> None:
        """Somebody does something at this moment, for no reason of ours."""
        match self.outside.wire.faults.draw("people"):
            case Fault.REDRIVE:
                self._send_again()
            case Fault.EDITED:
                self._edit()
            case _:
                pass

    def _edit(self) -> None:
        """Somebody at a company changes the number of a document that is done with."""
        done = [
            item
            for item in self.outside.tables.rows(LEDGER)
            if item["st"]["S"] == "DONE" and not item["pk"]["S"].startswith("CUS#")
        ]
        if done:
            item = self.dice.choice(done)
            company = self.outside.companies[item["pk"]["S"].split("#")[1]]
            company.rename(table_of(item["sk"]["S"]), item["doc_no"]["S"])

    def _send_again(self) -> None:
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
        if subject == CONNECTION:
            return False  # closed by the first posting that goes through again
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
        told = [at for at, known in self.outside.synced if known == (*place, "orders/paid")]
        return bool(told) and shipped < min(told) - 1

    def _release_day(self, tenant: str, store: str, rest: list[str]) -> None:
        on = datetime.fromisoformat(rest[1]).replace(tzinfo=UTC).date()

        def work(sandbox: Sandbox, ends_at: float) -> None:
            deadline = sandbox.until(ends_at)
            exporter = sandbox.day_exporter(lambda _key, _error: None)
            for report in exporter.export(tenant, store, on, Asked(deadline, release_by="ops")):
                self.story.tell(f"day {report.day.pk}: {report.state.value} {report.reasons}")

        def again(_fate: Fate) -> None:
            due = self.outside.tables.earliest_due(ORDERS, lambda s: s.startswith("GL#"))
            if due is not None:
                self._on_day_due(max((due - EPOCH_MS) / 1000, self.scheduler.now + 1.0))

        assert self.lambdas is not None, "people come after the Lambda service"
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
        raw = request_of(delivery).body
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
