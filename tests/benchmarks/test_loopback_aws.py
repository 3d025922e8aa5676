"""The counting AWS: what another process sees of it, and what is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.stack import cloud
from tests.benchmarks.loopback_aws import Call, LoopbackAws
from tests.benchmarks.write_units import WriteUnits

_KEYS = [("pk", "HASH"), ("sk", "RANGE")]


@pytest.fixture
def aws() -> Iterator[LoopbackAws]:
    with LoopbackAws() as aws:
        aws.client("dynamodb").create_table(
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k, _ in _KEYS],
            KeySchema=[{"AttributeName": k, "KeyType": kind} for k, kind in _KEYS],
            BillingMode="PAY_PER_REQUEST",
        )
        yield aws


def _item(sk: str, **more: Any) -> dict[str, Any]:
    return {"pk": {"S": "order"}, "sk": {"S": sk}, **more}


def test_a_write_over_http_is_kept_and_counted(aws: LoopbackAws) -> None:
    dynamodb = cloud.client(aws.url, "dynamodb")

    dynamodb.put_item(TableName="orders", Item=_item("a", text={"S": "x" * 1500}))

    kept = aws.client("dynamodb").get_item(TableName="orders", Key=_item("a"))["Item"]
    assert len(kept["text"]["S"]) == 1500
    assert aws.taken() == [Call("dynamodb", "PutItem", 200, WriteUnits(table=2))]
    assert aws.taken() == []


def test_each_member_of_a_transaction_is_counted_twice(aws: LoopbackAws) -> None:
    due = {"due_shard": {"S": "1"}, "due_at": {"N": "1"}}
    members = [
        {"Put": {"TableName": "orders", "Item": _item("a")}},
        {"Put": {"TableName": "orders", "Item": _item("b", **due)}},
    ]

    cloud.client(aws.url, "dynamodb").transact_write_items(TransactItems=members)

    (call,) = aws.taken()
    assert call.units == WriteUnits(table=4, index=1)


def test_a_refused_condition_is_counted_and_writes_nothing(aws: LoopbackAws) -> None:
    dynamodb = cloud.client(aws.url, "dynamodb")
    dynamodb.put_item(TableName="orders", Item=_item("a"))
    aws.taken()

    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(
            TableName="orders",
            Item=_item("a", text={"S": "new"}),
            ConditionExpression="attribute_not_exists(pk)",
        )

    (call,) = aws.taken()
    assert (call.status, call.units) == (400, WriteUnits(table=1))
    assert "text" not in aws.client("dynamodb").get_item(TableName="orders", Key=_item("a"))["Item"]


def test_other_services_answer_and_are_named(aws: LoopbackAws) -> None:
    queue = aws.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    aws.client("s3").create_bucket(Bucket="archive")

    cloud.client(aws.url, "sqs").send_message(QueueUrl=queue, MessageBody="hello")
    cloud.client(aws.url, "s3").put_object(Bucket="archive", Key="a/b", Body=b"raw")

    assert [(call.service, call.operation) for call in aws.taken()] == [
        ("sqs", "SendMessage"),
        ("s3", "PutObject"),
    ]
    assert aws.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hello"
    assert aws.client("s3").get_object(Bucket="archive", Key="a/b")["Body"].read() == b"raw"
