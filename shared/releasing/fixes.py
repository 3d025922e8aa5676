"""That a tenant's configuration was changed, kept until all that waited for it went again.

One record per tenant, listed in the due index while there is something to do. It is due a little
after the change, when no worker knows the old configuration any more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KNOWN_TO_ALL = timedelta(seconds=75)
"""Workers keep a configuration for a minute (`shared.tenants.directory`)."""

_SHARD = "FIXED"
_SORT_KEY = "CONFIGURATION"
_PREFIX = "FIXED#"
_MOST = 100


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of a tenant's configuration; `done_until` is how far its orders went already."""

    tenant: str
    due_at: datetime
    by: str
    done_until: str = ""


class Fixes(Protocol):
    """Remembers changes of configuration until their consequences are drawn."""

    def note(self, tenant: str, *, by: str, due_at: datetime) -> None:
        """Remember a change; an earlier one of the tenant that is not finished starts anew."""
        ...

    def due(self, now: datetime) -> Sequence[Fix]:
        """Changes whose time has come, by consistent reads."""
        ...

    def advance(self, fix: Fix, done_until: str) -> None:
        """Remember how far it went; nothing happens where a newer change took its place."""
        ...

    def finish(self, fix: Fix) -> None:
        """Forget it; nothing happens where a newer change took its place."""
        ...


class DynamoDbFixes:
    """Changes in the orders table: `FIXED#<tenant>`, in the due index under `FIXED`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep them in `table`."""
        self._client = client
        self._table = table

    def note(self, tenant: str, *, by: str, due_at: datetime) -> None:
        """Remember a change; an earlier one of the tenant that is not finished starts anew."""
        item: dict[str, Any] = {
            **_key(tenant),
            "changed_by": {"S": by},
            "due_at": {"N": _millis(due_at)},
            "due_shard": {"S": _SHARD},
        }
        self._client.put_item(TableName=self._table, Item=item)

    def due(self, now: datetime) -> Sequence[Fix]:
        """Changes whose time has come, by consistent reads."""
        answer = self._client.query(
            TableName=self._table,
            IndexName="due-index",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={":shard": {"S": _SHARD}, ":now": {"N": _millis(now)}},
            Limit=_MOST,
        )
        listed = [item["pk"]["S"].removeprefix(_PREFIX) for item in answer["Items"]]
        found = (self._load(tenant) for tenant in listed)
        return [fix for fix in found if fix is not None and fix.due_at <= now]

    def advance(self, fix: Fix, done_until: str) -> None:
        """Remember how far it went; nothing happens where a newer change took its place."""
        self._change(fix, "SET done_until = :until", {":until": {"S": done_until}})

    def finish(self, fix: Fix) -> None:
        """Forget it; nothing happens where a newer change took its place."""
        self._change(fix, "REMOVE due_at, due_shard, done_until", {})

    def _load(self, tenant: str) -> Fix | None:
        answer = self._client.get_item(TableName=self._table, Key=_key(tenant), ConsistentRead=True)
        item = answer.get("Item", {})
        if "due_at" not in item:
            return None
        return Fix(
            tenant=tenant,
            due_at=datetime.fromtimestamp(int(item["due_at"]["N"]) / 1000, UTC),
            by=item["changed_by"]["S"],
            done_until=item.get("done_until", {}).get("S", ""),
        )

    def _change(self, fix: Fix, change: str, values: dict[str, Any]) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(fix.tenant),
                UpdateExpression=change,
                ConditionExpression="due_at = :due_at",
                ExpressionAttributeValues={":due_at": {"N": _millis(fix.due_at)}, **values},
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise


def _key(tenant: str) -> dict[str, Any]:
    return {"pk": {"S": f"{_PREFIX}{tenant}"}, "sk": {"S": _SORT_KEY}}


def _millis(instant: datetime) -> str:
    return str(math.floor(instant.timestamp() * 1000))
