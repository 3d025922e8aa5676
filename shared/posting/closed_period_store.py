"""Closed periods and the late-items list in the orders table.

`PERIODS#<tenant>` and the entity (`TOP` for the top level); `LATE#<tenant>` and the posting key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from commerce.money import Money
from shared.posting.closings import Closing
from shared.posting.late_items import LateItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TOP = "TOP"


class DynamoDbClosings:
    """Keeps `Closings` in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk."""
        self._client = client
        self._table = table

    def load(self, tenant: str, entity: str) -> Closing | None:
        """The closing of that entity, or None where none was ever learned."""
        answer = self._client.get_item(TableName=self._table, Key=_closing_key(tenant, entity))
        item = answer.get("Item")
        if item is None:
            return None
        return Closing(
            closed_through=date.fromisoformat(item["closed_through"]["S"]),
            begins=tuple(date.fromisoformat(day) for day in item["begins"]["S"].split()),
            learned_at=datetime.fromisoformat(item["learned_at"]["S"]),
        )

    def save(self, tenant: str, entity: str, closing: Closing) -> None:
        """Keep the closing; a later one takes its place."""
        begins = " ".join(day.isoformat() for day in closing.begins)
        item = {
            **_closing_key(tenant, entity),
            "closed_through": {"S": closing.closed_through.isoformat()},
            "begins": {"S": begins},
            "learned_at": {"S": closing.learned_at.isoformat()},
        }
        self._client.put_item(TableName=self._table, Item=item)


class DynamoDbLateItems:
    """Keeps `LateItems` in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk."""
        self._client = client
        self._table = table

    def add(self, tenant: str, item: LateItem) -> None:
        """List the item; one of the same posting key takes its place."""
        values = {
            "pk": f"LATE#{tenant}",
            "sk": item.key,
            "order_pk": item.order_pk,
            "true_on": item.true_on.isoformat(),
            "posted_on": item.posted_on.isoformat(),
            "reason": item.reason,
        }
        if item.amount is not None:
            values["amount"] = str(item.amount)
        kept = {name: {"S": value} for name, value in values.items()}
        self._client.put_item(TableName=self._table, Item=kept)

    def all(self, tenant: str) -> Iterator[LateItem]:
        """Every item of the tenant, by posting key."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"LATE#{tenant}"}},
        )
        for page in pages:
            for item in page["Items"]:
                yield _late_item(item)


def _late_item(item: dict[str, Any]) -> LateItem:
    amount, _, currency = item.get("amount", {}).get("S", "").partition(" ")
    return LateItem(
        order_pk=item["order_pk"]["S"],
        key=item["sk"]["S"],
        true_on=date.fromisoformat(item["true_on"]["S"]),
        posted_on=date.fromisoformat(item["posted_on"]["S"]),
        amount=Money.of(amount, currency) if currency else None,
        reason=item["reason"]["S"],
    )


def _closing_key(tenant: str, entity: str) -> dict[str, Any]:
    return {"pk": {"S": f"PERIODS#{tenant}"}, "sk": {"S": entity or _TOP}}
