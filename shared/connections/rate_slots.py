"""The rate of all calls of our client application, for the whole fleet (reliability §5).

A GCRA in one record: `tat` is the time of the next free slot. A call takes that slot by moving
`tat` on by one interval, and sends at the time it got; nobody polls.

One write takes a block of slots while nobody waits for them; where somebody does, each call takes
its own, so that no slot is lost in a process that does not need it. A slot that was taken may be
used a second late: so any ten seconds hold at most 150 calls at 13.5 a second (15 a second), and a
day 1,166,400 of the 1,296,000.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from intacct.errors import PausedError
from shared.connections.errors import ConnectionStoreError
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_RACES = 8


@dataclass(frozen=True, slots=True)
class Rate:
    """Calls a second, how much a call may be early, and how far ahead a slot may be taken.

    `block` slots are taken at once, and each is good for `usable_seconds` after its time.
    """

    per_second: float = 13.5
    burst_seconds: float = 0.07
    ahead_seconds: float = 5.0
    block: int = 5
    usable_seconds: float = 1.0


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
        self._taken: deque[float] = deque()
        self._is_crowded = False

    def wait(self) -> None:
        """Return when this call may leave.

        Raises:
            PausedError: every slot of the next seconds is taken: come back later.
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
        now = self._clock().timestamp()
        while self._taken and self._taken[0] + self._rate.usable_seconds < now:
            self._taken.popleft()
        if self._taken:
            return max(0.0, self._taken.popleft() - now)
        return self._take_block()

    def _take_block(self) -> float:
        for _ in range(_RACES):
            now = self._clock().timestamp()
            count = 1 if self._is_crowded else self._rate.block
            floor, ceiling = now - self._rate.burst_seconds, now + self._rate.ahead_seconds
            step = 1 / self._rate.per_second
            taken = self._write(
                "SET tat = tat + :step",
                "tat > :floor AND tat < :ceiling",
                {":step": step * count, ":floor": floor, ":ceiling": ceiling},
            )
            if taken.is_written:
                return self._first_of(taken.tat, count, now)
            if taken.tat >= ceiling:
                message = "all calls of the next seconds are spoken for"
                raise PausedError(message, retry_after_seconds=taken.tat - ceiling + step)
            restarted = self._write(
                "SET tat = :next",
                "attribute_not_exists(tat) OR tat <= :floor",
                {":next": floor + step * count, ":floor": floor},
            )
            if restarted.is_written:
                return self._first_of(floor, count, now)
        message = "too many workers wanted the first slot at once"
        raise PausedError(message, retry_after_seconds=self._rate.ahead_seconds)

    def _first_of(self, first: float, count: int, now: float) -> float:
        """Keep the block's other slots; the seconds until its first."""
        step = 1 / self._rate.per_second
        self._taken.extend(first + step * number for number in range(1, count))
        self._is_crowded = first > now
        return max(0.0, first - now)

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
            if condition_failed(exc):
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
