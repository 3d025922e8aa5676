"""One run: orders flow, workers and whole parts die, and people do what runbooks say."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.chaos import workers
from local.chaos.intended import Opening, Row
from local.chaos.shop import FlowingShop, is_refunded, orders
from local.demo.books import SimulatedBooks
from local.demo.payloads import SHOP_DOMAIN
from local.demo.shop import DemoShop
from local.demo.tenant import SHOP, TENANT, WEBHOOK_SECRET, demo_tenant
from local.stack import LocalStack, Part
from local.stack.processes import ProcessId
from ops.desk import Desk, desk_at
from ops.place import LocalPlace
from ops.queues import dead_queue
from shared.dead_letters.queues import CART_EVENTS, ORDER_POSTINGS
from shared.dead_letters.redrive import Pace, Wanted
from shared.facts.record import order_pk
from shared.ledger.records import State
from shared.postings.plan import PostingKind

VISIBILITY_SECONDS = 30
"""How soon a killed worker's messages come again; an hour of patience would only be waited out."""

TRIES = 1
"""A queue gives up what failed once, so that people have something to redrive."""

_MISCHIEF_SECONDS = 75.0
_SETTLE_SECONDS = 360.0
_DOWN_SECONDS = 6.0
_WORKER_SECONDS = 20.0
_LOOK_SECONDS = 3.0
_PEOPLE_SECONDS = 15.0
_WORDS = {
    PostingKind.SALES_ORDER: "sales orders",
    PostingKind.INVOICE: "sales invoices",
    PostingKind.CREDIT_MEMO: "credit memos",
    PostingKind.CUSTOMER_REFUND: "customer refunds",
}


