"""What registers of unit costs promise, held against memory and against DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from shared.costs.register import Costs, UnitCost
from shared.costs.store import DynamoDbCosts
from tests.unit.costs.memory import MemoryCosts


def cost(month: int, amount: str) -> UnitCost:
    return UnitCost(datetime(2026, month, 1, tzinfo=UTC), Money.of(amount, "USD"))


@pytest.fixture(params=["memory", "dynamodb"])
def costs(request: pytest.FixtureRequest) -> Iterator[Costs]:
    if request.param == "memory":
        yield MemoryCosts()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="orders",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
        yield DynamoDbCosts(client, "orders")


def test_a_cost_is_kept_once_however_often_it_is_told(costs: Costs) -> None:
    assert costs.note("acme", "shop", "TEE", cost(3, "9.00"))
    assert not costs.note("acme", "shop", "TEE", cost(3, "9.00"))
    assert not costs.note("acme", "shop", "TEE", cost(4, "9.00"))
    assert costs.load_many("acme", "shop", ["TEE"]) == {"TEE": (cost(3, "9.00"),)}


def test_costs_follow_each_other(costs: Costs) -> None:
    costs.note("acme", "shop", "TEE", cost(3, "9.00"))
    assert costs.note("acme", "shop", "TEE", cost(4, "9.505"))
    assert costs.load_many("acme", "shop", ["TEE"])["TEE"] == (cost(3, "9.00"), cost(4, "9.505"))
    with pytest.raises(ValueError, match="already"):
        costs.note("acme", "shop", "TEE", cost(2, "8.00"))


def test_articles_without_a_cost_are_left_out_and_stores_are_kept_apart(costs: Costs) -> None:
    costs.note("acme", "shop", "TEE", cost(3, "9.00"))
    costs.note("acme", "outlet", "MUG", cost(3, "4.00"))
    many = [f"NONE-{number}" for number in range(150)]
    assert list(costs.load_many("acme", "shop", ["TEE", "MUG", *many])) == ["TEE"]
    assert [article for article, _ in costs.all("acme", "outlet")] == ["MUG"]
