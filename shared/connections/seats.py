"""Calls at a time beside the lanes, bounded for the whole fleet (REST reference §11).

Lanes bound what posts orders without costing anything: a lane is one worker. Whatever else calls a
company (new customers, a day's journal, a person's question) takes one of its spare seats for as
long as an invocation works, and gives it back: two writes, however many calls there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from intacct.errors import PausedError
from shared.connections.errors import ConnectionStoreError
from shared.connections.single_flight import Surroundings
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOLD = timedelta(seconds=120)
"""How long a seat is taken for; who still works then takes it anew."""

# A request may last 40 seconds: it begins only on a seat that outlasts it.
_NEEDED = timedelta(seconds=45)
_PATIENCE_SECONDS = 5.0
_COME_BACK_SECONDS = 5.0


class Seats:
    """One process's seat at one company."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        company: str,
        *,
        count: int,
        around: Surroundings,
    ) -> None:
        """`table` is the connections table; `count` seats are there for the whole fleet."""
        self._client = client
        self._table = table
        self._company = company
        self._count = count
        self._around = around
        self._owner = ""
        self._seat = 0
        self._until: datetime | None = None

    def __repr__(self) -> str:
        """Name the company."""
        return f"Seats({self._company!r}, count={self._count})"

    def take(self) -> None:
        """Return when this process has a seat that outlasts one call.

        Raises:
            PausedError: all are taken, and stayed so for some seconds: come back later.
            ConnectionStoreError: DynamoDB could not be used.
        """
        now = self._around.clock()
        if self._until is not None and self._until - now > _NEEDED:
            return
        if self._until is not None and self._write(self._seat, now) is None:
            return
        self._owner = self._around.owner()
        patience = self._around.monotonic() + _PATIENCE_SECONDS
        wanted = int(self._around.uniform(0, self._count - 0.001))
        while True:
            now = self._around.clock()
            record = self._write(wanted, now)
            if record is None:
                self._seat = wanted
                return
            free = _free(record, self._count, now)
            if free is not None:
                wanted = free
            elif self._around.monotonic() > patience:
                message = f"all spare calls to {self._company} are under way"
                raise PausedError(message, retry_after_seconds=_COME_BACK_SECONDS)
            else:
                self._around.sleep(self._around.uniform(0.2, 0.5))

    def give_back(self) -> None:
        """Leave the seat to others; one that is lost here comes free by itself.

        Raises:
            ConnectionStoreError: DynamoDB could not be used.
        """
        if self._until is None:
            return
        self._until = None
        names = {"#owner": f"owner_{self._seat}", "#until": f"until_{self._seat}"}
        self._update(
            UpdateExpression="REMOVE #owner, #until",
            ConditionExpression="#owner = :me",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":me": {"S": self._owner}},
        )

    def _write(self, seat: int, now: datetime) -> Mapping[str, Any] | None:
        """Take or keep the seat; None when it is ours, else the record as it stands."""
        until = now + HOLD
        record = self._update(
            UpdateExpression="SET #owner = :me, #until = :until",
            ConditionExpression="attribute_not_exists(#until) OR #until < :now OR #owner = :me",
            ExpressionAttributeNames={"#owner": f"owner_{seat}", "#until": f"until_{seat}"},
            ExpressionAttributeValues={
                ":me": {"S": self._owner},
                ":now": {"N": f"{now.timestamp():.3f}"},
                ":until": {"N": f"{until.timestamp():.3f}"},
            },
        )
        self._until = until if record is None else None
        return record

    def _update(self, **request: Any) -> Mapping[str, Any] | None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"SEATS#{self._company}"}, "sk": {"S": "STATE"}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **request,
            )
        except ClientError as exc:
            if condition_failed(exc):
                found: Any = exc.response.get("Item", {})
                return dict(found)
            message = "the seats of a company could not be written"
            raise ConnectionStoreError(message) from exc
        except BotoCoreError as exc:
            message = "the seats of a company could not be reached"
            raise ConnectionStoreError(message) from exc
        return None


def _free(record: Mapping[str, Any], count: int, now: datetime) -> int | None:
    for seat in range(count):
        until = record.get(f"until_{seat}")
        if until is None or float(until["N"]) < now.timestamp():
            return seat
    return None
