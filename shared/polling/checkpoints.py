"""How far each store's poller has read, and who is reading now.

One item per store and reader in the tenants table: `CHECKPOINT#<tenant>#<store>`. Every write is
conditional: two pollers cannot read at once, and none moves a checkpoint backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from shared.tables import condition_failed

LEASE = timedelta(minutes=6)
"""Longer than the poller's function may run, so that a lease ends only with its owner."""

ORDERS_READER = "orders"
"""The reader whose lease is the right to read a store's orders at all."""

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class PollingElsewhereError(Exception):
    """Another poller holds the lease of this store, or took it over meanwhile."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to poll one store until it ends; `read_to` is None before the first poll.

    `span` is how long a window may be after longer ones proved too long; None before that.
    """

    tenant: str
    store: str
    owner: str
    read_to: datetime | None
    span: timedelta | None = None


class Checkpoints(Protocol):
    """Keeps checkpoints and leases."""

    def acquire(self, tenant: str, store: str, *, now: datetime) -> Lease:
        """Take the store's lease.

        Raises:
            PollingElsewhereError: somebody else polls it.
        """
        ...

    def advance(
        self, lease: Lease, read_to: datetime, *, now: datetime, span: timedelta | None = None
    ) -> Lease:
        """Move the checkpoint forward, keep the lease, and note how long windows may be.

        Raises:
            PollingElsewhereError: the lease was lost.
        """
        ...

    def narrow(self, lease: Lease, span: timedelta) -> None:
        """Note that windows must be shorter; the checkpoint stays.

        Raises:
            PollingElsewhereError: the lease was lost.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back; nothing happens where it was lost."""
        ...


class DynamoDbCheckpoints:
    """Checkpoints in the tenants table; times are milliseconds since 1970."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        *,
        owner: str,
        reader: str = ORDERS_READER,
        lease: timedelta = LEASE,
    ) -> None:
        """`owner` is unique to this process; `lease` outlives the function's longest run."""
        self._client = client
        self._table = table
        self._owner = owner
        self._reader = reader
        self._lease = lease

    def acquire(self, tenant: str, store: str, *, now: datetime) -> Lease:
        """Take the store's lease.

        Raises:
            PollingElsewhereError: somebody else polls it.
        """
        item = self._update(
            tenant,
            store,
            "SET lease_owner = :me, lease_until = :until",
            "attribute_not_exists(lease_until) OR lease_until < :now OR lease_owner = :me",
            {
                ":me": {"S": self._owner},
                ":until": _millis(now + self._lease),
                ":now": _millis(now),
            },
        )
        read_to = item.get("read_to", {}).get("N")
        span = item.get("span_seconds", {}).get("N")
        return Lease(
            tenant,
            store,
            self._owner,
            _instant(read_to) if read_to else None,
            timedelta(seconds=int(span)) if span else None,
        )

    def advance(
        self, lease: Lease, read_to: datetime, *, now: datetime, span: timedelta | None = None
    ) -> Lease:
        """Move the checkpoint forward, keep the lease, and note how long windows may be.

        Raises:
            PollingElsewhereError: the lease was lost.
        """
        change = "SET read_to = :to, lease_until = :until"
        values = {
            ":me": {"S": lease.owner},
            ":to": _millis(read_to),
            ":until": _millis(now + self._lease),
        }
        if span is not None:
            change += ", span_seconds = :span"
            values[":span"] = _seconds(span)
        self._update(
            lease.tenant,
            lease.store,
            change if span is not None else f"{change} REMOVE span_seconds",
            "lease_owner = :me AND (attribute_not_exists(read_to) OR read_to <= :to)",
            values,
        )
        return replace(lease, read_to=read_to, span=span)

    def narrow(self, lease: Lease, span: timedelta) -> None:
        """Note that windows must be shorter; the checkpoint stays.

        Raises:
            PollingElsewhereError: the lease was lost.
        """
        values = {":me": {"S": lease.owner}, ":span": _seconds(span)}
        change = "SET span_seconds = :span"
        self._update(lease.tenant, lease.store, change, "lease_owner = :me", values)

    def release(self, lease: Lease) -> None:
        """Give the lease back; nothing happens where it was lost."""
        values = {":me": {"S": lease.owner}}
        change = "REMOVE lease_owner, lease_until"
        try:
            self._update(lease.tenant, lease.store, change, "lease_owner = :me", values)
        except PollingElsewhereError:
            return

    def _update(
        self, tenant: str, store: str, change: str, condition: str, values: dict[str, Any]
    ) -> dict[str, Any]:
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"CHECKPOINT#{tenant}#{store}"}, "sk": {"S": self._reader}},
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            message = f"store {store} of tenant {tenant} is polled elsewhere"
            raise PollingElsewhereError(message) from None
        return dict(answer.get("Attributes", {}))


def _millis(instant: datetime) -> dict[str, str]:
    return {"N": str(round(instant.timestamp() * 1000))}


def _seconds(span: timedelta) -> dict[str, str]:
    return {"N": str(int(span.total_seconds()))}


def _instant(millis: str) -> datetime:
    return datetime.fromtimestamp(int(millis) / 1000, UTC)
