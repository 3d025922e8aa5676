"""The tenants' configuration, read from DynamoDB and kept for a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from pydantic import ValidationError

from shared.tenants.models import Tenant
from shared.tenants.pinned import pinned
from shared.tenants.versions import (
    Signature,
    TenantVersions,
    following,
    number_of,
    version_item,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_QUEUED_CARTS = frozenset({"amazon"})
"""Carts whose messages name a seller instead of a path; see `carts.adapter.QueuedCart`."""


def seller_cart(cart: str) -> str:
    """The name that routes of a cart's sellers are kept under; no path of a webhook has it."""
    return f"{cart}:seller"


def routes_of(tenant: Tenant) -> set[tuple[str, str]]:
    """What leads to the tenant: its stores' paths, and sellers whose messages a queue brings."""
    paths = {(store.cart, store.id) for store in tenant.stores}
    sellers = {
        (seller_cart(store.cart), store.domain.lower())
        for store in tenant.stores
        if store.cart in _QUEUED_CARTS and store.domain
    }
    return paths | sellers


class UnknownTenantError(LookupError):
    """There is no configuration for that tenant."""


class InvalidTenantsError(ValueError):
    """What is stored for these tenants is no valid configuration; the message names them."""


class TenantDirectory:
    """Finds tenants and the routes of their stores; what was found or missed is cached."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        monotonic: Callable[[], float],
        max_age_seconds: float = 60.0,
    ) -> None:
        """`monotonic` tells the age of what is cached, in seconds."""
        self._client = client
        self._table = table
        self._monotonic = monotonic
        self._max_age_seconds = max_age_seconds
        self._tenants: dict[str, tuple[float, Tenant]] = {}
        self._routes: dict[tuple[str, str], tuple[float, str]] = {}
        self._versions = TenantVersions(client, table)

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant's configuration.

        Raises:
            UnknownTenantError: there is none.
            pydantic.ValidationError: what is stored is no valid configuration.
        """
        known = self._tenants.get(tenant_id)
        if known and self._is_fresh(known[0]):
            return known[1]
        item = self._read(f"TENANT#{tenant_id}", "CONFIG")
        if not item:
            message = f"there is no tenant {tenant_id}"
            raise UnknownTenantError(message)
        tenant = Tenant.model_validate_json(item)
        self._tenants[tenant_id] = (self._monotonic(), tenant)
        return tenant

    def tenant_under(self, tenant_id: str, number: int) -> Tenant:
        """The tenant as an order sees it that was first posted under that version.

        Its stores and entities are those of the version (`shared.tenants.pinned`), its connection
        is the current one. The current version is not read again.

        Raises:
            UnknownTenantError, pydantic.ValidationError: as `tenant`.
            UnknownVersionError: the version is not there or cannot be read.
        """
        now = self.tenant(tenant_id)
        if number == number_of(now):
            return now
        return pinned(self._versions.load(tenant_id, number), now)

    def route(self, cart: str, store: str) -> str:
        """The id of the tenant that this webhook path belongs to; empty when there is none."""
        known = self._routes.get((cart, store))
        if known and self._is_fresh(known[0]):
            return known[1]
        tenant_id = self._read(f"ROUTE#{cart}#{store}", "ROUTE")
        if len(self._routes) > 10_000:  # noqa: PLR2004  # a flood of made-up paths
            self._routes.clear()
        self._routes[(cart, store)] = (self._monotonic(), tenant_id)
        return tenant_id

    def all(self) -> Iterator[Tenant]:
        """Every tenant, for schedules; reads the whole table in pages.

        Raises:
            InvalidTenantsError: after all valid tenants were given, if there are invalid ones: one
                bad configuration stops nobody else, and does not go unseen.
        """
        invalid: list[str] = []
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :config",
            ExpressionAttributeValues={":config": {"S": "CONFIG"}},
        )
        for page in pages:
            for item in page["Items"]:
                try:
                    tenant = Tenant.model_validate_json(item["document"]["S"])
                except ValidationError:
                    invalid.append(item["pk"]["S"].removeprefix("TENANT#"))
                else:
                    yield tenant
        if invalid:
            message = f"no valid configuration: {', '.join(sorted(invalid))}"
            raise InvalidTenantsError(message)

    def put(self, tenant: Tenant) -> None:
        """Store a tenant and the routes of its stores; another content is another version."""
        stored = self._read(f"TENANT#{tenant.id}", "CONFIG")
        known = Tenant.model_validate_json(stored) if stored else None
        if known is not None:
            tenant = following(known, tenant)
        if known is not None and tenant.version != known.version:
            self._keep(known)
            self._keep(tenant)
        self._write(f"TENANT#{tenant.id}", "CONFIG", tenant.model_dump_json())
        for cart, name in sorted(routes_of(tenant)):
            self._write(f"ROUTE#{cart}#{name}", "ROUTE", tenant.id)
        self._tenants.pop(tenant.id, None)
        self._routes.clear()

    def _keep(self, tenant: Tenant) -> None:
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.put_item(
                TableName=self._table,
                Item=version_item(tenant, Signature()),
                ConditionExpression="attribute_not_exists(pk)",
            )

    def _is_fresh(self, read_at: float) -> bool:
        return self._monotonic() - read_at < self._max_age_seconds

    def _read(self, pk: str, sk: str) -> str:
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}
        )
        return answer.get("Item", {}).get("document", {}).get("S", "")

    def _write(self, pk: str, sk: str, document: str) -> None:
        self._client.put_item(
            TableName=self._table,
            Item={"pk": {"S": pk}, "sk": {"S": sk}, "document": {"S": document}},
        )
