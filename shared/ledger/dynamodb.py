"""The ledger in DynamoDB: one conditional write or one transaction per transition."""

from __future__ import annotations

import hashlib
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.ledger.items import from_item, name_of, to_item, to_value
from shared.ledger.port import LostRaceError
from shared.ledger.records import Record, State
from shared.ledger.states import CONDITIONS, Write, after, was_ours

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TOKEN_LENGTH = 36
_MOST_TRIES = 3
_LONGEST_PAUSE_SECONDS = 0.5
_PASSING = frozenset(
    {
        "TransactionConflict",
        "TransactionInProgressException",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    }
)
_STATES = {f":{state.value.lower()}": {"S": state.value} for state in State}


class DynamoDbLedger:
    """Keeps `Ledger`'s promises on one table; decides on consistent reads of the table only.

    Throttling and transaction conflicts get three attempts with full jitter and the same token;
    what is left of them is raised as botocore's ClientError, and the message comes back
    (reliability F24).
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        pause: Callable[[], None] = lambda: time.sleep(_jitter()),
    ) -> None:
        """`table` has the keys pk and sk; `pause` lies between two tries of a transaction."""
        self._client = client
        self._table = table
        self._pause = pause

    def chain(self, pk: str) -> dict[str, Record]:
        """All postings of an order, customer or day, by key; one consistent read."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
        )
        records = (from_item(item) for page in pages for item in page["Items"])
        return {record.key: record for record in records}

    def commit(self, *writes: Write) -> tuple[Record, ...]:
        """Carry out one write, or several as one transaction.

        Raises:
            LostRaceError: a condition is not true any more; nothing was written.
        """
        if len(writes) == 1:
            return (self._one(writes[0]),)
        return self._together(writes)

    def _one(self, write: Write) -> Record:
        try:
            if write.new:
                self._client.put_item(**self._put(write.new, write))
                return write.new
            answer = self._client.update_item(**self._update(write), ReturnValues="ALL_NEW")
        except ClientError as error:
            if _code(error) != "ConditionalCheckFailedException":
                raise
            response: Mapping[str, Any] = error.response
            current = _record(response.get("Item"))
            if current is not None and was_ours(write, current):
                return current
            raise LostRaceError(write.key, current) from None
        return from_item(answer["Attributes"])

    def _together(self, writes: Sequence[Write]) -> tuple[Record, ...]:
        items: list[Any] = [
            {"Put": self._put(write.new, write)} if write.new else {"Update": self._update(write)}
            for write in writes
        ]
        token = _token(writes)
        for tries_left in reversed(range(_MOST_TRIES)):
            try:
                self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)
            except ClientError as error:
                if _passes(error) and tries_left:
                    self._pause()
                    continue
                if _code(error) != "TransactionCanceledException":
                    raise
                return _after_cancellation(writes, error)
            break
        return tuple(after(write, write.before) for write in writes)

    def _put(self, record: Record, write: Write) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": to_item(record),
            "ConditionExpression": CONDITIONS[write.transition],
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _update(self, write: Write) -> dict[str, Any]:
        """Set only what the transition changes: what another one set stays as it is."""
        condition = CONDITIONS[write.transition]
        sets = {name: value for name, value in write.changes.items() if value is not None}
        removes = [name_of(name) for name, value in write.changes.items() if value is None]
        values = {f":{name_of(name)}": to_value(value) for name, value in sets.items()}
        assignments = [f"{name_of(name)} = :{name_of(name)}" for name in sets]
        assignments.append("hist = list_append(hist, :hist)")
        expression = "SET " + ", ".join(assignments)
        if removes:
            expression += " REMOVE " + ", ".join(removes)
        return {
            "TableName": self._table,
            "Key": {"pk": {"S": write.pk}, "sk": {"S": write.key}},
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {
                **values,
                ":hist": {"L": [{"S": write.note}]},
                **_parameters(write, condition),
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def _parameters(write: Write, condition: str) -> dict[str, Any]:
    known = {
        ":f": {"N": str(write.fence)},
        ":me": {"S": write.owner},
        ":now": to_value(write.now),
        **_STATES,
    }
    return {name: known[name] for name in re.findall(r":\w+", condition)}


def _token(writes: Sequence[Write]) -> str:
    """The same for every retry of this transaction, and for no other (reliability §3.2)."""
    named = "|".join(f"{w.pk} {w.key} {w.fence} {w.owner} {w.note}" for w in writes)
    return hashlib.sha256(named.encode()).hexdigest()[:_TOKEN_LENGTH]


def _after_cancellation(writes: Sequence[Write], error: ClientError) -> tuple[Record, ...]:
    """The records where the whole transaction had happened before; else who stood in the way."""
    response: Mapping[str, Any] = error.response
    reasons = response.get("CancellationReasons", [])
    lost: LostRaceError | None = None
    records = []
    for write, reason in zip(writes, reasons, strict=True):
        if reason.get("Code") != "ConditionalCheckFailed":
            continue
        current = _record(reason.get("Item"))
        if current is not None and was_ours(write, current):
            records.append(current)
        elif lost is None:
            lost = LostRaceError(write.key, current)
    if len(records) == len(writes):
        return tuple(records)
    if lost is None:
        raise error
    raise lost from None


def _record(item: Mapping[str, Any] | None) -> Record | None:
    return from_item(item) if item else None


def _jitter() -> float:
    return random.uniform(0, _LONGEST_PAUSE_SECONDS)  # noqa: S311  # spreads load, no secret


def _passes(error: ClientError) -> bool:
    """Whether only others' transactions, or the load, stood in the way."""
    response: Mapping[str, Any] = error.response
    codes = {reason.get("Code", "None") for reason in response.get("CancellationReasons", [])}
    return _code(error) in _PASSING or bool(codes & _PASSING and codes <= {"None", *_PASSING})


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
