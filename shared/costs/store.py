"""Unit costs in the orders table: `COSTS#<tenant>#<store>`, and the article."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from commerce.money import Money
from shared.costs.register import CostHistory, CostsMovedError, UnitCost, with_cost

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOST_KEYS = 100
"""As many keys as DynamoDB takes in one batch of reads."""

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
            CostsMovedError: DynamoDB kept leaving some unread.
            botocore.exceptions.ClientError: they could not be read.
        """
        wanted = sorted(set(articles))
        found: dict[str, CostHistory] = {}
        for start in range(0, len(wanted), _MOST_KEYS):
            keys = [_key(tenant, store, each) for each in wanted[start : start + _MOST_KEYS]]
            for item in self._batch(keys):
                found[item["sk"]["S"]] = _history(item)
        return found

    def note(self, tenant: str, store: str, article: str, cost: UnitCost) -> bool:
        """Add a cost that differs from what holds at its instant; whether it was added.

        Raises:
            ValueError: it would change what already holds.
            CostsMovedError: others kept changing it.
            botocore.exceptions.ClientError: it could not be stored.
        """
        for _ in range(_MOST_TRIES):
            known = self.load_many(tenant, store, [article]).get(article, ())
            wanted = with_cost(known, cost)
            if wanted == known:
                return False
            if self._put(_key(tenant, store, article), known, wanted):
                return True
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

    def _batch(self, keys: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for _ in range(_MOST_TRIES):
            answer = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}}
            )
            yield from answer["Responses"].get(self._table, [])
            left = answer.get("UnprocessedKeys", {}).get(self._table)
            if not left:
                return
            keys = list(left["Keys"])
        message = f"{len(keys)} costs were left unread"
        raise CostsMovedError(message)

    def _put(self, key: dict[str, Any], known: CostHistory, wanted: CostHistory) -> bool:
        """Store the history where the known one still stands; whether it did."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if known:
            condition = {
                "ConditionExpression": "costs = :known",
                "ExpressionAttributeValues": {":known": {"S": _told(known)}},
            }
        try:
            item = {**key, "costs": {"S": _told(wanted)}}
            self._client.put_item(TableName=self._table, Item=item, **condition)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise
            return False
        return True


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
