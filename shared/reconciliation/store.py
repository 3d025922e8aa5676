"""The proof book in the orders table, and statements beside it in a bucket.

A row stands under `PROOF#<tenant>#<store>` and its name; a link under `PROOFS#<tenant>#<entity>`
and its sequence, what was accepted of an account under `ACCEPTED#<account>`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from shared.reconciliation.book import ChainMovedError, Link, RowHead
from shared.reconciliation.rows import Row
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_STATEMENT, _ACCEPTED = "STATEMENT#", "ACCEPTED#"
_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}
_GONE = frozenset({"NoSuchKey", "404"})


class DynamoDbProofBook:
    """Keeps `ProofBook`'s promises in the orders table and a bucket."""

    def __init__(self, client: DynamoDBClient, table: str, s3: S3Client, bucket: str) -> None:
        """`table` is the orders table; `bucket` keeps every version of what is put into it."""
        self._client = client
        self._table = table
        self._s3 = s3
        self._bucket = bucket

    def heads(self, tenant: str, store: str) -> Iterator[RowHead]:
        """Every row of a store without what is in it."""
        for item in self._query(_rows_pk(tenant, store), fields="sk, version, is_open"):
            yield RowHead(item["sk"]["S"], int(item["version"]["N"]), item["is_open"]["BOOL"])

    def row(self, tenant: str, store: str, name: str) -> Row | None:
        """One row, or None."""
        key = _key(_rows_pk(tenant, store), name)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return _row(item) if item else None

    def rows(self, tenant: str, store: str) -> Iterator[Row]:
        """Every row of a store, a page at a time."""
        for item in self._query(_rows_pk(tenant, store)):
            yield _row(item)

    def put(self, tenant: str, row: Row) -> None:
        """Store a row in place of the one of its name."""
        self._client.put_item(
            TableName=self._table,
            Item={
                **_key(_rows_pk(tenant, row.store), row.name),
                "version": {"N": str(row.version)},
                "is_open": {"BOOL": row.is_open},
                "row": {"B": zlib.compress(_adapter().dump_json(row), 6)},
            },
        )

    def latest(self, tenant: str, entity: str) -> Link | None:
        """The newest link of an entity's chain."""
        answer = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": _chain_pk(tenant, entity)},
                ":prefix": {"S": _STATEMENT},
            },
            ScanIndexForward=False,
            Limit=1,
        )
        return next((_link(item) for item in answer["Items"]), None)

    def links(self, tenant: str, entity: str) -> Iterator[Link]:
        """All links of an entity's chain, the oldest first."""
        for item in self._query(_chain_pk(tenant, entity), prefix=_STATEMENT):
            yield _link(item)

    def append(self, link: Link, files: Mapping[str, bytes]) -> None:
        """Store a statement's files, then its link.

        Raises:
            ChainMovedError: there is a link of its sequence already.
        """
        for ending, body in sorted(files.items()):
            self._s3.put_object(
                Bucket=self._bucket,
                Key=f"{link.name}.{ending}",
                Body=body,
                ContentType=_KINDS[ending],
                ChecksumSHA256=_checksum(body),
            )
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_item(link),
                ConditionExpression="attribute_not_exists(pk) OR #hash = :hash",
                ExpressionAttributeNames={"#hash": "hash"},
                ExpressionAttributeValues={":hash": {"S": link.hash}},
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            message = f"statement {link.sequence} of {link.entity} was added by somebody else"
            raise ChainMovedError(message) from None

    def file(self, link: Link, ending: str) -> bytes | None:
        """What is stored of a statement under that ending; None where nothing is."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=f"{link.name}.{ending}")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                return None
            raise
        return answer["Body"].read()

    def accepted(self, tenant: str, entity: str) -> Mapping[str, Decimal]:
        """What others had entered per account when that was accepted last."""
        return {
            item["sk"]["S"].removeprefix(_ACCEPTED): Decimal(item["amount"]["S"])
            for item in self._query(_chain_pk(tenant, entity), prefix=_ACCEPTED)
        }

    def accept(self, tenant: str, entity: str, account: str, amount: Decimal) -> None:
        """From now on that much of others on the account is no difference."""
        self._client.put_item(
            TableName=self._table,
            Item={
                **_key(_chain_pk(tenant, entity), f"{_ACCEPTED}{account}"),
                "amount": {"S": format(amount, "f")},
            },
        )

    def _query(self, pk: str, *, prefix: str = "", fields: str = "") -> Iterator[dict[str, Any]]:
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = {"S": prefix}
        more: dict[str, Any] = {"ProjectionExpression": fields} if fields else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **more,
        )
        for page in pages:
            yield from page["Items"]


def _rows_pk(tenant: str, store: str) -> str:
    return f"PROOF#{tenant}#{store}"


def _chain_pk(tenant: str, entity: str) -> str:
    return f"PROOFS#{tenant}#{entity}"


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _item(link: Link) -> dict[str, Any]:
    return {
        **_key(_chain_pk(link.tenant, link.entity), f"{_STATEMENT}{link.sequence:08d}"),
        "tenant": {"S": link.tenant},
        "entity": {"S": link.entity},
        "sequence": {"N": str(link.sequence)},
        "on": {"S": link.on.isoformat()},
        "made_at": {"S": link.made_at.isoformat()},
        "verdict": {"S": link.verdict},
        "previous": {"S": link.previous},
        "files": {"S": json.dumps(link.files)},
        "hash": {"S": link.hash},
    }


def _link(item: Mapping[str, Any]) -> Link:
    return Link(
        tenant=item["tenant"]["S"],
        entity=item["entity"]["S"],
        sequence=int(item["sequence"]["N"]),
        on=date.fromisoformat(item["on"]["S"]),
        made_at=datetime.fromisoformat(item["made_at"]["S"]),
        verdict=item["verdict"]["S"],
        previous=item["previous"]["S"],
        files=tuple((ending, digest) for ending, digest in json.loads(item["files"]["S"])),
        hash=item["hash"]["S"],
    )


def _row(item: Mapping[str, Any]) -> Row:
    return _adapter().validate_json(zlib.decompress(bytes(item["row"]["B"])))


def _checksum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


@cache
def _adapter() -> TypeAdapter[Row]:
    return TypeAdapter(Row)
