"""What any table of DynamoDB is asked: many keys at once, and whether a condition held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_A_CALL = 100
"""As many keys as DynamoDB takes in one `BatchGetItem`."""

_MOST_TRIES = 8


class LeftUnreadError(Exception):
    """DynamoDB left keys of a batch unread, again and again: it is throttled. Try again later."""


def condition_failed(error: ClientError) -> bool:
    """Whether DynamoDB refused the write because its condition did not hold."""
    return error.response.get("Error", {}).get("Code") == "ConditionalCheckFailedException"


def put_where(
    client: DynamoDBClient, table: str, item: Mapping[str, Any], attribute: str, known: str
) -> bool:
    """Store the item where its text `attribute` is still `known`; whether that was so.

    Nothing `known` means that there is no item yet.

    Raises:
        botocore.exceptions.ClientError: it could not be stored.
    """
    condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
    if known:
        condition = {
            "ConditionExpression": "#known = :known",
            "ExpressionAttributeNames": {"#known": attribute},
            "ExpressionAttributeValues": {":known": {"S": known}},
        }
    try:
        client.put_item(TableName=table, Item=item, **condition)
    except ClientError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def update_where(
    client: DynamoDBClient,
    table: str,
    key: Mapping[str, Any],
    change: str,
    condition: str,
    *,
    values: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
) -> bool:
    """Change the item where the condition holds; whether it held.

    Raises:
        botocore.exceptions.ClientError: it could not be written.
    """
    named: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
    try:
        client.update_item(
            TableName=table,
            Key=key,
            UpdateExpression=change,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            **named,
        )
    except ClientError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def read_many(
    client: DynamoDBClient,
    table: str,
    keys: Iterable[Mapping[str, Any]],
    *,
    attributes: str | None = None,
    names: Mapping[str, str] | None = None,
) -> Iterator[Mapping[str, Any]]:
    """The items of those keys that there are, by consistent reads, in no order.

    Args:
        client: DynamoDB's.
        table: the table's name.
        keys: none twice.
        attributes: a projection expression; whole items where there is none.
        names: what its placeholders stand for: words that DynamoDB reserves.

    Raises:
        LeftUnreadError: DynamoDB kept leaving some unread.
        botocore.exceptions.ClientError: they could not be read.
    """
    wanted: list[Any] = list(keys)
    projection: Any = {"ProjectionExpression": attributes} if attributes else {}
    projection |= {"ExpressionAttributeNames": dict(names)} if names else {}
    for start in range(0, len(wanted), _KEYS_A_CALL):
        batch = wanted[start : start + _KEYS_A_CALL]
        for _ in range(_MOST_TRIES):
            request: Any = {table: {"Keys": batch, "ConsistentRead": True, **projection}}
            answer = client.batch_get_item(RequestItems=request)
            yield from answer["Responses"].get(table, [])
            left = answer.get("UnprocessedKeys", {}).get(table)
            if not left:
                break
            batch = list(left["Keys"])
        else:
            message = f"{len(batch)} items of {table} were left unread"
            raise LeftUnreadError(message)
