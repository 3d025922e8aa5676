"""Hints in the orders table: `HINTS#<tenant>`, an item for each entity and kind.

`-pull` beside them says how pulling the event queue goes. Every write moves an instant forwards or
does nothing, so writers need to know nothing of each other. Times are milliseconds since 1970.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from intacct.reading import Kept
from shared.changes.hints import Heard, Hints
from shared.changes.pace import Place
from shared.tables import update_where

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PULL = "-pull"
_KINDS = {kind.value: kind for kind in Kept}


class DynamoDbHints:
    """`HintStore` in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep them in `table`."""
        self._client = client
        self._table = table

    def of_tenant(self, tenant: str) -> Hints:
        """All that was heard of a tenant's books.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _pk(tenant)}},
        )
        items = {item["sk"]["S"]: item for page in pages for item in page["Items"]}
        pull = items.pop(_PULL, {})
        places = {}
        for name, item in items.items():
            entity, _, kind = name.rpartition("#")
            if kind in _KINDS:
                heard = Heard(_instant(item, "changed_at"), _instant(item, "gone_at"))
                places[Place(entity, _KINDS[kind])] = heard
        return Hints(places, _instant(pull, "pulled_at"), _instant(pull, "pull_failed_at"))

    def hint(self, tenant: str, place: Place, at: datetime, *, is_deletion: bool) -> None:
        """Keep that records of a place changed, or that one was deleted.

        Raises:
            botocore.exceptions.ClientError: it could not be written.
        """
        name = "gone_at" if is_deletion else "changed_at"
        self._forwards(tenant, f"{place.entity}#{place.kind.value}", name, at)

    def pulled(self, tenant: str, at: datetime, *, failed: bool) -> None:
        """Keep when the event queue was pulled empty, or could not be.

        Raises:
            botocore.exceptions.ClientError: it could not be written.
        """
        self._forwards(tenant, _PULL, "pull_failed_at" if failed else "pulled_at", at)

    def _forwards(self, tenant: str, sk: str, name: str, at: datetime) -> None:
        update_where(
            self._client,
            self._table,
            {"pk": {"S": _pk(tenant)}, "sk": {"S": sk}},
            "SET #name = :at",
            "attribute_not_exists(#name) OR #name < :at",
            values={":at": {"N": str(int(at.timestamp() * 1000))}},
            names={"#name": name},
        )


def _pk(tenant: str) -> str:
    return f"HINTS#{tenant}"


def _instant(item: Any, name: str) -> datetime | None:
    return datetime.fromtimestamp(int(item[name]["N"]) / 1000, UTC) if name in item else None
