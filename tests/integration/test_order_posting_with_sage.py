"""Posting and export as deployed: real handlers, adapters and clients, the simulator for Sage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest

from functions.gl_export import app as gl_export
from functions.order_posting import app as order_posting
from intacct.documents import Customer
from shared.bootstrap import books as real_books
from shared.bootstrap import ledger as ledger_module
from shared.bootstrap import tenants
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import (
    PostingRig,
    context,
    event,
    rig,
    sold,
    tenant,
)

__all__ = ["rig", "simulator"]


@pytest.fixture
def sage(
    rig: PostingRig, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Simulator]:
    """The simulated company behind the real clients, with token and session in the table."""
    rig.client.create_table(
        TableName="connections",
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
    key = boto3.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["KeyId"]
    secrets = boto3.client("secretsmanager", region_name="us-east-1")
    secrets.create_secret(
        Name="cartledger/test/intacct/acme", SecretString=json.dumps(simulator.secret())
    )
    variables = {
        "STAGE": "test",
        "CONNECTIONS_TABLE": "connections",
        "CONNECTIONS_KEY_ID": key,
        "INTACCT_REST_URL": simulator.rest_url,
        "INTACCT_OAUTH_URL": simulator.oauth_url,
        "INTACCT_XML_URL": simulator.xml_url,
        "INTACCT_SECRET_PREFIX": "cartledger/test/intacct/",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    real_books.close()
    monkeypatch.setattr(ledger_module, "books", real_books.books)
    monkeypatch.setattr(ledger_module, "books_by_hand", real_books.books_by_hand)
    _configure(rig, simulator)
    yield simulator
    real_books.close()


def _configure(rig: PostingRig, simulator: Simulator) -> None:
    """The simulated company's own user, and the customers that the orders name."""
    known = simulator.credentials
    intacct = {"company_id": known.company_id, "user_id": known.user_id}
    configured = tenant().model_copy(
        update={"intacct": tenant().intacct.model_copy(update=intacct)}
    )
    document = {"S": configured.model_dump_json()}
    keys = {"pk": {"S": "TENANT#acme"}, "sk": {"S": "CONFIG"}}
    rig.client.put_item(TableName="tenants", Item={**keys, "document": document})
    for customer in ("C-1", "WEB"):
        real_books.books(configured, "").create(
            Customer(id=customer, name=customer),
            control_id=customer,
            idempotency_key=customer,
        )


def post(*orders: str, store: str = "shop") -> Any:
    record = event("order_posting.two_orders")["Records"][0]
    body = json.loads(record["body"])
    records = [
        {
            **record,
            "messageId": order,
            "body": json.dumps({**body, "store": store, "order_id": order}),
        }
        for order in orders
    ]
    return order_posting.handler({"Records": records}, context())


def test_an_order_comes_into_sages_books_to_the_cent(rig: PostingRig, sage: Simulator) -> None:
    rig.keep(sold("1001", amount="130.65"))

    answer = post("1001")

    assert answer == {"batchItemFailures": []}
    assert rig.reviews() == []
    assert rig.kept("1001").due_at is None
    assert sage.balances() == {"1100": Decimal("130.65"), "4000": Decimal("-130.65")}
    assert all(record.result and record.result.key for record in rig.chain("1001").values())


def test_a_days_journal_comes_into_sages_books_once(rig: PostingRig, sage: Simulator) -> None:
    rig.keep(sold("7001", store="outlet", amount="100.00"))
    rig.keep(sold("7002", store="outlet", amount="32.66"))
    post("7001", "7002", store="outlet")

    first = gl_export.handler(event("gl_export.one_day"), context(300_000))
    second = gl_export.handler(event("gl_export.one_day"), context(300_000))

    assert [day["state"] for day in (*first["days"], *second["days"])] == ["posted", "nothing"]
    assert sage.balances() == {"1100": Decimal("132.66"), "4000": Decimal("-132.66")}


def test_revoked_credentials_stop_the_company_and_nothing_is_lost(
    rig: PostingRig, sage: Simulator
) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"))
    revoked = {**sage.secret(), "client_secret": "revoked"}
    secrets = boto3.client("secretsmanager", region_name="us-east-1")
    secrets.put_secret_value(
        SecretId="cartledger/test/intacct/acme", SecretString=json.dumps(revoked)
    )
    for item in rig.client.scan(TableName="connections")["Items"]:
        keys = {name: item[name] for name in ("pk", "sk")}
        rig.client.delete_item(TableName="connections", Key=keys)
    real_books.close()
    tenants.secrets.cache_clear()

    answer = post("1001", "1002")

    assert answer == {"batchItemFailures": []}
    assert rig.kept("1001").due_at is not None
    assert rig.kept("1002").due_at is not None
    assert sage.balances() == {}
