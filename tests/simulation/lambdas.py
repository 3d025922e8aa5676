"""The Lambda service: polls queues, keeps warm processes, kills what runs too long.

What the handler of a batch reports as failed stays on the queue until its visibility ends, and so
does everything when the process dies.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from intacct.errors import IntacctError
from shared.customers.keeping import CustomerNotReadyError
from shared.facts.record import StaleFactsError
from tests.simulation.faults import Fault
from tests.simulation.handlers import Batch, BatchHandler
from tests.simulation.outside import CART_EVENTS, ORDER_POSTINGS, Outside
from tests.simulation.queues import FifoQueue, QueuedMessage
from tests.simulation.sandbox import Sandbox
from tests.simulation.scheduler import KilledError, Task
from tests.simulation.secrecy import told
from tests.simulation.violations import ViolationError

_LARGEST_SKEW_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Function:
    """A function as template.yaml deploys it: its timeout, its batch, its queue."""

    name: str
    timeout_seconds: float
    queue: str = ""
    batch: int = 10
    most_at_once: int = 3


SYNC = Function("customer_sync", 90.0, CART_EVENTS)
POSTING = Function("order_posting", 75.0, ORDER_POSTINGS, most_at_once=6)
INTAKE = Function("webhook_intake", 10.0)
SWEEPER = Function("sweeper", 50.0)
EXPORT = Function("gl_export", 300.0)

# What may leave a handler: the message, or the next tick of the schedule, tries again.
_EXPECTED = (
    ClientError,
    BotoCoreError,
    CustomerNotReadyError,
    IntacctError,
    StaleFactsError,
)


class Fate(Enum):
    """What became of the process of an invocation."""

    SURVIVED = "survived"
    KILLED = "killed"


class Lambdas:
    """Runs functions in processes that are drawn warm or cold."""

    def __init__(
        self, outside: Outside, dice: random.Random, on_moment: Callable[[], None]
    ) -> None:
        """`on_moment` is called whenever messages are handed out: people may do something."""
        self._on_moment = on_moment
        self._release = outside.first_release
        self.said: list[str] = []
        """What logs would show of the errors that left handlers."""
        self._outside = outside
        self._dice = dice
        self._warm: dict[str, list[Sandbox]] = {}
        self._running: dict[str, int] = {}
        self._numbers = itertools.count(1)

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs."""
        return not any(self._running.values())

    def start(
        self,
        function: Function,
        work: Callable[[Sandbox, float], None],
        *,
        on_end: Callable[[Fate], None] = lambda _fate: None,
    ) -> None:
        """Run one invocation; `work` gets the process and the second at which it must have ended.

        `on_end` is told what became of the process, at whatever time it ends.
        """
        wire = self._outside.wire
        kind = wire.faults.draw("lambda.run")
        if kind is Fault.DEPLOY:
            self._deploy()
        sandbox = self._process(function)
        started = wire.scheduler.now
        allowed = function.timeout_seconds
        if kind is Fault.TIME_OUT:
            allowed *= self._dice.random()
        self._running[function.name] = self._running.get(function.name, 0) + 1

        def run() -> None:
            fate = Fate.KILLED
            try:
                work(sandbox, started + function.timeout_seconds)
                sandbox.end_invocation()
                fate = Fate.KILLED if task.is_cancelled else Fate.SURVIVED
            except _EXPECTED as error:  # the invocation fails, the process lives on
                wire.story.tell(f"{sandbox.name} fails: {type(error).__name__}")
                self.said.append(told(error))
                fate = Fate.SURVIVED
            except KilledError:
                wire.story.tell(f"{sandbox.name} is killed")
                raise
            finally:
                self._running[function.name] -= 1
                if fate is Fate.SURVIVED and sandbox.release is self._release:
                    self._warm.setdefault(function.name, []).append(sandbox)
                on_end(fate)

        task = wire.scheduler.spawn(sandbox.name, run)
        wire.scheduler.at(started + allowed, lambda: _kill(task))

    def poll(self, function: Function, handle: BatchHandler) -> None:
        """Hand what is visible on the function's queue to as many processes as it may have."""
        queue = self._outside.queues[function.queue]
        while self._running.get(function.name, 0) < function.most_at_once:
            messages = queue.receive(self._dice.randint(1, function.batch))
            if not messages:
                return
            self._strike(queue, messages)
            self._invoke(function, queue, messages, handle)

    def _invoke(
        self,
        function: Function,
        queue: FifoQueue,
        messages: Sequence[QueuedMessage],
        handle: BatchHandler,
    ) -> None:
        receipts = {message.id: message.receipt for message in messages}
        event = {"Records": [_record(message) for message in messages]}

        def work(sandbox: Sandbox, ends_at: float) -> None:
            batch = Batch(sandbox, event, ends_at, self._judge)
            failed = handle(batch)
            for message_id, receipt in receipts.items():
                if message_id not in failed:
                    self._insist_on_end(message_id, batch.finished)
                    queue.delete(message_id, receipt)

        def again(_fate: Fate) -> None:
            now = self._outside.wire.scheduler.now
            self._outside.wire.scheduler.at(now, lambda: self.poll(function, handle))

        self._outside.wire.story.tell(
            f"{function.name} gets {', '.join(f'{m.id}/{m.receives}' for m in messages)}"
        )
        self.start(function, work, on_end=again)

    def _insist_on_end(self, message_id: str, finished: set[str]) -> None:
        """A message leaves its queue only when its handler came to an end."""
        if message_id not in finished:
            message = f"I3: {message_id} is deleted, and was not worked off"
            scheduler = self._outside.wire.scheduler
            scheduler.failure = scheduler.failure or ViolationError(message)

    def _judge(self, sandbox: Sandbox, error: Exception) -> None:
        """A message may go back for a passing reason only; anything else is a defect."""
        scheduler, story = self._outside.wire.scheduler, self._outside.wire.story
        story.tell(f"{sandbox.name} gives a message back: {type(error).__name__}")
        self.said.append(told(error))
        if not isinstance(error, _EXPECTED):
            scheduler.failure = scheduler.failure or error

    def _strike(self, queue: FifoQueue, messages: Sequence[QueuedMessage]) -> None:
        """A message becomes visible while somebody works on it."""
        wire = self._outside.wire
        kind = wire.faults.draw("queue.receive")
        self._on_moment()
        if kind is Fault.EARLY:
            message = self._dice.choice(messages)
            delay = self._dice.random() * self._dice.choice((0.05, 0.5, 60.0))
            wire.story.tell(f"{message.id} will be visible early")
            wire.scheduler.at(wire.scheduler.now + delay, lambda: queue.expire(message))

    def _deploy(self) -> None:
        """Roll the next release out: idle processes end, those at work live on for a while."""
        self._release = self._release.following
        self._outside.wire.story.tell(f"release {self._release.value} is deployed")
        self._warm.clear()

    def _process(self, function: Function) -> Sandbox:
        warm = self._warm.setdefault(function.name, [])
        if warm:
            return warm.pop()
        skew = 0.0
        if self._outside.wire.faults.draw("lambda.run") is Fault.SKEW:
            skew = self._dice.uniform(-_LARGEST_SKEW_SECONDS, _LARGEST_SKEW_SECONDS)
            self._outside.wire.largest_skew = max(self._outside.wire.largest_skew, abs(skew))
        name = f"{function.name}-{next(self._numbers)}"
        return Sandbox(name, self._outside, self._release, skew_seconds=skew)


def _kill(task: Task) -> None:
    if not task.is_over:
        task.is_cancelled = True


def _record(message: QueuedMessage) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "MessageGroupId": message.group,
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:q.fifo",
    }
