"""What keepers of stock counts promise, held against memory and against DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import boto3
import pytest
from moto import mock_aws

from shared.inventory.counts import (
    Count,
    CountBook,
    CountMovedError,
    Counts,
    Difference,
    DynamoDbCounts,
)
from tests.unit.inventory.memory import MemoryCounts

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
COUNT = Count(
    1,
    "Count In",
    "2026-04-01",
    "Each",
    "counted",
    (Difference("MUG", Decimal("2.50")), Difference("TEE", Decimal(1))),
    location="100",
)


@pytest.fixture(params=["memory", "dynamodb"])
def counts(request: pytest.FixtureRequest) -> Iterator[Counts]:
    if request.param == "memory":
        yield MemoryCounts()
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
        yield DynamoDbCounts(client, "orders")


def test_a_warehouse_that_was_never_counted_has_an_empty_book(counts: Counts) -> None:
    assert counts.load("acme", "shop", "W1") == CountBook("acme", "shop", "W1")


def test_an_open_count_is_kept_to_the_letter(counts: Counts) -> None:
    saved = counts.save(counts.load("acme", "shop", "W1").begun(COUNT))
    assert counts.load("acme", "shop", "W1") == saved
    assert saved.opened == COUNT
    assert saved.posting("100") == counts.load("acme", "shop", "W1").posting("100")
    assert counts.load("acme", "shop", "W2").opened is None
    assert counts.load("acme", "other", "W1").opened is None


def test_an_ended_count_leaves_its_number_and_what_was_refused(counts: Counts) -> None:
    opened = counts.save(counts.load("acme", "shop", "W1").begun(COUNT))
    until = AT + timedelta(hours=6)
    ended = counts.save(opened.ended(AT).without("TEE", "not valid", until))
    known = counts.load("acme", "shop", "W1")
    assert known == ended
    assert (known.number, known.opened, known.ended_at) == (1, None, AT)
    assert [one.item for one in known.standing(AT).refused] == ["TEE"]
    assert known.standing(until).refused == ()


def test_who_writes_on_an_old_reading_is_refused(counts: Counts) -> None:
    first = counts.load("acme", "shop", "W1")
    saved = counts.save(first.begun(COUNT))
    with pytest.raises(CountMovedError):
        counts.save(first.ended(AT))
    assert counts.load("acme", "shop", "W1") == saved


def test_a_write_whose_answer_was_lost_is_no_conflict() -> None:
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
        counts = DynamoDbCounts(client, "orders")
        first = counts.load("acme", "shop", "W1").begun(COUNT)
        assert counts.save(first) == counts.save(first)
