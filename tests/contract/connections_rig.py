"""A company of the simulator, and the fleet's tokens, sessions and calls for it in DynamoDB."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from intacct.documents import (
    Customer,
    Dimensions,
    JournalEntry,
    JournalLine,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.router import IntacctBooks
from shared.bootstrap import aws, connections
from shared.bootstrap import books as bootstrap
from shared.bootstrap import reviews as review_bootstrap
from shared.bootstrap import tenants as tenant_bootstrap
from shared.tenants.models import Tenant
from tests.contract.conftest import Simulator

DAY = date(2026, 11, 20)
AT = Dimensions(location="100", department="WEB")
REGION = "us-east-1"


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


CUSTOMER = Customer("C-1001", "Ada & Sons")
ORDER = SalesDocument(
    "Sales Order",
    "1001-SO-ABCDEFGH",
    "C-1001",
    DAY,
    "USD",
    (SalesLine("TEE", Decimal(2), "Each", usd("25.00"), AT),),
    due_on=DAY,
)
BATCH = JournalEntry(
    "ACME-GL-20261120",
    "GJ",
    DAY,
    "Web sales of the day",
    (
        JournalLine("1100", Side.DEBIT, usd("69.95"), AT),
        JournalLine("4000", Side.CREDIT, usd("69.95"), AT),
    ),
    is_batch=True,
)


class World:
    """One tenant's deployment: moto for AWS, the simulator for Sage Intacct."""

    def __init__(self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
        self.simulator = simulator
        self.dynamodb: Any = boto3.client("dynamodb", region_name=REGION)
        self.secrets: Any = boto3.client("secretsmanager", region_name=REGION)
        for table in ("connections", "tenants", "orders"):
            self.dynamodb.create_table(
                TableName=table,
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
        self.secrets.create_secret(
            Name="cartledger/test/intacct/acme", SecretString=json.dumps(simulator.secret())
        )
        key = boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["KeyId"]
        for name, value in {
            "AWS_DEFAULT_REGION": REGION,
            "STAGE": "test",
            "CONNECTIONS_TABLE": "connections",
            "TENANTS_TABLE": "tenants",
            "ORDERS_TABLE": "orders",
            "CONNECTIONS_KEY_ID": key,
            "INTACCT_REST_URL": simulator.rest_url,
            "INTACCT_OAUTH_URL": simulator.oauth_url,
            "INTACCT_XML_URL": simulator.xml_url,
            "INTACCT_SECRET_PREFIX": "cartledger/test/intacct/",
        }.items():
            monkeypatch.setenv(name, value)
        known = simulator.credentials
        self.tenant = Tenant.model_validate(
            {
                "id": "acme",
                "intacct": {"company_id": known.company_id, "user_id": known.user_id},
                "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
                "stores": [
                    {
                        "id": "acme-shop",
                        "cart": "shopify",
                        "entity": "100",
                        "mapping": {"version": "1", "accounts": {}},
                    }
                ],
            }
        )

    def books(self) -> IntacctBooks:
        return bootstrap.books(self.tenant, "100")

    def cold_start(self) -> None:
        """A new process: nothing is in memory, the table is as it was."""
        bootstrap.close()
        for cached in (
            aws.dynamodb,
            aws.kms,
            aws.secretsmanager,
            tenant_bootstrap.secrets,
            tenant_bootstrap.tenants,
            review_bootstrap.reviews,
            connections.calls,
        ):
            cached.cache_clear()

    def sign_in_as(self, user: str) -> None:
        """Have the tenant's document and secret name another user."""
        company = self.simulator.credentials.company_id
        changed = {**self.simulator.secret(), "username": f"{user}@{company}"}
        self.secrets.put_secret_value(
            SecretId="cartledger/test/intacct/acme", SecretString=json.dumps(changed)
        )
        intacct = self.tenant.intacct.model_copy(update={"user_id": user})
        self.tenant = self.tenant.model_copy(update={"intacct": intacct})

    def end_pause(self) -> None:
        """Let so much time pass that the company is well again."""
        pk = f"HEALTH#{self.tenant.intacct.company_id}"
        key = {"pk": {"S": pk}, "sk": {"S": "STATE"}}
        self.dynamodb.delete_item(TableName="connections", Key=key)
        self.cold_start()

    def create(self, document: Any, key: str = "k") -> Any:
        return self.books().create(
            document, control_id=f"{key}-{document.__class__.__name__}", idempotency_key=key
        )

    def log(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.simulator.get("log")["requests"]
        return rows

    def calls_to(self, path: str) -> int:
        return sum(path in row["path"] for row in self.log())


@pytest.fixture
def world(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with mock_aws():
        made = World(simulator, monkeypatch)
        made.cold_start()
        yield made
        made.cold_start()
