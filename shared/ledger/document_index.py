"""From the number on a Sage document back to the posting that made it.

The index `document-index` of the ledger table has every posting by its document number, also those
that were made before there was an index: the number has always been an attribute of theirs. It
finds candidates; what is decided is decided on consistent reads of the chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "document-index"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a posting stands in the ledger: its partition and its key."""

    pk: str
    key: str


class DocumentIndex(Protocol):
    """Finds postings by what Sage tells of their documents."""

    def places(self, tenant: str, number: str) -> tuple[Place, ...]:
        """The tenant's postings whose document carries the number; a moment behind the table."""
        ...


class DynamoDbDocumentIndex:
    """Keeps `DocumentIndex`'s promises on the ledger table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` is the ledger table."""
        self._client = client
        self._table = table

    def places(self, tenant: str, number: str) -> tuple[Place, ...]:
        """The tenant's postings whose document carries the number.

        Raises:
            botocore.exceptions.ClientError: the index could not be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression="doc_no = :number",
            ExpressionAttributeValues={":number": {"S": number}},
        )
        found = (_place(item) for page in pages for item in page["Items"])
        return tuple(place for place in found if place.key.startswith(f"{tenant}/"))


def _place(item: dict[str, Any]) -> Place:
    return Place(item["pk"]["S"], item["sk"]["S"])
