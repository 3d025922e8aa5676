"""The embedded AWS as a client sees it, and a tenant put into it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local.stack import environment
from shared.tenants.directory import TenantDirectory
from shared.tenants.models import Tenant

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STAGE = "local"
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 3},
    proxies={},  # loopback is no business of a proxy
)


def client(endpoint_url: str, service: str) -> Any:
    """A boto3 client of the embedded AWS; the developer's own AWS settings have no say."""
    session = boto3.session.Session(
        aws_access_key_id=environment.ACCESS_KEY,
        aws_secret_access_key=environment.ACCESS_KEY,
        region_name=environment.REGION,
    )
    return session.client(service, endpoint_url=endpoint_url, config=_CONFIG)  # type: ignore[call-overload]  # one of many services


def load_tenant(
    endpoint_url: str,
    table: str,
    tenant: Tenant,
    intacct_secret: Mapping[str, str],
    store_secrets: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write a tenant's secrets, and then its configuration and routes, which make it known."""
    secrets = client(endpoint_url, "secretsmanager")
    _put_secret(secrets, f"cartledger/{STAGE}/intacct/{tenant.id}", intacct_secret)
    for store, secret in store_secrets.items():
        _put_secret(secrets, f"cartledger/{STAGE}/stores/{tenant.id}/{store}", secret)
    dynamodb = client(endpoint_url, "dynamodb")
    TenantDirectory(dynamodb, table, monotonic=time.monotonic).put(tenant)


def _put_secret(client: SecretsManagerClient, name: str, members: Mapping[str, Any]) -> None:
    text = json.dumps(dict(members))
    try:
        client.create_secret(Name=name, SecretString=text)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=text)
