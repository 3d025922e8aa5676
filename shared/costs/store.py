"""Unit costs in the orders table: `COSTS#<tenant>#<store>`, and the article."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from commerce.money import Money
from shared.costs.register import CostHistory, CostsMovedError, UnitCost, with_cost
from shared.tables import put_where, read_many

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOST_TRIES = 8


class DynamoDbCosts:
    """`shared.costs.register.Costs` in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk."""
        self._client = client
        self._table = table

    def load_many(
        self, tenant: str, store: str, articles: Iterable[str]
    ) -> Mapping[str, CostHistory]:
        """The costs of those articles that have one, by consistent reads.

        Raises:
            LeftUnreadError: DynamoDB kept leaving some unread.
            botocore.exceptions.ClientError: they could not be read.
        """
        keys = [_key(tenant, store, each) for each in sorted(set(articles))]
        items = read_many(self._client, self._table, keys)
        return {item["sk"]["S"]: _history(item) for item in items}

    def note(
        self,
        tenant: str,
        store: str,
        article: str,
        cost: UnitCost,
        *,
        known: CostHistory | None = None,
    ) -> bool:
        """Add a cost that differs from what holds at its instant; whether it was added.

        `known` is the history where the caller has just read it.

        Raises:
            ValueError: it would change what already holds.
            CostsMovedError: others kept changing it.
            botocore.exceptions.ClientError: it could not be stored.
        """
        for _ in range(_MOST_TRIES):
            if known is None:
                known = self.load_many(tenant, store, [article]).get(article, ())
            wanted = with_cost(known, cost)
            if wanted == known:
                return False
            if self._put(_key(tenant, store, article), known, wanted):
                return True
            known = None
        raise CostsMovedError(article)

    def all(self, tenant: str, store: str) -> Iterator[tuple[str, CostHistory]]:
        """Every article of the store that has a cost, in the order of their names.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _partition(tenant, store)}},
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield item["sk"]["S"], _history(item)

    def _put(self, key: dict[str, Any], known: CostHistory, wanted: CostHistory) -> bool:
        """Store the history where the known one still stands; whether it did."""
        item = {**key, "costs": {"S": _told(wanted)}}
        return put_where(self._client, self._table, item, "costs", _told(known) if known else "")


def _partition(tenant: str, store: str) -> str:
    return f"COSTS#{tenant}#{store}"


def _key(tenant: str, store: str, article: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant, store)}, "sk": {"S": article}}


def _told(history: CostHistory) -> str:
    rows = [
        (cost.since.isoformat(), str(cost.amount.amount), cost.amount.currency) for cost in history
    ]
    return json.dumps(rows, separators=(",", ":"))


def _history(item: Mapping[str, Any]) -> CostHistory:
    rows = json.loads(item["costs"]["S"])
    return tuple(
        UnitCost(datetime.fromisoformat(since), Money.of(amount, currency))
        for since, amount, currency in rows
    )
