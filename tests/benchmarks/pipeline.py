"""Orders through the real functions, each in its own emulated execution environment, and counted.

What happens between the functions is done here as the event source mappings do it: one message at
a time, which is the dearest way, or ten, as under load. Nothing else runs meanwhile, so that each
call belongs to the function that was just invoked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self

from local.demo.payloads import Json
from tests.benchmarks import events
from tests.benchmarks.lambda_process import InvocationError, LambdaProcess
from tests.benchmarks.loopback_aws import LoopbackAws
from tests.benchmarks.usage import SageLog, Usage

INTAKE = "webhook_intake"
SYNC = "customer_sync"
POSTING = "order_posting"
EXPORT = "gl_export"
FUNCTIONS = (INTAKE, SYNC, POSTING, EXPORT)
_QUEUES = {"CartEventsQueue": SYNC, "OrderPostingsQueue": POSTING}
_OK = 200


class Pipeline:
    """The functions that an order meets, and the queues between them."""

    def __init__(
        self,
        aws: LoopbackAws,
        values: Mapping[str, str],
        processes: Mapping[str, LambdaProcess],
        sage_log: SageLog,
    ) -> None:
        """`values` are what the template's references stand for; `processes` are not started."""
        self._aws = aws
        self._values = values
        self._processes = processes
        self._sage_log = sage_log
        self._open = ExitStack()
        self._usage = Usage()
        self._cpu_before: dict[str, float] = {}
        self.last_events: dict[str, Mapping[str, Any]] = {}

    def __enter__(self) -> Self:
        """Start the functions' environments; the first invocation of each is a cold start."""
        for process in self._processes.values():
            self._open.enter_context(process)
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        self._open.close()

    def begin_count(self) -> None:
        """Count from zero, now that all functions are warm."""
        self._sage_log.clear()
        self._usage = Usage()
        self._cpu_before = self._cpu_seconds()

    def counted(self) -> Usage:
        """What was used since `begin_count`."""
        usage, after = self._usage, self._cpu_seconds()
        self._sage_log.read_into(usage)
        usage.cpu_seconds = {name: after[name] - self._cpu_before[name] for name in after}
        return usage

    def deliver(self, store: str, topic: str, body: Json, *, event_id: str) -> None:
        """Let the cart send one delivery, and carry on until every queue is empty.

        Raises:
            InvocationError: a function failed, or did not do all of its work.
        """
        self.deliver_together(store, topic, {event_id: body}, most=1)

    def deliver_together(
        self, store: str, topic: str, bodies: Mapping[str, Json], *, most: int = 10
    ) -> None:
        """Let the cart send deliveries by their event ids, and hand on up to `most` in a batch.

        Raises:
            InvocationError: a function failed, or did not do all of its work.
        """
        for event_id, body in bodies.items():
            answer = self.invoke(INTAKE, events.webhook(store, topic, body, event_id=event_id))
            if answer["statusCode"] != _OK:
                message = f"{INTAKE} answered {answer['statusCode']}: {answer['body']}"
                raise InvocationError(message)
        while sum(self._drain(queue, function, most) for queue, function in _QUEUES.items()):
            pass

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Invoke a function, count what it used, and return its answer."""
        answer, _ = self._processes[function].invoke(event)
        self.last_events[function] = event
        self._usage.add_invocation(function, self._aws.taken())
        return answer

    def peak_memory_mb(self, function: str) -> float:
        """The most memory that the function's process has held so far, in MiB."""
        return self._processes[function].peak_memory_mb()

    def _cpu_seconds(self) -> dict[str, float]:
        return {name: process.cpu_seconds() for name, process in self._processes.items()}

    def _drain(self, queue: str, function: str, most: int) -> int:
        """Hand all that waits in a queue to its function; how many messages that were."""
        handled = 0
        for messages in self._batches(queue, most):
            answer = self.invoke(function, events.batch(queue, messages))
            if answer and answer.get("batchItemFailures"):
                failure = f"{function} gave a message back: see its log"
                raise InvocationError(failure)
            handled += len(messages)
        return handled

    def _batches(self, queue: str, most: int) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The waiting messages; those of a batch are deleted once the next one is asked for."""
        sqs = self._aws.client("sqs")
        url = self._values[queue]
        while messages := sqs.receive_message(
            QueueUrl=url, AttributeNames=["All"], MaxNumberOfMessages=most
        ).get("Messages"):
            yield messages
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
