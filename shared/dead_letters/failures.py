"""What error a message failed with before its queue gave it up: SQS itself keeps no reason.

A handler notes the class of its error at the last receives. A process that was killed notes
nothing: then the last error is that of an earlier receive, or none.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.dead_letters.letters import Letter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WORTH_NOTING = 5
"""From this receive on a failure is noted; before it most are over by themselves."""


class Failures:
    """Error classes under `FAILED#<tenant>#<store>#<order or delivery>` and the queue."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep notes in `table`."""
        self._client = client
        self._table = table

    def note(
        self, queue: str, tenant: str, store: str, about: str, *, error: str, at: datetime
    ) -> None:
        """Remember the class of an error; `about` is the order, or the delivery of no order.

        Raises:
            botocore.exceptions.ClientError: it could not be written.
        """
        self._client.update_item(
            TableName=self._table,
            Key=_key(queue, tenant, store, about),
            UpdateExpression="SET #error = :error, failed_at = :at",
            ExpressionAttributeNames={"#error": "error"},
            ExpressionAttributeValues={
                ":error": {"S": error},
                ":at": {"S": at.astimezone(UTC).isoformat(timespec="milliseconds")},
            },
        )

    def last(self, one: Letter) -> str:
        """The class of the last error that was raised for the letter; empty when none was noted."""
        if not one.is_ours:
            return one.error
        key = _key(one.queue, one.tenant, one.store, one.order_id or one.delivery)
        answer = self._client.get_item(TableName=self._table, Key=key)
        return str(answer.get("Item", {}).get("error", {}).get("S", ""))


def _key(queue: str, tenant: str, store: str, about: str) -> dict[str, Any]:
    return {"pk": {"S": f"FAILED#{tenant}#{store}#{about}"}, "sk": {"S": queue}}
