"""A table like the ledger's, and postings to be claimed in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from intacct.documents import DocumentResult
from shared.ledger import states
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.port import Ledger
from shared.ledger.records import Intent, Record
from tests.fakes import FakeClock, MemoryLedger

PK = "ORD#acme#shop#1001"
RESULT = DocumentResult(
    key="17", id="SO-17", state="pending", total=Money.of("12.30", "USD"), invoice_key="99"
)


def make_table(client: Any, name: str = "ledger") -> str:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "due_shard", "AttributeType": "S"},
            {"AttributeName": "due_at", "AttributeType": "N"},
            {"AttributeName": "doc_no", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due-index",
                "KeySchema": [
                    {"AttributeName": "due_shard", "KeyType": "HASH"},
                    {"AttributeName": "due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "document-index",
                "KeySchema": [{"AttributeName": "doc_no", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
    )
    return name


def make_memory() -> Ledger:
    return MemoryLedger()


def make_dynamodb() -> Ledger:
    client = boto3.client("dynamodb", region_name="eu-central-1")
    return DynamoDbLedger(client, make_table(client))


@pytest.fixture(params=[make_memory, make_dynamodb])
def ledger(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield request.param()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def intent(key: str = "order", *, content: str = "c1") -> Intent:
    return Intent(PK, key, f"DOC-{key}", f"CTL-{key}", content)


def claimed(ledger: Ledger, clock: FakeClock, key: str = "order", owner: str = "a") -> Record:
    (record,) = ledger.commit(states.claim(intent(key), None, owner=owner, now=clock()))
    return record
