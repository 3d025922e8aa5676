"""The health of companies for the whole fleet: one small record each, changed only as it was read.

The adapter of `intacct.gate.HealthStore`. A company that never failed has no record, and a reading
costs half a read unit: it need not be consistent, for a pause that is seen a moment late is one
refused call more.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from intacct.gate import HealthStore
from intacct.health import Health
from shared.connections.errors import ConnectionStoreError
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INSTANTS = ("paused_until", "open_until", "probe_until")


class SharedHealth:
    """Keeps what the fleet knows of each company in the connections table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` is the connections table."""
        self._client = client
        self._table = table

    def read(self, company: str) -> Health:
        """The company's health as it is kept; the default when nothing is.

        Raises:
            ConnectionStoreError: DynamoDB could not be used.
        """
        try:
            answer = self._client.get_item(TableName=self._table, Key=_key(company))
        except (BotoCoreError, ClientError) as exc:
            message = "the health of a company could not be read"
            raise ConnectionStoreError(message) from exc
        item: Any = answer.get("Item", {})
        return _health(item.get("health", {}).get("S", ""))

    def change(self, company: str, before: Health, after: Health) -> bool:
        """Put `after` in place if `before` still stands; whether it did.

        Raises:
            ConnectionStoreError: DynamoDB could not be used.
        """
        # A record may say what no record says: a company that got well again keeps its own.
        is_well = before == Health()
        condition = "attribute_not_exists(health) OR health = :before"
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(company),
                UpdateExpression="SET health = :after",
                ConditionExpression=condition if is_well else "health = :before",
                ExpressionAttributeValues={
                    ":before": {"S": _text(before)},
                    ":after": {"S": _text(after)},
                },
            )
        except ClientError as exc:
            if condition_failed(exc):
                return False
            message = "the health of a company could not be written"
            raise ConnectionStoreError(message) from exc
        except BotoCoreError as exc:
            message = "the health of a company could not be reached"
            raise ConnectionStoreError(message) from exc
        return True


class RememberedHealth:
    """The health of companies, read once for all calls of the next moments.

    So a company that is well costs a call nothing: an answer changes nothing, and what it was
    compared with lies in memory. What this process changes it sees at once.
    """

    def __init__(
        self,
        store: HealthStore,
        *,
        monotonic: Callable[[], float],
        max_age_seconds: float = 2.0,
    ) -> None:
        """`monotonic` tells the age of what was read, in seconds."""
        self._store = store
        self._monotonic = monotonic
        self._max_age_seconds = max_age_seconds
        self._read: dict[str, tuple[float, Health]] = {}

    def read(self, company: str) -> Health:
        """The company's health as it was known a moment ago.

        Raises:
            ConnectionStoreError: it had to be read and could not be.
        """
        known = self._read.get(company)
        if known and self._monotonic() - known[0] < self._max_age_seconds:
            return known[1]
        return self._kept(company, self._store.read(company))

    def change(self, company: str, before: Health, after: Health) -> bool:
        """Put `after` in place if `before` still stands; whether it did.

        Raises:
            ConnectionStoreError: it could not be written.
        """
        self._read.pop(company, None)  # whatever comes of it: what was read is out of date
        if not self._store.change(company, before, after):
            return False
        self._kept(company, after)
        return True

    def _kept(self, company: str, health: Health) -> Health:
        self._read[company] = (self._monotonic(), health)
        return health


def _key(company: str) -> dict[str, Any]:
    return {"pk": {"S": f"HEALTH#{company}"}, "sk": {"S": "STATE"}}


def _text(health: Health) -> str:
    """The health as text, the same for the same health: it is compared as it stands."""
    members: dict[str, Any] = {
        "limited_in_a_row": health.limited_in_a_row,
        "failed_in_a_row": health.failed_in_a_row,
        "recent": [int(failed) for failed in health.recent],
    }
    for name in _INSTANTS:
        moment: datetime | None = getattr(health, name)
        members[name] = moment.isoformat() if moment else None
    return json.dumps(members, sort_keys=True, separators=(",", ":"))


def _health(text: str) -> Health:
    if not text:
        return Health()
    members: dict[str, Any] = json.loads(text)
    instants = {
        name: datetime.fromisoformat(members[name]) if members[name] else None for name in _INSTANTS
    }
    return Health(
        limited_in_a_row=members["limited_in_a_row"],
        failed_in_a_row=members["failed_in_a_row"],
        recent=tuple(bool(failed) for failed in members["recent"]),
        **instants,
    )
