"""How many API transactions each tenant used: the monthly volume is billed (REST reference §11).

A call is one request. A transaction is what Sage bills: each record written and each page read (XML
reference §7.2); whether a batch over REST counts as one is UNCONFIRMED (U19), so its rows count.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.connections.errors import ConnectionStoreError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRANSACTIONS = "transactions"
"""The kind under which transactions are counted; every other kind counts calls."""

Counts = dict[tuple[str, str], int]
"""How many, by tenant and kind."""


class CallCounter:
    """Counts calls per tenant and kind in memory, until an invocation reports them."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._counts: Counter[tuple[str, str]] = Counter()

    def for_tenant(self, tenant: str) -> Callable[[str], None]:
        """What counts one call of that tenant; told the kind (`rest_read`, `xml` ...)."""

        def count(kind: str) -> None:
            self._counts[tenant, kind] += 1

        return count

    def add(self, tenant: str, kind: str, count: int) -> None:
        """Count so many at once."""
        self._counts[tenant, kind] += count

    def counted(self, tenant: str, kind: str) -> int:
        """How many since they were last taken."""
        return self._counts[tenant, kind]

    def taken(self) -> Counts:
        """The counts since the last time they were taken, by tenant and kind."""
        counts = dict(self._counts)
        self._counts.clear()
        return counts


def transactions_of(content: bytes) -> int:
    """What a request of ours is billed as, by its body: REST or XML.

    Our own bodies are read, in which neither mark can stand inside a text: XML escapes `<`, and
    only batches and composites begin with a bracket.
    """
    if content.startswith(b"["):
        return max(1, len(json.loads(content)))
    return max(1, content.count(b"<function "))


def month_of(at: datetime) -> str:
    """The month that a call is billed in, as it is written: `2026-11` (UTC)."""
    return f"{at:%Y-%m}"


class CallRecords:
    """The counts of each tenant and month in the connections table: `CALLS#<tenant>`, the month."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` is the connections table."""
        self._client = client
        self._table = table

    def add(self, tenant: str, month: str, counts: Mapping[str, int]) -> None:
        """Add one invocation's counts, in one write; counts of zero are left out.

        A write that AWS repeats because its answer was lost counts twice: the figures are a guide
        for people, and Sage's own are billed.

        Raises:
            ConnectionStoreError: DynamoDB could not be used.
        """
        given = {kind: count for kind, count in sorted(counts.items()) if count}
        if not given:
            return
        names = {f"#{kind}": kind for kind in given}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(tenant, month),
                UpdateExpression="ADD " + ", ".join(f"#{kind} :{kind}" for kind in given),
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={
                    f":{kind}": {"N": str(count)} for kind, count in given.items()
                },
            )
        except (BotoCoreError, ClientError) as exc:
            message = "the calls of an invocation could not be counted"
            raise ConnectionStoreError(message) from exc

    def of_month(self, tenant: str, month: str) -> dict[str, int]:
        """What the tenant used in a month, by kind; empty when nothing was counted.

        Raises:
            ConnectionStoreError: DynamoDB could not be used.
        """
        try:
            answer = self._client.get_item(TableName=self._table, Key=_key(tenant, month))
        except (BotoCoreError, ClientError) as exc:
            message = "the counted calls could not be read"
            raise ConnectionStoreError(message) from exc
        item: Any = answer.get("Item", {})
        return {kind: int(value["N"]) for kind, value in item.items() if "N" in value}


def _key(tenant: str, month: str) -> dict[str, Any]:
    return {"pk": {"S": f"CALLS#{tenant}"}, "sk": {"S": month}}
