"""The boundary between a process and everything outside: time passes here, and faults strike.

The AWS clients below have the methods of botocore's that the product calls, and botocore's own
retries (standard mode, three attempts): a write whose answer was lost meets itself.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ReadTimeoutError

from tests.simulation.faults import Fault, Faults
from tests.simulation.queues import FifoQueue
from tests.simulation.releases import Release
from tests.simulation.scheduler import KilledError, Scheduler
from tests.simulation.story import Story
from tests.simulation.tables import Tables, cancelled, client_error

T = TypeVar("T")

_ATTEMPTS = 3
_AWS_TIMEOUT = 10.0
_DELAYS = (Fault.FREEZE, Fault.REQUEST_LOST, Fault.ANSWER_LOST)
_DELAY_SECONDS = 120.0


class Wire:
    """What every call to the outside goes through, for one history."""

    def __init__(self, scheduler: Scheduler, faults: Faults, story: Story) -> None:
        self.scheduler = scheduler
        self.faults = faults
        self.story = story
        self.largest_skew = 0.0
        self._delayed_at: dict[str, float] = {}
        self._tokens = itertools.count(1)

    def new_token(self) -> str:
        """A transaction token as botocore would make one."""
        return f"auto-{next(self._tokens)}"

    def was_delayed(self) -> bool:
        """Whether this process lost time lately, more than a lease of the connections lasts."""
        task = self.scheduler.current
        since = self._delayed_at.get(task.name if task else "")
        return since is not None and self.scheduler.now - since < _DELAY_SECONDS

    def latency(self, most: float) -> None:
        """Let a drawn time pass."""
        self.scheduler.sleep(self.faults.dice.random() * most)

    def strike(self, boundary: str, about: str) -> Fault | None:
        """Draw a fault for this call, tell it, and carry out what hits the process itself.

        Raises:
            KilledError: the process crashes before the call.
        """
        kind = self.faults.draw(boundary)
        if kind is None:
            return None
        self.story.tell(f"{boundary} {about}: {kind.value}")
        if kind in _DELAYS and self.scheduler.current is not None:
            self._delayed_at[self.scheduler.current.name] = self.scheduler.now
        if kind is Fault.CRASH_BEFORE:
            raise KilledError
        if kind is Fault.FREEZE:
            self.scheduler.sleep(20.0 + self.faults.dice.random() * 60.0)
        return kind

    def aws(
        self, boundary: str, operation: str, about: str, effect: Callable[[], T], *, size: int = 1
    ) -> T:
        """Call AWS as botocore does, with its retries; `size` counts the writes of a transaction.

        Raises:
            botocore.exceptions.ClientError: AWS refuses, or is throttled three times.
            botocore.exceptions.ReadTimeoutError: no answer came three times.
        """
        error: Exception | None = None
        kind: Fault | None = None
        for _ in range(_ATTEMPTS):
            self.latency(0.02)
            kind = self._again(kind) or self.strike(boundary, about)
            if kind is Fault.THROTTLED:
                error = client_error("ThrottlingException", operation)
                continue
            if kind is Fault.CONFLICT:
                raise cancelled(_in_conflict(size))
            if kind is Fault.REQUEST_LOST:
                error = self._timed_out()
                continue
            answer = effect()
            if kind is Fault.CRASH_AFTER:
                raise KilledError
            if kind is Fault.ANSWER_LOST:
                error = self._timed_out()
                continue
            return answer
        assert error is not None
        raise error

    def _again(self, kind: Fault | None) -> Fault | None:
        """Trouble of a service rarely ends with the first retry."""
        lasts = kind in (Fault.THROTTLED, Fault.REQUEST_LOST)
        return kind if lasts and self.faults.is_on and self.faults.dice.random() < 0.5 else None

    def _timed_out(self) -> Exception:
        self.scheduler.sleep(_AWS_TIMEOUT)
        return ReadTimeoutError(endpoint_url="https://aws.invalid")


def _in_conflict(size: int) -> list[dict[str, str]]:
    """The reasons of a transaction whose first item another one holds at this moment."""
    return [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in range(size - 1))]


class DynamoDbFace:
    """The low-level DynamoDB client of one process."""

    def __init__(self, wire: Wire, tables: Tables, release: Release) -> None:
        self._wire = wire
        self._tables = tables
        self._release = release

    def get_item(self, **request: Any) -> dict[str, Any]:
        effect = self._tables.get_item
        return self._call("dynamodb.get", "GetItem", request["Key"], lambda: effect(request))

    def put_item(self, **request: Any) -> dict[str, Any]:
        request["Item"] = self._release.item(request["Item"])
        effect = self._tables.put_item
        return self._call("dynamodb.put", "PutItem", request["Item"], lambda: effect(request))

    def update_item(self, **request: Any) -> dict[str, Any]:
        effect = self._tables.update_item
        return self._call("dynamodb.update", "UpdateItem", request["Key"], lambda: effect(request))

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        for write in request["TransactItems"]:
            if "Put" in write:
                write["Put"]["Item"] = self._release.item(write["Put"]["Item"])
        first = next(iter(request["TransactItems"][0].values()))
        if "ClientRequestToken" not in request:  # botocore makes one, the same for its retries
            request["ClientRequestToken"] = self._wire.new_token()
        return self._call(
            "dynamodb.transact",
            "TransactWriteItems",
            first.get("Item") or first["Key"],
            lambda: self._tables.transact_write_items(request),
            size=len(request["TransactItems"]),
        )

    def query(self, **request: Any) -> dict[str, Any]:
        effect = self._tables.query
        place = {"pk": next(iter(request["ExpressionAttributeValues"].values())), "sk": {"S": "*"}}
        return self._call("dynamodb.query", "Query", place, lambda: effect(request))

    def get_paginator(self, name: str) -> DynamoDbFace:
        assert name == "query"
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        """All pages of a query."""
        while True:
            page = self.query(**request)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _call(
        self,
        boundary: str,
        operation: str,
        key: Mapping[str, Any],
        effect: Callable[[], T],
        *,
        size: int = 1,
    ) -> T:
        about = f"{key['pk'].get('S')} {key['sk'].get('S')}"
        return self._wire.aws(boundary, operation, about, effect, size=size)


class SqsFace:
    """The SQS client of one process: it only sends."""

    def __init__(self, wire: Wire, queues: Mapping[str, FifoQueue]) -> None:
        self._wire = wire
        self._queues = queues

    def send_message(self, **request: Any) -> dict[str, Any]:
        queue = self._queues[request["QueueUrl"]]
        about = f"{queue.name} {request['MessageGroupId']}"

        def send() -> dict[str, Any]:
            queue.send(
                request["MessageBody"],
                group=request["MessageGroupId"],
                deduplication=request["MessageDeduplicationId"],
            )
            return {}

        return self._wire.aws("sqs.send", "SendMessage", about, send)


class S3Face:
    """The S3 client of one process, over a bucket that is a dictionary."""

    def __init__(self, wire: Wire, bucket: dict[str, bytes]) -> None:
        self._wire = wire
        self._bucket = bucket

    def put_object(self, **request: Any) -> dict[str, Any]:
        key = request["Key"]

        def put() -> dict[str, Any]:
            if request.get("IfNoneMatch") == "*" and key in self._bucket:
                code = "PreconditionFailed"
                raise client_error(code, "PutObject")
            self._bucket[key] = request["Body"]
            return {}

        return self._wire.aws("s3.put", "PutObject", key[:40], put)

    def get_object(self, **request: Any) -> dict[str, Any]:
        key = request["Key"]

        def get() -> dict[str, Any]:
            if key not in self._bucket:
                code = "NoSuchKey"
                raise client_error(code, "GetObject")
            return {"Body": io.BytesIO(self._bucket[key])}

        return self._wire.aws("s3.get", "GetObject", key[:40], get)
