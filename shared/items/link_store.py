"""Item links in the orders table: `ITEMS#<tenant>#<store>`, and the article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.items.links import ItemLink, StaleLinkError, from_json, to_json
from shared.tables import condition_failed, read_many

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDbItemLinks:
    """`shared.items.links.ItemLinks` in DynamoDB."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep links in `table`."""
        self._client = client
        self._table = table

    def load(self, tenant: str, store: str, article: str) -> ItemLink | None:
        """The article's link, by a consistent read.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        key = _key(tenant, store, article)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return _link(tenant, store, item) if item else None

    def load_many(self, tenant: str, store: str, articles: Iterable[str]) -> Mapping[str, ItemLink]:
        """The links of those articles that have one, by consistent reads.

        Raises:
            LeftUnreadError: DynamoDB kept leaving some unread.
            botocore.exceptions.ClientError: they could not be read.
        """
        keys = [_key(tenant, store, each) for each in sorted(set(articles))]
        links = (_link(tenant, store, item) for item in read_many(self._client, self._table, keys))
        return {link.article: link for link in links}

    def put_new(self, link: ItemLink) -> ItemLink:
        """Store the article's first link; the one that stands, which may be somebody else's.

        Raises:
            botocore.exceptions.ClientError: it could not be stored.
        """
        first = replace(link, version=1)
        if self._put(first, "attribute_not_exists(pk)", {}):
            return first
        known = self.load(link.tenant, link.store, link.article)
        assert known is not None, "links are never deleted"  # noqa: S101
        return known

    def save(self, link: ItemLink) -> ItemLink:
        """Store what was changed in a loaded link; the link with its new version.

        A write that the client repeats because its answer was lost fails on its own work: then what
        is stored is what was to be stored.

        Raises:
            StaleLinkError: the stored version is not `link.version` any more.
            botocore.exceptions.ClientError: it could not be stored.
        """
        newer = replace(link, version=link.version + 1)
        if self._put(newer, "version = :version", {":version": {"N": str(link.version)}}):
            return newer
        if self.load(link.tenant, link.store, link.article) == newer:
            return newer
        raise StaleLinkError(link.article)

    def all(self, tenant: str, store: str) -> Iterator[ItemLink]:
        """Every link of the store, in the order of the articles.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _partition(tenant, store)}},
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield _link(tenant, store, item)

    def _put(self, link: ItemLink, condition: str, values: dict[str, Any]) -> bool:
        given: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._client.put_item(
                TableName=self._table, Item=_item(link), ConditionExpression=condition, **given
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            return False
        return True


def _partition(tenant: str, store: str) -> str:
    return f"ITEMS#{tenant}#{store}"


def _key(tenant: str, store: str, article: str) -> dict[str, Any]:
    return {"pk": {"S": _partition(tenant, store)}, "sk": {"S": article}}


def _item(link: ItemLink) -> dict[str, Any]:
    return {
        **_key(link.tenant, link.store, link.article),
        "link": {"S": to_json(link)},
        "version": {"N": str(link.version)},
    }


def _link(tenant: str, store: str, item: Mapping[str, Any]) -> ItemLink:
    return from_json(
        item["link"]["S"],
        tenant=tenant,
        store=store,
        article=item["sk"]["S"],
        version=int(item["version"]["N"]),
    )
