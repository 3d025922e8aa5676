"""Frozen movements in memory and in DynamoDB keep the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from shared.inventory.movements import DynamoDbMovements, Movement, MovementKind, Movements, Wanted
from tests.unit.inventory.memory import MemoryMovements

WANTED = Wanted(MovementKind.RECEIVE, "R-1", Decimal("2.50"), store="shop", sku="MUG")
KEPT = Movement(
    "acme",
    WANTED,
    entity="100",
    item="MUG",
    quantity=Decimal("2.50"),
    unit="Each",
    dated_on="2026-04-01",
    memo="came back",
    to_warehouse="W1",
    definition="Return Receipt",
    unit_cost=Money.of("9.125", "USD"),
)


@pytest.fixture(params=["memory", "dynamodb"])
def movements(request: pytest.FixtureRequest) -> Iterator[Movements]:
    if request.param == "memory":
        yield MemoryMovements()
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
        yield DynamoDbMovements(client, "orders")


def test_what_is_kept_is_read_back_digit_for_digit(movements: Movements) -> None:
    assert movements.load("acme", "R-1") is None
    assert movements.keep(KEPT) == KEPT
    assert movements.load("acme", "R-1") == KEPT
    assert movements.load("other", "R-1") is None


def test_the_first_movement_of_a_reference_stands(movements: Movements) -> None:
    movements.keep(KEPT)
    assert movements.keep(replace(KEPT, dated_on="2026-04-02")) == KEPT
    assert movements.load("acme", "R-1") == KEPT


def test_a_stored_movement_makes_the_same_document_again(movements: Movements) -> None:
    movements.keep(KEPT)
    again = movements.load("acme", "R-1")
    assert again is not None
    assert again.posting() == KEPT.posting()
