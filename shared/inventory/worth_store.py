"""Keeps what stock was last found worth beside the ledger, and what people took for right of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from commerce.codec import decode_as, encode_as

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NAME = "worth of stock"


@dataclass(frozen=True, slots=True)
class KeptWorth:
    """The last comparison of an entity's stock with its inventory accounts.

    `on` is the ledger day as YYYY-MM-DD, empty where nothing was compared. `accepted` is how much
    more the stock was worth than the ledger says when `accepted_by`, a person, took that for right;
    it counts as equal from then on.
    """

    on: str = ""
    made_at: datetime | None = None
    ledger: Decimal = Decimal(0)
    stock: Decimal = Decimal(0)
    slack: Decimal = Decimal(0)
    accepted: Decimal = Decimal(0)
    accepted_by: str = ""


class Worths(Protocol):
    """Keeps the last comparison of each entity."""

    def load(self, tenant: str, entity: str) -> KeptWorth:
        """The last comparison, by a consistent read; an empty one where there was none."""
        ...

    def save(self, tenant: str, entity: str, worth: KeptWorth) -> None:
        """Keep a comparison in the place of the last one."""
        ...


class DynamoDbWorths:
    """Comparisons in the orders table: `WORTH#<tenant>` and the entity."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep comparisons in `table`."""
        self._client = client
        self._table = table

    def load(self, tenant: str, entity: str) -> KeptWorth:
        """The last comparison, by a consistent read; an empty one where there was none.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
            CodecError: it is of a newer schema.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=_key(tenant, entity), ConsistentRead=True
        )
        item = answer.get("Item")
        return decode_as(_NAME, KeptWorth, bytes(item["worth"]["B"])) if item else KeptWorth()

    def save(self, tenant: str, entity: str, worth: KeptWorth) -> None:
        """Keep a comparison in the place of the last one.

        Raises:
            botocore.exceptions.ClientError: it could not be stored.
        """
        item = {**_key(tenant, entity), "worth": {"B": encode_as(_NAME, worth)}}
        self._client.put_item(TableName=self._table, Item=item)


def _key(tenant: str, entity: str) -> dict[str, Any]:
    return {"pk": {"S": f"WORTH#{tenant}"}, "sk": {"S": entity}}
