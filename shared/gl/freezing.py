"""Freezing events into a batch by transactions: each event once, and the batch counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.gl.days import BatchMovedError, DayKey
from shared.gl.revisions import Batch, BatchState
from shared.gl.store_items import EVENT, key_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FROZEN_TOGETHER = 99
"""Events frozen in one transaction: the batch itself is the hundredth item."""

_CANCELED = "TransactionCanceledException"
_FAILED = "ConditionalCheckFailed"
_MOST_TRIES = 8


def freeze_together(
    client: DynamoDBClient, table: str, key: DayKey, batch: Batch, events: Sequence[str]
) -> None:
    """Put at most `FROZEN_TOGETHER` free events into an open batch.

    Those that another export took are left out, and the others tried again.

    Raises:
        BatchMovedError: the batch is not open any more, or others wrote again and again.
    """
    for _ in range(_MOST_TRIES):
        if not events:
            return
        updates = [_freezing(table, key, batch, event) for event in events]
        counted = _counting(table, key, batch, len(events))
        writes: list[Any] = [{"Update": update} for update in (counted, *updates)]
        try:
            client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != _CANCELED:
                raise
            reasons = _reasons(error)
            if reasons[0] == _FAILED:
                raise BatchMovedError from None
            pairs = zip(events, reasons[1:], strict=True)
            events = [event for event, why in pairs if why != _FAILED]
        else:
            return
    raise BatchMovedError


def _freezing(table: str, key: DayKey, batch: Batch, event: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": key_of(key.pk, f"{EVENT}{event}"),
        "UpdateExpression": "SET gl = :batch",
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(gl)",
        "ExpressionAttributeValues": {":batch": {"S": batch.name}},
    }


def _counting(table: str, key: DayKey, batch: Batch, count: int) -> dict[str, Any]:
    """The batch learns how many events it got: it is sealed only by who counted them all."""
    return {
        "TableName": table,
        "Key": key_of(key.pk, batch.name),
        "UpdateExpression": "ADD frozen :count",
        "ConditionExpression": "st = :open",
        "ExpressionAttributeValues": {
            ":count": {"N": str(count)},
            ":open": {"S": BatchState.OPEN.value},
        },
    }


def _reasons(error: ClientError) -> list[str]:
    response: Mapping[str, Any] = error.response
    return [reason.get("Code", "") for reason in response.get("CancellationReasons", ())]
