"""Every version of a tenant's document, kept by number and hash: who stored it, when and why.

`TENANT#<id>` / `VERSION#<number>` in the tenants table, compressed, written once and never changed.
The current document (`CONFIG`) carries its number. One that was stored without a number counts as
version 1, and is kept as that when the next one comes.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shared.tenants.models import Tenant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST = 1
"""The number of a document that was stored without one."""

_PREFIX = "VERSION#"
_MOST_KEPT = 64


class UnknownVersionError(LookupError):
    """The tenant has no such version, or this release cannot read it; the message is for people."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who changed a document, when and why; empty where nobody said."""

    by: str = ""
    at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version without its document: its number, the hash of its content, who stored it."""

    number: int
    hash: str
    signed: Signature


def number_of(tenant: Tenant) -> int:
    """The number of a tenant's document, as orders are stamped with it."""
    return tenant.version or FIRST


def hash_of(tenant: Tenant) -> str:
    """The SHA-256 of what the document says; neither its number nor a pause is part of that."""
    said = tenant.model_dump_json(exclude={"version", "is_paused"})
    return hashlib.sha256(said.encode()).hexdigest()


def following(known: Tenant | None, wanted: Tenant) -> Tenant:
    """The wanted document with the number it gets when it is stored over `known`.

    What says the same keeps its number: a pause is no version.
    """
    if known is None:
        number = FIRST
    elif hash_of(known) == hash_of(wanted):
        number = known.version
    else:
        number = number_of(known) + 1
    return wanted.model_copy(update={"version": number})


def version_item(tenant: Tenant, signed: Signature) -> dict[str, Any]:
    """The item that keeps this version of the document."""
    item: dict[str, Any] = {
        **version_key(tenant.id, number_of(tenant)),
        "version": {"N": str(number_of(tenant))},
        "hash": {"S": hash_of(tenant)},
        "packed": {"B": zlib.compress(tenant.model_dump_json().encode(), 9)},
    }
    texts = {
        "changed_by": signed.by,
        "changed_at": signed.at.isoformat() if signed.at else "",
        "why": signed.why,
    }
    return item | {name: {"S": text} for name, text in texts.items() if text}


def version_key(tenant_id: str, number: int) -> dict[str, Any]:
    """The key of a version; numbers sort as texts up to 999,999."""
    return {"pk": {"S": f"TENANT#{tenant_id}"}, "sk": {"S": f"{_PREFIX}{number:06d}"}}


class TenantVersions:
    """Reads versions; documents are kept in memory, for they never change."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Read from `table`."""
        self._client = client
        self._table = table
        self._known: dict[tuple[str, int], Tenant] = {}

    def load(self, tenant_id: str, number: int) -> Tenant:
        """The tenant's document as it was in that version.

        Raises:
            UnknownVersionError: there is none, or this release cannot read it.
        """
        known = self._known.get((tenant_id, number))
        if known is not None:
            return known
        answer = self._client.get_item(
            TableName=self._table, Key=version_key(tenant_id, number), ConsistentRead=True
        )
        item = answer.get("Item")
        if not item:
            message = f"tenant {tenant_id} has no version {number}"
            raise UnknownVersionError(message)
        try:
            tenant = Tenant.model_validate_json(zlib.decompress(bytes(item["packed"]["B"])))
        except ValidationError as exc:
            message = (
                f"version {number} of tenant {tenant_id} cannot be read by this release:"
                f" {exc.error_count()} errors"
            )
            raise UnknownVersionError(message) from exc
        if len(self._known) >= _MOST_KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[(tenant_id, number)] = tenant
        return tenant

    def history(self, tenant_id: str) -> list[Version]:
        """Every version that is kept, the oldest first, without documents."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": f"TENANT#{tenant_id}"},
                ":prefix": {"S": _PREFIX},
            },
            ProjectionExpression="version, #hash, changed_by, changed_at, why",
            ExpressionAttributeNames={"#hash": "hash"},
            ConsistentRead=True,
        )
        return [_version(item) for page in pages for item in page["Items"]]


def _version(item: dict[str, Any]) -> Version:
    at = item.get("changed_at", {}).get("S", "")
    return Version(
        number=int(item["version"]["N"]),
        hash=item["hash"]["S"],
        signed=Signature(
            by=item.get("changed_by", {}).get("S", ""),
            at=datetime.fromisoformat(at).astimezone(UTC) if at else None,
            why=item.get("why", {}).get("S", ""),
        ),
    )