@dataclass(slots=True)
class Ended:
    """What a run has shown: the comparison, what was done to the product, what is left open."""

    rows: list[Row] = field(default_factory=list)
    mischief: Counter[str] = field(default_factory=Counter)
    unfinished: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether the books are what they must be, and nothing is left to do."""
        return not self.unfinished and all(row.is_equal for row in self.rows)


class Chaos:
    """A run on a stack that keeps its state."""

    def __init__(
        self, stack: LocalStack, *, count: int, seed: int, say: Callable[[str], None]
    ) -> None:
        """`seed` decides when what is killed; processes and networks keep their own time."""
        self._stack = stack
        self._sold = orders(count)
        self._chance = random.Random(seed)  # noqa: S311  # chaos, no secret
        self._say = say
        self._ended = Ended()

    def run(self) -> Ended:
        """Sell, kill, restart, redrive, and compare."""
        self._prepare()
        books = SimulatedBooks(self._stack.simulator.rest_base_url)
        opening = Opening(books)
        shop = DemoShop(self._stack.api_url, store=SHOP, domain=SHOP_DOMAIN, secret=WEBHOOK_SECRET)
        flow = FlowingShop(shop, self._sold, every_seconds=0.8)
        flow.start()
        self._mischief(flow)
        self._say("Nobody kills any more; the product recovers")
        self._recover(flow)
        self._ended.mischief["deliveries, with those sent again"] = flow.tries
        self._ended.unfinished += flow.lost
        returned = sum(is_refunded(number) for number in range(len(self._sold)))
        self._ended.rows += opening.rows(
            sold=len(self._sold), returned=returned, kinds=self._done()
        )
        shop.close()
        books.close()
        return self._ended

    def _prepare(self) -> None:
        access = self._stack.simulator
        demo = demo_tenant(access.company_id, access.user_id)
        # What is in doubt is then settled by one look, and not after the settle window. That
        # requests land late is the fault simulator's business: here none outlives its worker.
        unique = tuple(kind.value for kind in PostingKind)
        intacct = demo.intacct.model_copy(update={"hard_unique": unique})
        self._stack.load_tenant(
            demo.model_copy(update={"intacct": intacct}),
            access.secret(),
            {store.id: {"webhook_secrets": [WEBHOOK_SECRET]} for store in demo.stores},
        )
        sqs = self._stack.client("sqs")
        for output in (CART_EVENTS.queue_output, ORDER_POSTINGS.queue_output):
            url = self._stack.outputs[output]
            names = ["RedrivePolicy"]
            known = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            policy = {**json.loads(known["RedrivePolicy"]), "maxReceiveCount": TRIES}
            changed = {
                "VisibilityTimeout": str(VISIBILITY_SECONDS),
                "RedrivePolicy": json.dumps(policy),
            }
            sqs.set_queue_attributes(QueueUrl=url, Attributes=changed)

    def _mischief(self, flow: FlowingShop) -> None:
        """Kill something every few seconds while orders come, for a while.

        On a machine so busy that a worker starts slower than it is killed, nothing would ever end.
        """
        end = time.monotonic() + _MISCHIEF_SECONDS
        acts = [self._kill_workers, self._take_sage_down, self._kill_workers, self._restart_aws]
        turn = 0
        while flow.is_selling and time.monotonic() < end:
            time.sleep(self._chance.uniform(1.0, 4.0))
            act = acts[turn] if turn < len(acts) else self._chance.choice(acts[:3])
            act()
            turn += 1

    def _kill_workers(self) -> None:
        running = self._running_workers()
        chosen = [worker for worker in running if self._chance.random() < 0.9]  # noqa: PLR2004
        killed = workers.kill(chosen)
        self._ended.mischief["workers killed"] += killed
        self._say(f"{killed} of {len(running)} workers killed")

    def _running_workers(self) -> list[ProcessId]:
        """The workers of now; a while is waited for one to start, where none does."""
        end = time.monotonic() + _WORKER_SECONDS
        while time.monotonic() < end:
            running = workers.workers_of(self._stack.process(Part.AWS))
            if running:
                return running
            time.sleep(_LOOK_SECONDS / 10)
        return []

    def _take_sage_down(self) -> None:
        self._say("Sage Intacct goes away")
        self._stack.take_down(Part.SAGE)
        time.sleep(_DOWN_SECONDS)
        self._stack.bring_back(Part.SAGE)
        self._ended.mischief["times Sage Intacct went away"] += 1

    def _restart_aws(self) -> None:
        self._say("The embedded AWS is ended with all its workers, and started again")
        self._ended.mischief["workers killed"] += workers.kill(
            workers.workers_of(self._stack.process(Part.AWS))
        )
        self._stack.take_down(Part.AWS)
        self._stack.bring_back(Part.AWS)
        self._ended.mischief["times the embedded AWS was restarted"] += 1

    def _recover(self, flow: FlowingShop) -> None:
        end = time.monotonic() + _SETTLE_SECONDS
        people_at = 0.0
        while time.monotonic() < end:
            self._ended.unfinished = self._open_orders()
            if not flow.is_selling and not self._ended.unfinished:
                return
            if time.monotonic() >= people_at:
                self._people()
                people_at = time.monotonic() + _PEOPLE_SECONDS
            time.sleep(_LOOK_SECONDS)

    def _people(self) -> None:
        """What runbooks say: redrive what was put aside; and the sweep that comes each minute."""
        desk = self._desk()
        for name in (CART_EVENTS.name, ORDER_POSTINGS.name):
            queue = dead_queue(desk.place, name)
            desk.collector.collect([queue], desk.clock() + timedelta(minutes=1))
            planned = desk.redriver.plan(queue, Wanted(), limit=1000, most_redrives=3)
            moved = desk.redriver.redrive(queue, planned, pace=Pace(20.0), why="chaos is over")
            self._ended.mischief["dead letters redriven"] += moved.moved
        self._invoke("SweeperFunctionName")

    def _invoke(self, output: str) -> None:
        name = self._stack.outputs[output]
        try:
            self._stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps({}).encode())
        except (BotoCoreError, ClientError) as error:
            self._say(f"{output} could not be asked: {type(error).__name__}")

    def _open_orders(self) -> list[str]:
        """Orders that are not wholly in the books yet, each with what stands open."""
        desk = self._desk()
        found = []
        for order in self._sold:
            pk = order_pk(TENANT, SHOP, str(order.id))
            record, chain = desk.facts.load(pk), desk.ledger.chain(pk)
            states = Counter(posting.state for posting in chain.values())
            is_done = set(states) == {State.DONE}
            if record is None or record.due_at is not None or not is_done:
                status = record.status.value if record else "unknown"
                counts = ", ".join(f"{count} {state.value}" for state, count in states.items())
                found.append(f"{order.name}: {status}; {counts or 'no posting'}")
        return found

    def _done(self) -> dict[str, int]:
        desk = self._desk()
        counts: Counter[str] = Counter()
        for order in self._sold:
            chain = desk.ledger.chain(order_pk(TENANT, SHOP, str(order.id)))
            for key, posting in chain.items():
                kind: Any = key.split("/")[2]
                if posting.state is State.DONE and kind in _WORDS:
                    counts[_WORDS[PostingKind(kind)]] += 1
        return dict(counts)

    def _desk(self) -> Desk:
        return desk_at(
            LocalPlace(self._stack, "chaos"),
            clock=lambda: datetime.now(UTC),
            sleep=time.sleep,
            wait_seconds=0,
        )
