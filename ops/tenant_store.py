"""Tenant documents as an operator changes them: conditionally, with all their routes at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import ValidationError

from ops.errors import OpsError
from shared.tenants.checks import MOST_STORES
from shared.tenants.directory import routes_of
from shared.tenants.models import Tenant
from shared.tenants.versions import (
    Signature,
    TenantVersions,
    UnknownVersionError,
    Version,
    following,
    number_of,
    version_item,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

UNSIGNED = Signature()


@dataclass(frozen=True, slots=True)
class StoredTenant:
    """A tenant and the exact text that is stored, which a change is conditional on."""

    tenant: Tenant
    document: str


class TenantStore:
    """The tenants table, read consistently."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep tenants in `table`."""
        self._client = client
        self._table = table

    def ids(self) -> list[str]:
        """Every tenant's id, sorted."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :config",
            ExpressionAttributeValues={":config": {"S": "CONFIG"}},
            ProjectionExpression="pk",
        )
        found = (item["pk"]["S"] for page in pages for item in page["Items"])
        return sorted(pk.removeprefix("TENANT#") for pk in found)

    def find(self, tenant_id: str) -> StoredTenant | None:
        """The tenant as stored, or None.

        Raises:
            OpsError: what is stored is no valid configuration.
        """
        document = self._read(f"TENANT#{tenant_id}", "CONFIG")
        if not document:
            return None
        try:
            return StoredTenant(Tenant.model_validate_json(document), document)
        except ValidationError as exc:
            message = f"what is stored of tenant {tenant_id} has {exc.error_count()} errors"
            raise OpsError(message) from exc

    def stored(self, tenant_id: str) -> StoredTenant:
        """The tenant as stored.

        Raises:
            OpsError: there is none, or it is no valid configuration.
        """
        known = self.find(tenant_id)
        if known is None:
            message = f"there is no tenant {tenant_id!r}"
            raise OpsError(message)
        return known

    def at(self, tenant_id: str, number: int) -> Tenant:
        """The tenant's document as it was in that version.

        Raises:
            OpsError: there is no such tenant or version, or it cannot be read.
        """
        now = self.stored(tenant_id).tenant
        if number == number_of(now):
            return now
        try:
            return TenantVersions(self._client, self._table).load(tenant_id, number)
        except UnknownVersionError as exc:
            raise OpsError(str(exc)) from exc

    def versions(self, tenant_id: str) -> list[Version]:
        """Every version that is kept, the oldest first."""
        return TenantVersions(self._client, self._table).history(tenant_id)

    def owner_of_route(self, cart: str, store: str) -> str:
        """The tenant that this webhook path leads to, empty where there is none."""
        return self._read(f"ROUTE#{cart}#{store}", "ROUTE")

    def replace(
        self, known: StoredTenant | None, wanted: Tenant, signed: Signature = UNSIGNED
    ) -> Tenant:
        """Store the tenant as its next version, with its routes; end those of stores it lost.

        The stored document, with its number, is given back.

        Raises:
            OpsError: somebody else changed it meanwhile, a route is another tenant's, or it has too
                many stores for one transaction.
        """
        if len(wanted.stores) > MOST_STORES:
            message = f"more than {MOST_STORES} stores cannot be changed in one transaction"
            raise OpsError(message)
        wanted = following(known.tenant if known else None, wanted)
        try:
            self._client.transact_write_items(TransactItems=self._writes(known, wanted, signed))
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") != "TransactionCanceledException":
                raise
            message = (
                f"tenant {wanted.id} was changed by somebody else at this moment, or one of its"
                " routes belongs to another tenant: nothing was written"
            )
            raise OpsError(message) from exc
        return wanted

    def _writes(self, known: StoredTenant | None, wanted: Tenant, signed: Signature) -> list[Any]:
        routes = routes_of(wanted)
        old = routes_of(known.tenant) if known else set()
        return [
            self._document(known, wanted),
            *self._versions(known, wanted, signed),
            *(self._route(cart, store, wanted.id) for cart, store in sorted(routes)),
            *(self._no_route(cart, store, wanted.id) for cart, store in sorted(old - routes)),
        ]

    def _document(self, known: StoredTenant | None, wanted: Tenant) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": {
                **_key(f"TENANT#{wanted.id}", "CONFIG"),
                "document": {"S": wanted.model_dump_json()},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if known is not None:
            put["ConditionExpression"] = "#document = :known"
            put["ExpressionAttributeNames"] = {"#document": "document"}
            put["ExpressionAttributeValues"] = {":known": {"S": known.document}}
        return {"Put": put}

    def _versions(
        self, known: StoredTenant | None, wanted: Tenant, signed: Signature
    ) -> Iterator[dict[str, Any]]:
        """The new version; and the one before, where it was stored before versions were kept."""
        if known is not None and known.tenant.version == wanted.version:
            return
        if known is not None and not known.tenant.version:
            yield self._version(version_item(known.tenant, UNSIGNED))
        yield self._version(version_item(wanted, signed))

    def _version(self, item: dict[str, Any]) -> dict[str, Any]:
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": condition}}

    def _route(self, cart: str, store: str, tenant: str) -> dict[str, Any]:
        key = _key(f"ROUTE#{cart}#{store}", "ROUTE")
        item = {**key, "document": {"S": tenant}}
        return {"Put": {"TableName": self._table, "Item": item, **_if_ours(tenant)}}

    def _no_route(self, cart: str, store: str, tenant: str) -> dict[str, Any]:
        key = _key(f"ROUTE#{cart}#{store}", "ROUTE")
        return {"Delete": {"TableName": self._table, "Key": key, **_if_ours(tenant)}}

    def _read(self, pk: str, sk: str) -> str:
        answer = self._client.get_item(TableName=self._table, Key=_key(pk, sk), ConsistentRead=True)
        return answer.get("Item", {}).get("document", {}).get("S", "")


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _if_ours(tenant: str) -> dict[str, Any]:
    return {
        "ConditionExpression": "attribute_not_exists(pk) OR #document = :ours",
        "ExpressionAttributeNames": {"#document": "document"},
        "ExpressionAttributeValues": {":ours": {"S": tenant}},
    }
