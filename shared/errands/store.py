"""Errands in the orders table: `ERRANDS#<tenant>`, and kind and name.

Open ones are in the sparse `due-index` under `ERRANDS#<tenant>#<kind>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.errands.records import Errand, ErrandKind, ErrandState
from shared.tables import update_where

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_AT_ONCE = 500
"""As many errands as one run takes up; what is left has its turn with the next."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DETAIL = "detail:"


class DynamoDbErrands:
    """`shared.errands.records.Errands` in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep errands in `table`, which has the sparse index `due-index`."""
        self._client = client
        self._table = table

    def ask(self, errand: Errand) -> None:
        """Have it run; one that is DONE stays so, to any other the details are added.

        Raises:
            botocore.exceptions.ClientError: it could not be kept.
        """
        names = {"#state": "state"}
        values = {
            ":open": {"S": ErrandState.OPEN.value},
            ":done": {"S": ErrandState.DONE.value},
            ":at": {"N": _millis(errand.due_at)},
            ":shard": {"S": _shard(errand.tenant, errand.kind)},
            ":none": {"N": "0"},
            ":one": {"N": "1"},
        }
        told = ""
        for number, (name, value) in enumerate(sorted(errand.details.items())):
            names[f"#d{number}"] = f"{_DETAIL}{name}"
            values[f":d{number}"] = {"S": value}
            told += f", #d{number} = :d{number}"
        self._update(
            errand,
            f"SET #state = :open, due_at = :at, due_shard = :shard, tries = :none{told}"
            " ADD version :one",
            "attribute_not_exists(pk) OR #state <> :done",
            names,
            values,
        )

    def due(self, tenant: str, kind: ErrandKind, *, now: datetime) -> Sequence[Errand]:
        """The open errands of a kind whose time has come, the longest due first.

        The index finds them, each is read consistently.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        answer = self._client.query(
            TableName=self._table,
            IndexName="due-index",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={
                ":shard": {"S": _shard(tenant, kind)},
                ":now": {"N": _millis(now)},
            },
            Limit=MOST_AT_ONCE,
        )
        found = (self._load(tenant, item["sk"]["S"]) for item in answer["Items"])
        return [one for one in found if one is not None and one.state is ErrandState.OPEN]

    def all_open(self, tenant: str) -> Iterator[Errand]:
        """Every open errand by kind and name, due or not; for a person: it reads the closed ones.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            FilterExpression="#state = :open",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={
                ":pk": {"S": _partition(tenant)},
                ":open": {"S": ErrandState.OPEN.value},
            },
            ConsistentRead=True,
        )
        for page in pages:
            yield from (_errand(tenant, item) for item in page["Items"])

    def close(self, errand: Errand, state: ErrandState) -> bool:
        """Keep that it was run; False where it was asked for once more meanwhile.

        Raises:
            botocore.exceptions.ClientError: it could not be kept.
        """
        return self._update(
            errand,
            "SET #state = :state REMOVE due_at, due_shard",
            "version = :version",
            {"#state": "state"},
            {":state": {"S": state.value}, ":version": {"N": str(errand.version)}},
        )

    def put_off(self, errand: Errand, due_at: datetime) -> bool:
        """Have it run again then; False where it was asked for once more meanwhile.

        Raises:
            botocore.exceptions.ClientError: it could not be kept.
        """
        return self._update(
            errand,
            "SET due_at = :at, tries = :tries",
            "version = :version",
            {},
            {
                ":at": {"N": _millis(due_at)},
                ":tries": {"N": str(errand.tries + 1)},
                ":version": {"N": str(errand.version)},
            },
        )

    def _load(self, tenant: str, name: str) -> Errand | None:
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, name), ConsistentRead=True
        )
        item = answer.get("Item")
        return _errand(tenant, item) if item else None

    def _update(
        self,
        errand: Errand,
        change: str,
        condition: str,
        names: dict[str, str],
        values: dict[str, Any],
    ) -> bool:
        key = _key(errand.tenant, f"{errand.kind.value}#{errand.name}")
        return update_where(
            self._client, self._table, key, change, condition, values=values, names=names
        )


def _key(tenant: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": name}}


def _partition(tenant: str) -> str:
    return f"ERRANDS#{tenant}"


def _shard(tenant: str, kind: ErrandKind) -> str:
    return f"ERRANDS#{tenant}#{kind.value}"


def _errand(tenant: str, item: Mapping[str, Any]) -> Errand:
    kind, _, name = item["sk"]["S"].partition("#")
    due_at = item.get("due_at", {}).get("N", "0")
    return Errand(
        tenant=tenant,
        kind=ErrandKind(kind),
        name=name,
        due_at=_EPOCH + timedelta(milliseconds=int(due_at)),
        details={
            attribute.removeprefix(_DETAIL): value["S"]
            for attribute, value in item.items()
            if attribute.startswith(_DETAIL)
        },
        state=ErrandState(item["state"]["S"]),
        tries=int(item["tries"]["N"]),
        version=int(item["version"]["N"]),
    )


def _millis(instant: datetime) -> str:
    return str((instant - _EPOCH) // timedelta(milliseconds=1))
