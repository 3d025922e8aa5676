"""Links in the orders table: `BUYERS#<tenant>`, and the buyer's digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.customers.links import CustomerLink, Progress, StaleLinkError, from_json, to_json
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NEW = "attribute_not_exists(pk)"
_PROGRESS = "-progress"
"""A sort key that no buyer has: theirs are capitals and digits."""
_BEFORE_ALL = "/"


class DynamoDbLinks:
    """`shared.customers.links.CustomerLinks` in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep links in `table`."""
        self._client = client
        self._table = table

    def load(self, tenant: str, *buyers: str) -> CustomerLink | None:
        """The link of the first of these buyers that has one; one consistent read or two each.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        found = (self._load(tenant, buyer) for buyer in buyers)
        return next((link for link in found if link is not None), None)

    def put_new(self, link: CustomerLink) -> CustomerLink:
        """Store the buyer's first link; the one that stands, which may be somebody else's.

        Raises:
            botocore.exceptions.ClientError: it could not be stored.
        """
        first = replace(link, version=1)
        if self._put(_item(first), _NEW, {}):
            return first
        known = self._load(link.tenant, link.buyer)
        assert known is not None, "links are never deleted"  # noqa: S101
        return known

    def point(self, tenant: str, buyer: str, target: str) -> None:
        """Let a buyer that has no link share that of `target`; nothing happens where it has one.

        Raises:
            botocore.exceptions.ClientError: it could not be stored.
        """
        if buyer != target:
            item = {**_key(tenant, buyer), "same_as": {"S": target}}
            self._put(item, _NEW, {})

    def save(self, link: CustomerLink) -> CustomerLink:
        """Store what was changed in a loaded link; the link with its new version.

        A write that the client repeats because its answer was lost fails on its own work: then what
        is stored is what was to be stored.

        Raises:
            StaleLinkError: the stored version is not `link.version` any more.
            botocore.exceptions.ClientError: it could not be stored.
        """
        newer = replace(link, version=link.version + 1)
        was = {":version": {"N": str(link.version)}}
        if self._put(_item(newer), "version = :version", was):
            return newer
        if self._load(link.tenant, link.buyer) == newer:
            return newer
        raise StaleLinkError(link.buyer)

    def all(self, tenant: str, *, after: str = "") -> Iterator[CustomerLink]:
        """Every link of the tenant whose buyer follows `after`, in the order of the buyers.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk > :after",
            ExpressionAttributeValues={
                ":pk": {"S": _partition(tenant)},
                ":after": {"S": after or _BEFORE_ALL},
            },
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                if "link" in item:
                    yield _link(tenant, item)

    def progress(self, tenant: str) -> Progress | None:
        """How far all links were looked at; None where that never began.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        item = self._get(tenant, _PROGRESS)
        if not item:
            return None
        return Progress(datetime.fromisoformat(item["began_at"]["S"]), item["after"]["S"])

    def note_progress(self, tenant: str, progress: Progress) -> None:
        """Remember how far all links were looked at; the last word counts.

        Raises:
            botocore.exceptions.ClientError: it could not be stored.
        """
        item = {
            **_key(tenant, _PROGRESS),
            "began_at": {"S": progress.began_at.isoformat()},
            "after": {"S": progress.after},
        }
        self._client.put_item(TableName=self._table, Item=item)

    def _load(self, tenant: str, buyer: str) -> CustomerLink | None:
        item = self._get(tenant, buyer)
        if item and "same_as" in item:
            item = self._get(tenant, item["same_as"]["S"])
        return _link(tenant, item) if item else None

    def _get(self, tenant: str, buyer: str) -> Mapping[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, buyer), ConsistentRead=True
        )
        return answer.get("Item")

    def _put(self, item: dict[str, Any], condition: str, values: dict[str, Any]) -> bool:
        given: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression=condition, **given
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            return False
        return True


def _partition(tenant: str) -> str:
    return f"BUYERS#{tenant}"


def _key(tenant: str, buyer: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant)}, "sk": {"S": buyer}}


def _item(link: CustomerLink) -> dict[str, Any]:
    return {
        **_key(link.tenant, link.buyer),
        "link": {"S": to_json(link)},
        "version": {"N": str(link.version)},
    }


def _link(tenant: str, item: Mapping[str, Any]) -> CustomerLink:
    return from_json(
        item["link"]["S"],
        tenant=tenant,
        buyer=item["sk"]["S"],
        version=int(item["version"]["N"]),
    )
