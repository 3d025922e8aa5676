"""Dead letters in the orders table, whole, so that no retention ends them and no group hides them.

SQS deletes a dead letter after fourteen days, and shows only the first ten of a FIFO group. A kept
letter has its body, group and attributes, so that it can be sent again exactly as it was.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.dead_letters.letters import Letter, LetterStatus, letter
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_BYTES = 300_000
"""What fits into an item of 400 KB with room to spare; a larger letter stays in its queue."""

_SYSTEM = ("SentTimestamp", "MessageGroupId", "SequenceNumber", "ApproximateReceiveCount")


class CannotBeKeptError(ValueError):
    """A message that does not fit into a record; it stays in its dead-letter queue."""


class KeptLetters:
    """Letters under `DEAD#<queue>` and their message id; none is ever deleted."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep letters in `table`."""
        self._client = client
        self._table = table

    def keep(self, queue: str, message: Mapping[str, Any], *, at: datetime) -> LetterStatus:
        """Store a message as SQS gave it; what has become of it, OPEN for a new one.

        Raises:
            CannotBeKeptError: it is too large, or has a binary attribute.
            botocore.exceptions.ClientError: it could not be stored.
        """
        item = {
            **_key(queue, message["MessageId"]),
            **_content(message),
            "status": {"S": LetterStatus.OPEN.value},
            "taken_at": {"S": _text(at)},
        }
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            stored: dict[str, Any] = dict(exc.response).get("Item") or {}  # type: ignore[assignment]
            return LetterStatus(stored["status"]["S"]) if "status" in stored else LetterStatus.OPEN
        return LetterStatus.OPEN

    def open(self, queue: str) -> list[Letter]:
        """What waits of that queue, in the order in which it died."""
        found = [_letter(queue, item) for item in self._query(queue)]
        return sorted(found, key=lambda one: one.place_in_line)

    def count(self, queue: str) -> int:
        """How many letters of that queue wait."""
        return sum(1 for _ in self._query(queue, attributes="sk"))

    def close(self, one: Letter, status: LetterStatus, *, by: str, at: datetime) -> bool:
        """Record what became of an open letter; False if somebody else was faster."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(one.queue, one.id),
                UpdateExpression="SET #status = :status, closed_at = :at, closed_by = :by",
                ConditionExpression="#status = :open",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={
                    ":status": {"S": status.value},
                    ":open": {"S": LetterStatus.OPEN.value},
                    ":at": {"S": _text(at)},
                    ":by": {"S": by},
                },
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            return False
        return True

    def _query(self, queue: str, *, attributes: str = "") -> Iterator[dict[str, Any]]:
        projected: dict[str, Any] = {"ProjectionExpression": attributes} if attributes else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            FilterExpression="#status = :open",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":pk": {"S": f"DEAD#{queue}"},
                ":open": {"S": LetterStatus.OPEN.value},
            },
            ConsistentRead=True,
            **projected,
        )
        for page in pages:
            yield from page["Items"]


def _content(message: Mapping[str, Any]) -> dict[str, Any]:
    body = zlib.compress(message["Body"].encode(), 6)
    given = message.get("MessageAttributes", {})
    if any("BinaryValue" in value for value in given.values()):
        text = "the message has a binary attribute"
        raise CannotBeKeptError(text)
    attributes = json.dumps(given, sort_keys=True)
    if len(body) + len(attributes) > MOST_BYTES:
        text = f"the message is larger than {MOST_BYTES} bytes"
        raise CannotBeKeptError(text)
    known = message.get("Attributes", {})
    system = {name: known[name] for name in _SYSTEM if name in known}
    return {
        "body": {"B": body},
        "attributes": {"S": attributes},
        "system": {"S": json.dumps(system, sort_keys=True)},
    }


def _letter(queue: str, item: Mapping[str, Any]) -> Letter:
    message = {
        "MessageId": item["sk"]["S"],
        "Body": zlib.decompress(item["body"]["B"]).decode(),
        "Attributes": json.loads(item["system"]["S"]),
        "MessageAttributes": json.loads(item["attributes"]["S"]),
    }
    return letter(queue, message)


def _key(queue: str, message_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"DEAD#{queue}"}, "sk": {"S": message_id}}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
