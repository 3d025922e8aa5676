"""Drift records in the orders table: `DRIFT#<tenant>`, and the posting key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from shared.drift.records import Drift, StaleDriftError
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDbDrifts:
    """Keeps `Drifts`' promises in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep records in `table`, the orders table."""
        self._client = client
        self._table = table

    def load(self, tenant: str, key: str) -> Drift | None:
        """The record of a posting's document, by a consistent read; None where there is none.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, key), ConsistentRead=True
        )
        item = answer.get("Item")
        return _drift(item) if item else None

    def save(self, drift: Drift) -> Drift:
        """Store a new or loaded record; the record with its new version.

        A write that the client repeats because its answer was lost fails on its own work: then what
        is stored is what was to be stored.

        Raises:
            StaleDriftError: the stored version is not `drift.version` any more.
            botocore.exceptions.ClientError: it could not be stored.
        """
        newer = replace(drift, version=drift.version + 1)
        condition, values = "attribute_not_exists(pk)", {}
        if drift.version:
            condition = "version = :version"
            values = {"ExpressionAttributeValues": {":version": {"N": str(drift.version)}}}
        more: dict[str, Any] = values
        try:
            self._client.put_item(
                TableName=self._table, Item=_item(newer), ConditionExpression=condition, **more
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            if self.load(drift.tenant, drift.place.key) != newer:
                raise StaleDriftError(drift.place.key) from None
        return newer

    def all(self, tenant: str) -> Iterator[Drift]:
        """Every record of the tenant, whatever was decided, in the order of the keys.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _partition(tenant)}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(_drift, page["Items"])


def _partition(tenant: str) -> str:
    return f"DRIFT#{tenant}"


def _key(tenant: str, key: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": key}}


def _item(drift: Drift) -> dict[str, Any]:
    return {
        **_key(drift.tenant, drift.place.key),
        "version": {"N": str(drift.version)},
        "status": {"S": drift.status.value},
        "drift": {"S": _adapter().dump_json(drift).decode()},
    }


def _drift(item: Mapping[str, Any]) -> Drift:
    return _adapter().validate_json(item["drift"]["S"])


@cache
def _adapter() -> TypeAdapter[Drift]:
    return TypeAdapter(Drift)
