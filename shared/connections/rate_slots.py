"""The rate of all calls of our client application, held by one write per call (reliability §5).

A GCRA in one record: `tat` is the time of the next free slot. A call takes that slot by moving
`tat` on by one interval, and sends at the time it got; nobody polls and no leases lie around.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from intacct.errors import RateLimitedError
from shared.connections.errors import ConnectionStoreError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REFUSED = "ConditionalCheckFailedException"
_RACES = 8


@dataclass(frozen=True, slots=True)
class Rate:
    """Calls a second, how much a call may be early, and how far ahead a slot may be taken."""

    per_second: float = 13.5
    burst_seconds: float = 0.07
    ahead_seconds: float = 5.0


class RateSlots:
    """Hands out send times; one record serves the whole fleet."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        rate: Rate | None = None,
        name: str = "APP",
    ) -> None:
        """`table` is the connections table; `name` tells several client applications apart."""
        self._client = client
        self._table = table
        self._clock = clock
        self._sleep = sleep
        self._rate = rate or Rate()
        self._key: dict[str, Any] = {"pk": {"S": f"RATE#{name}"}, "sk": {"S": "SLOT"}}

    def wait(self) -> None:
        """Return when this call may leave.

        Raises:
            RateLimitedError: every slot of the next seconds is taken: come back later.
            ConnectionStoreError: DynamoDB could not be used.
        """
        pause = self.take()
        if pause > 0:
            self._sleep(pause)

    def take(self) -> float:
        """Take the next slot; the answer is how many seconds it lies ahead.

        Raises:
            As `wait`.
        """
        for _ in range(_RACES):
            now = self._clock().timestamp()
            floor, ceiling = now - self._rate.burst_seconds, now + self._rate.ahead_seconds
            step = 1 / self._rate.per_second
            taken = self._write(
                "SET tat = tat + :step",
                "tat > :floor AND tat < :ceiling",
                {":step": step, ":floor": floor, ":ceiling": ceiling},
            )
            if taken.is_written:
                return max(0.0, taken.tat - now)
            if taken.tat >= ceiling:
                message = "all calls of the next seconds are spoken for"
                raise RateLimitedError(message, retry_after_seconds=taken.tat - ceiling + step)
            restarted = self._write(
                "SET tat = :next",
                "attribute_not_exists(tat) OR tat <= :floor",
                {":next": floor + step, ":floor": floor},
            )
            if restarted.is_written:
                return 0.0
        message = "too many workers wanted the first slot at once"
        raise RateLimitedError(message, retry_after_seconds=self._rate.ahead_seconds)

    def _write(self, change: str, condition: str, values: dict[str, float]) -> _Slot:
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues={
                    name: {"N": f"{value:.6f}"} for name, value in values.items()
                },
                ReturnValues="UPDATED_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") == _REFUSED:
                item: Any = exc.response.get("Item", {})
                return _Slot(_tat(item), is_written=False)
            message = "the rate of calls could not be written"
            raise ConnectionStoreError(message) from exc
        except BotoCoreError as exc:
            message = "the rate of calls could not be reached"
            raise ConnectionStoreError(message) from exc
        return _Slot(_tat(answer.get("Attributes", {})), is_written=True)


@dataclass(frozen=True, slots=True)
class _Slot:
    """Whether the write went through, and the `tat` that stood before it."""

    tat: float
    is_written: bool


def _tat(item: Any) -> float:
    return float(item.get("tat", {}).get("N", "0"))
