"""An AWS of the cart side in process: tables, bucket, queues and secrets of one demo tenant."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.bootstrap import (
    aws,
    customers,
    facts,
    intake,
    ledger,
    payouts,
    polling,
    reviews,
    tenants,
)
from shared.tenants.directory import TenantDirectory
from shared.tenants.models import Tenant

REGION = "us-east-1"
_SERVICES = itertools.count()
"""A name per test: loggers are kept by name, with the output stream of their first use."""

SECRET = "test-shopify-client-secret"
ROOT = Path(__file__).parents[2]
DOMAIN = "test-shop.myshopify.example"
PREFIX = "cartledger/test/stores/"
_FIFO: Any = {"FifoQueue": "true", "ContentBasedDeduplication": "false"}


def handler_of(function: str) -> Callable[[dict[str, Any], Any], Any]:
    """The handler of a function's `app.py`, imported afresh."""
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"{function}_app", path)
    if spec is None or spec.loader is None:
        message = f"there is no function {function}"
        raise LookupError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Callable[[dict[str, Any], Any], Any] = module.handler
    return handler


def sample(name: str) -> bytes:
    """The bytes of a Shopify sample."""
    return (ROOT / "events" / "shopify" / name).read_bytes()


def context() -> Any:
    """What Lambda tells a handler of its invocation."""
    return SimpleNamespace(
        function_name="f",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
        aws_request_id="request-1",
        get_remaining_time_in_millis=lambda: 600_000,
    )


def tenant(**store: Any) -> Tenant:
    """The demo tenant with one shop; `store` overrides the shop's members."""
    shop = {
        "id": "shop",
        "cart": "shopify",
        "domain": DOMAIN,
        "entity": "100",
        "mapping": {"version": "1", "accounts": {}, "channel_customer": "WEB"},
        **store,
    }
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [shop],
        }
    )


@dataclass(frozen=True)
class CartRig:
    """The clients of the embedded AWS and where things are in it."""

    dynamodb: Any
    s3: Any
    sqs: Any
    secrets: Any
    events_url: str
    lanes_url: str

    def put_tenant(self, configured: Tenant) -> None:
        """Store a tenant's configuration and routes."""
        TenantDirectory(self.dynamodb, "tenants", monotonic=lambda: 0.0).put(configured)

    def put_secret(self, name: str, members: dict[str, Any]) -> None:
        """Store a secret of a store: `acme/shop`."""
        self.secrets.create_secret(Name=PREFIX + name, SecretString=json.dumps(members))

    def keys(self) -> list[str]:
        """The keys of all archived bodies."""
        listed = self.s3.list_objects_v2(Bucket="raw-events").get("Contents", [])
        return [entry["Key"] for entry in listed]

    def receive(self, url: str) -> list[dict[str, Any]]:
        """Take every message that is visible now, with its attributes."""
        taken: list[dict[str, Any]] = []
        while True:
            answer = self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]
            )
            if not answer.get("Messages"):
                return taken
            for message in answer["Messages"]:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken.append(message)


def _table(client: Any, name: str) -> None:
    attributes = {"pk": "S", "sk": "S", "due_shard": "S", "due_at": "N"}
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": kind}
            for attribute, kind in attributes.items()
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


def _forget_adapters() -> None:
    """Drop what `bootstrap` keeps for the life of a process."""
    for module in (
        aws,
        customers,
        facts,
        intake,
        ledger,
        payouts,
        polling,
        reviews,
        tenants,
    ):
        for member in vars(module).values():
            clear = getattr(member, "cache_clear", None)
            if clear is not None:
                clear()


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[CartRig]:
    """A fresh cart side with the demo tenant set up."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Cartledger")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"test-{next(_SERVICES)}")
    with mock_aws():
        sqs = boto3.client("sqs", region_name=REGION)
        built = CartRig(
            dynamodb=boto3.client("dynamodb", region_name=REGION),
            s3=boto3.client("s3", region_name=REGION),
            sqs=sqs,
            secrets=boto3.client("secretsmanager", region_name=REGION),
            events_url=sqs.create_queue(QueueName="e.fifo", Attributes=_FIFO)["QueueUrl"],
            lanes_url=sqs.create_queue(QueueName="l.fifo", Attributes=_FIFO)["QueueUrl"],
        )
        for name in ("tenants", "orders", "ledger"):
            _table(built.dynamodb, name)
        built.s3.create_bucket(Bucket="raw-events")
        variables = {
            "TENANTS_TABLE": "tenants",
            "ORDERS_TABLE": "orders",
            "LEDGER_TABLE": "ledger",
            "STORE_SECRET_PREFIX": PREFIX,
            "RAW_EVENTS_BUCKET": "raw-events",
            "CART_EVENTS_QUEUE_URL": built.events_url,
            "ORDER_POSTINGS_QUEUE_URL": built.lanes_url,
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        _forget_adapters()
        built.put_tenant(tenant())
        built.put_secret("acme/shop", {"webhook_secrets": [SECRET], "access_token": ""})
        yield built
    _forget_adapters()


def signed_event(
    body: bytes, *, topic: str = "orders/paid", event_id: str = "e-1", domain: str = DOMAIN
) -> dict[str, Any]:
    """A delivery as API Gateway hands it over, signed with the demo secret."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    return {
        "httpMethod": "POST",
        "path": "/webhooks/shopify/shop",
        "pathParameters": {"cart": "shopify", "store": "shop"},
        "headers": {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Shop-Domain": domain,
            "X-Shopify-Event-Id": event_id,
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
