"""What the deployed product remembers: facts, postings, reviews and the archive, read as it is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from local.demo.tenant import TENANT
from local.stack import LocalStack
from shared.facts.record import FactsRecord, order_pk
from shared.facts.store import DynamoDbFactsStore
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.records import Record, State
from shared.postings.plan import PostingKind
from shared.reviews.records import DynamoDbReviews, Review

_PATIENCE_SECONDS = 90.0
_LOOK_AGAIN_SECONDS = 0.2


class NotInTimeError(RuntimeError):
    """Something that the demo waits for did not come; the message says what, and where to look."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One order as the product knows it at one moment."""

    facts: FactsRecord | None
    postings: dict[str, Record]

    def done(self, kind: PostingKind) -> list[Record]:
        """The finished postings of one kind."""
        marker = f"/{kind.value}/"
        return [r for k, r in self.postings.items() if marker in k and r.state is State.DONE]


class Memory:
    """Reads of the deployed tables, bucket and functions of the running stack."""

    def __init__(self, stack: LocalStack, tenant: str = TENANT) -> None:
        """Read what `stack` has deployed, and keeps of the tenant."""
        self._stack = stack
        self._tenant = tenant
        dynamodb = stack.client("dynamodb")
        outputs = stack.outputs
        self._facts = DynamoDbFactsStore(
            dynamodb, outputs["OrdersTableName"], new_id=lambda: uuid4().hex
        )
        self._ledger = DynamoDbLedger(dynamodb, outputs["LedgerTableName"])
        self._reviews = DynamoDbReviews(dynamodb, outputs["OrdersTableName"])

    def journey(self, store: str, order_id: int | str) -> Journey:
        """What is known of the order now."""
        pk = order_pk(self._tenant, store, str(order_id))
        return Journey(self._facts.load(pk), self._ledger.chain(pk))

    def chain(self, pk: str) -> dict[str, Record]:
        """The postings of any partition: a customer, a day."""
        return self._ledger.chain(pk)

    def reviews(self) -> list[Review]:
        """Everything that waits, or waited, for a person."""
        return list(self._reviews.all(self._tenant))

    def archived(self) -> int:
        """How many raw bodies are in the archive."""
        pages = (
            self._stack.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self._stack.outputs["RawEventsBucketName"])
        )
        return sum(len(page.get("Contents", [])) for page in pages)

    def invoke(self, function_output: str, event: dict[str, Any]) -> dict[str, Any]:
        """Call a deployed function by hand, as an operator would.

        Raises:
            NotInTimeError: the function failed.
        """
        answer = self._stack.client("lambda").invoke(
            FunctionName=self._stack.outputs[function_output], Payload=json.dumps(event).encode()
        )
        payload = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            message = f"{function_output} failed: {payload}; see {self._stack.logs_dir}"
            raise NotInTimeError(message)
        result: dict[str, Any] = payload
        return result

    def wait(self, what: str, is_true: Callable[[], bool]) -> float:
        """Look again until it is true; the seconds that took.

        Raises:
            NotInTimeError: it did not become true within a minute and a half.
        """
        started = time.monotonic()
        while time.monotonic() - started < _PATIENCE_SECONDS:
            if is_true():
                return time.monotonic() - started
            time.sleep(_LOOK_AGAIN_SECONDS)
        logs = self._stack.logs_dir
        message = f"{what} did not happen within {_PATIENCE_SECONDS:.0f} s; see {logs}"
        raise NotInTimeError(message)
