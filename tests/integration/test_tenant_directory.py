"""The tenants' configuration, as the functions read it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.tenants.directory import InvalidTenantsError, TenantDirectory, UnknownTenantError
from shared.tenants.models import Tenant
from shared.tenants.versions import TenantVersions, UnknownVersionError, version_key

TABLE = "tenants"


class Rig:
    def __init__(self) -> None:
        self.now = 0.0
        self.client: Any = boto3.client("dynamodb", region_name="us-east-1")
        self.client.create_table(
            TableName=TABLE,
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
        self.directory = TenantDirectory(self.client, TABLE, monotonic=lambda: self.now)

    def spoil(self, tenant: str) -> None:
        self.client.put_item(
            TableName=TABLE,
            Item={
                "pk": {"S": f"TENANT#{tenant}"},
                "sk": {"S": "CONFIG"},
                "document": {"S": '{"id": ""}'},
            },
        )


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield Rig()


def tenant(tenant_id: str, *, name: str = "") -> Tenant:
    return Tenant.model_validate(
        {
            "id": tenant_id,
            "name": name,
            "intacct": {"company_id": "company", "user_id": "user"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [
                {
                    "id": f"{tenant_id}-shop",
                    "cart": "shopify",
                    "entity": "100",
                    "mapping": {"version": "1", "accounts": {}},
                }
            ],
        }
    )


def test_a_stored_tenant_is_found_by_its_id_and_by_the_path_of_its_store(rig: Rig) -> None:
    rig.directory.put(tenant("acme"))

    assert rig.directory.tenant("acme") == tenant("acme")
    assert rig.directory.route("shopify", "acme-shop") == "acme"
    assert rig.directory.route("shopify", "nobody") == ""


def test_an_unknown_tenant_is_an_error(rig: Rig) -> None:
    with pytest.raises(UnknownTenantError):
        rig.directory.tenant("nobody")


def test_a_change_is_seen_within_a_minute(rig: Rig) -> None:
    rig.directory.put(tenant("acme", name="old"))
    rig.directory.tenant("acme")
    TenantDirectory(rig.client, TABLE, monotonic=lambda: 0.0).put(tenant("acme", name="new"))

    assert rig.directory.tenant("acme").name == "old"
    rig.now = 61.0
    assert rig.directory.tenant("acme").name == "new"


def test_one_bad_configuration_stops_nobody_else_and_does_not_go_unseen(rig: Rig) -> None:
    for good in ("acme", "zeta"):
        rig.directory.put(tenant(good))
    rig.spoil("middle")

    tenants = rig.directory.all()
    seen = {next(tenants).id, next(tenants).id}

    assert seen == {"acme", "zeta"}
    with pytest.raises(InvalidTenantsError, match="middle"):
        next(tenants)


def test_another_content_is_another_version_and_the_old_one_can_be_read(rig: Rig) -> None:
    rig.directory.put(tenant("acme", name="old"))
    rig.directory.put(tenant("acme", name="new"))
    rig.directory.put(tenant("acme", name="new"))

    versions = TenantVersions(rig.client, TABLE)
    assert rig.directory.tenant("acme").version == 2
    assert [one.number for one in versions.history("acme")] == [1, 2]
    assert versions.load("acme", 1).name == "old"
    with pytest.raises(UnknownVersionError, match="no version 3"):
        versions.load("acme", 3)


def test_an_order_sees_the_stores_of_its_version_and_the_connection_of_now(rig: Rig) -> None:
    old = tenant("acme").model_dump(mode="json")
    old["stores"][0]["mapping"]["department"] = "OLD"
    new = tenant("acme").model_dump(mode="json")
    new["intacct"]["user_id"] = "another"
    for document in (old, new):
        rig.directory.put(Tenant.model_validate(document))

    then, now = (rig.directory.tenant_under("acme", number) for number in (1, 2))

    assert (then.stores[0].mapping.department, now.stores[0].mapping.department) == ("OLD", "")
    assert {then.intacct.user_id, now.intacct.user_id} == {"another"}


def test_an_old_version_is_read_once_and_the_current_one_never(rig: Rig) -> None:
    rig.directory.put(tenant("acme", name="old"))
    rig.directory.put(tenant("acme", name="new"))
    asked: list[str] = []
    rig.client.meta.events.register(
        "provide-client-params.dynamodb.GetItem",
        lambda params, **_: asked.append(params["Key"]["sk"]["S"]),
    )

    for number in (1, 2, 1, 2):
        rig.directory.tenant_under("acme", number)

    assert asked == ["CONFIG", "VERSION#000001"]


def test_a_version_that_this_release_cannot_read_is_said_so(rig: Rig) -> None:
    rig.directory.put(tenant("acme", name="old"))
    rig.directory.put(tenant("acme", name="new"))
    rig.client.update_item(
        TableName=TABLE,
        Key=version_key("acme", 1),
        UpdateExpression="SET packed = :packed",
        ExpressionAttributeValues={":packed": {"B": zlib.compress(b'{"id": ""}')}},
    )

    with pytest.raises(UnknownVersionError, match="version 1 of tenant acme cannot be read"):
        TenantVersions(rig.client, TABLE).load("acme", 1)
