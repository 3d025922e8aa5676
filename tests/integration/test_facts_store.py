"""The facts of orders and review records in DynamoDB: conditional, compressed, due in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from commerce.money import Money
from commerce.orders import Facts, Payment, PaymentKind, PaymentState, Ref, implied_receipt_id
from shared.facts.receipts import ReceiptSource
from shared.facts.record import (
    FactsRecord,
    FactsStatus,
    StaleFactsError,
    due_shard,
    order_of,
    order_pk,
)
from shared.facts.store import DynamoDbFactsStore
from shared.postings.plan import Finding, Reason
from shared.reviews.records import DynamoDbReviews, ReviewStatus, Stage, order_subject

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
PK = order_pk("acme", "shop", "7")
FINDING = Finding(
    Reason.UNBALANCED, "total", "do not add up", "fix it", difference=Money.of("-0.01", "USD")
)


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="orders",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
                {"AttributeName": "due_shard", "AttributeType": "S"},
                {"AttributeName": "due_at", "AttributeType": "N"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "due-index",
                    "KeySchema": [
                        {"AttributeName": "due_shard", "KeyType": "HASH"},
                        {"AttributeName": "due_at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture
def store(dynamodb: Any) -> DynamoDbFactsStore:
    ids = iter(f"id{n}" for n in range(1000))
    return DynamoDbFactsStore(dynamodb, "orders", new_id=lambda: next(ids))


def record() -> FactsRecord:
    receipt = Payment(
        ref=Ref("shopify", "shop", "payment", implied_receipt_id("7")),
        order_id="7",
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway="g",
        amount=Money.of("10.00", "USD"),
        processed_at=NOW,
    )
    return FactsRecord(
        pk=PK,
        known=Facts(Ref("shopify", "shop", "order", "7"), payments=(receipt,)),
        status=FactsStatus.HELD,
        findings=(FINDING,),
        unread=(FINDING,),
        receipts=ReceiptSource.ORDER,
        customer="C-1",
        due_at=NOW + timedelta(milliseconds=250),
        sources=("raw/acme/shop/d1.json", "fetched/acme/shop/d2.json"),
        fees={"p1": Money.of("2.33", "USD"), "p2": Money.of("0.00", "USD")},
        charges={"p1": "po-1/7"},
    )


def test_a_record_comes_back_as_it_was_saved(store: DynamoDbFactsStore) -> None:
    saved = store.save(record())

    assert saved.version == 1
    assert store.load(PK) == saved
    assert store.load(order_pk("acme", "shop", "8")) is None


def test_a_writer_that_read_an_older_version_is_told(store: DynamoDbFactsStore) -> None:
    first = store.save(record())
    store.save(replace(first, customer="C-2"))

    with pytest.raises(StaleFactsError):
        store.save(replace(first, customer="C-3"))
    with pytest.raises(StaleFactsError):
        store.save(record())

    stored = store.load(PK)
    assert stored is not None
    assert (stored.customer, stored.version) == ("C-2", 2)


def test_a_write_whose_answer_was_lost_is_recognised_as_ours(dynamodb: Any) -> None:
    class LosesAnswers:
        def put_item(self, **arguments: Any) -> Any:
            dynamodb.put_item(**arguments)
            return dynamodb.put_item(**arguments)

    store = DynamoDbFactsStore(LosesAnswers(), "orders", new_id=lambda: "same")  # type: ignore[arg-type]

    assert store.save(record()).version == 1


def test_an_outage_is_not_mistaken_for_a_lost_race(dynamodb: Any) -> None:
    assert dynamodb

    class Throttled:
        def put_item(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")

    store = DynamoDbFactsStore(Throttled(), "orders", new_id=lambda: "x")  # type: ignore[arg-type]

    with pytest.raises(ClientError):
        store.save(record())


def test_an_order_is_due_when_it_says_and_not_before(store: DynamoDbFactsStore) -> None:
    saved = store.save(record())
    shard = due_shard(PK)

    before = store.due(shard, now=NOW)
    after = store.due(shard, now=NOW + timedelta(seconds=1))
    elsewhere = store.due((shard + 1) % 8, now=NOW + timedelta(seconds=1))

    assert (before, elsewhere) == ([], [])
    assert [(due.pk, due.due_at) for due in after] == [(PK, saved.due_at)]


def test_an_order_can_be_put_off_and_settled_unless_newer_facts_came(
    store: DynamoDbFactsStore,
) -> None:
    first = store.save(record())
    later = NOW + timedelta(hours=1)

    put_off = store.schedule(PK, version=1, due_at=later)
    stored = store.load(PK)
    newer = store.save(replace(first, customer="C-9"))
    settled_too_late = store.schedule(PK, version=1, due_at=None)
    settled = store.schedule(PK, version=newer.version, due_at=None)

    assert (put_off, settled_too_late, settled) == (True, False, True)
    assert stored is not None
    assert stored.due_at == later
    assert store.due(due_shard(PK), now=later + timedelta(days=1)) == []


def test_an_orders_key_leads_back_to_tenant_store_and_order() -> None:
    assert order_of(order_pk("acme", "shop", "7")) == ("acme", "shop", "7")
    with pytest.raises(ValueError, match="no order"):
        order_of("CUS#acme#shop#7")


def test_a_review_opens_with_all_findings_and_closes_when_they_are_gone(dynamodb: Any) -> None:
    reviews = DynamoDbReviews(dynamodb, "orders")
    subject = order_subject("shop", "7", Stage.FACTS)
    other = Finding(Reason.MAPPING_MISSING, "customer", "no customer")

    reviews.open("acme", subject, [FINDING], at=NOW)
    reviews.open("acme", subject, [FINDING, other], at=NOW + timedelta(hours=1))
    opened = list(reviews.all("acme"))
    reviews.close("acme", subject, at=NOW + timedelta(hours=2))
    reviews.close("acme", subject, at=NOW + timedelta(hours=3))
    closed = list(reviews.all("acme"))

    assert len(opened) == 1
    assert opened[0].findings == (FINDING, other)
    assert opened[0].reasons == (Reason.UNBALANCED, Reason.MAPPING_MISSING)
    assert (opened[0].first_seen_at, opened[0].last_seen_at) == (NOW, NOW + timedelta(hours=1))
    assert opened[0].times == 2
    assert closed[0].status is ReviewStatus.CLOSED
    assert list(reviews.all("other")) == []


def test_closing_what_was_never_opened_leaves_no_record(dynamodb: Any) -> None:
    reviews = DynamoDbReviews(dynamodb, "orders")

    reviews.close("acme", "order:shop:9:facts", at=NOW)

    assert list(reviews.all("acme")) == []


def test_older_facts_neither_replace_nor_close_what_newer_ones_are_held_for(dynamodb: Any) -> None:
    reviews = DynamoDbReviews(dynamodb, "orders")
    subject = order_subject("shop", "7", Stage.POSTING)
    other = Finding(Reason.MAPPING_MISSING, "customer", "no customer")
    reviews.open("acme", subject, [FINDING], at=NOW, version=6)

    reviews.open("acme", subject, [other], at=NOW, version=5)
    reviews.close("acme", subject, at=NOW, version=5)
    kept = list(reviews.all("acme"))
    reviews.close("acme", subject, at=NOW, version=6)
    closed = list(reviews.all("acme"))
    reviews.open("acme", subject, [other], at=NOW, version=7)
    reviews.close("acme", subject, at=NOW)  # a person dismisses it
    dismissed = list(reviews.all("acme"))

    assert [(review.status, review.findings) for review in kept] == [
        (ReviewStatus.OPEN, (FINDING,))
    ]
    assert [review.status for review in closed] == [ReviewStatus.CLOSED]
    assert [(review.status, review.findings) for review in dismissed] == [
        (ReviewStatus.CLOSED, (other,))
    ]
