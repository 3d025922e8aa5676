"""What carts tell of stock by webhook: that something moved, and nothing else is believed.

A told level is a hint to compare the store soon. Only a place that the cart owns is worth one:
where Sage owns the stock, what the cart tells is our own write or an order that is heard of anyway,
so that no echo of ours ever has anything compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from shared.ownership.table import Side
from shared.policy.stock import StockPlace
from shared.tenants.models import Store, Tenant
from shared.tenants.stock_checks import owner_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SORT_KEY = "#HEARD"
"""No warehouse: their ids begin with no such sign."""


@dataclass(frozen=True, slots=True)
class Heard:
    """When the cart last told of a level, and what comparisons for its sake cost on the day `on`.

    `spent` are API transactions of Sage's.
    """

    at: datetime | None = None
    on: date | None = None
    spent: int = 0

    def spent_on(self, day: date) -> int:
        """What was spent on that day."""
        return self.spent if self.on == day else 0


class HearsLevels(Protocol):
    """Keeps when a store's cart last told of a level."""

    def note(self, tenant: str, store: str, at: datetime) -> None:
        """The cart has told of a level."""
        ...

    def load(self, tenant: str, store: str) -> Heard:
        """What was heard of the store; empty where nothing ever was."""
        ...

    def spend(self, tenant: str, store: str, on: date, spent: int) -> None:
        """Keep what was spent on a day for the sake of what was heard."""
        ...


class DynamoDbHeardLevels:
    """What was heard, in the orders table beside the store's counts."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep it in `table`."""
        self._client = client
        self._table = table

    def note(self, tenant: str, store: str, at: datetime) -> None:
        """The cart has told of a level.

        Raises:
            botocore.exceptions.ClientError: it could not be kept.
        """
        self._set(tenant, store, "SET heard_at = :at", {":at": {"S": at.isoformat()}})

    def load(self, tenant: str, store: str) -> Heard:
        """What was heard of the store, by a consistent read; empty where nothing ever was.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        key = _key(tenant, store)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item", {})
        at, on, spent = (item.get(name) for name in ("heard_at", "spent_on", "spent"))
        return Heard(
            datetime.fromisoformat(at["S"]) if at else None,
            date.fromisoformat(on["S"]) if on else None,
            int(spent["N"]) if spent else 0,
        )

    def spend(self, tenant: str, store: str, on: date, spent: int) -> None:
        """Keep what was spent on a day for the sake of what was heard.

        Raises:
            botocore.exceptions.ClientError: it could not be kept.
        """
        values = {":on": {"S": on.isoformat()}, ":spent": {"N": str(spent)}}
        self._set(tenant, store, "SET spent_on = :on, spent = :spent", values)

    def _set(self, tenant: str, store: str, change: str, values: dict[str, Any]) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=_key(tenant, store),
            UpdateExpression=change,
            ExpressionAttributeValues=values,
        )


def is_worth_a_look(tenant: Tenant, store: Store, location: str | None) -> bool:
    """Whether the cart owns a place of the store at that location; None where none was told."""
    return any(owner_of(tenant.ownership, place) is Side.CART for place in _places(store, location))


def _places(store: Store, location: str | None) -> Iterator[StockPlace]:
    return (place for place in store.stock.places if location in (None, place.location))


def _key(tenant: str, store: str) -> dict[str, Any]:
    return {"pk": {"S": f"STOCK#{tenant}#{store}"}, "sk": {"S": _SORT_KEY}}
