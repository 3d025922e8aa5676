"""The connections table: each step is one conditional write (reliability §4.1, §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.connections.errors import ConnectionStoreError
from shared.connections.records import NEVER, ConnectionKey, Fresh, Lease, Stored
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OWN_LEASE = "lease_owner = :me AND generation = :g"


class ConnectionTable:
    """Reads and changes shared connections.

    boto3 repeats a call whose answer was lost, and a conditional write that succeeded then fails on
    itself: so a refused condition is compared with what it would have written before it counts.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the string keys `pk` and `sk`."""
        self._client = client
        self._table = table

    def read(self, key: ConnectionKey) -> Stored:
        """The record now, consistently; an empty one when there is none.

        Raises:
            ConnectionStoreError: DynamoDB could not be used (as every method here).
        """
        try:
            answer = self._client.get_item(
                TableName=self._table, Key=_key(key), ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as exc:
            message = "the shared connections could not be read"
            raise ConnectionStoreError(message) from exc
        return _stored(answer.get("Item", {}))

    def lease(
        self, key: ConnectionKey, seen: Stored, *, owner: str, now: datetime, until: datetime
    ) -> Lease | None:
        """The right to renew, or None when somebody else has it or was here since `seen`."""
        unchanged = "generation = :g" if seen.generation else "attribute_not_exists(generation)"
        values: dict[str, Any] = {
            ":me": {"S": owner},
            ":now": _instant(now),
            ":until": _instant(until),
            ":next": {"N": str(seen.generation + 1)},
        }
        if seen.generation:
            values[":g"] = {"N": str(seen.generation)}
        refused = self._update(
            key,
            "SET lease_owner = :me, lease_until = :until, generation = :next",
            f"(attribute_not_exists(lease_until) OR lease_until < :now) AND {unchanged}",
            values,
        )
        lease = Lease(key, owner, seen.generation + 1, seen, until)
        if refused is None or (
            refused.lease_owner == owner and refused.generation == lease.generation
        ):
            return lease
        return None

    def note_intent(self, lease: Lease, *, at: datetime) -> bool:
        """Write down that a refresh is about to be sent; False when the lease is no longer ours."""
        values = {**_own(lease), ":at": _instant(at)}
        refused = self._update(lease.key, "SET intent_at = :at", _OWN_LEASE, values)
        return refused is None

    def publish(
        self,
        lease: Lease,
        fresh: Fresh,
        *,
        sealed: bytes,
        refresh: Mapping[str, Any] | None = None,
    ) -> bool:
        """Make the new value everybody's and end the lease; False when it is no longer ours.

        A late renewal fails here and its value is dropped: an unused session ages out by itself.
        `refresh` holds what changes of the refresh token, in the same write (§4.3).
        """
        values: dict[str, Any] = {
            **_own(lease),
            ":sealed": {"B": sealed},
            ":digest": {"S": fresh.digest},
            ":obtained": _instant(fresh.obtained_at),
            ":expires": _instant(fresh.expires_at),
            ":renew": _instant(fresh.renew_at),
        }
        sets = [
            "sealed = :sealed",
            "digest = :digest",
            "obtained_at = :obtained",
            "expires_at = :expires",
            "renew_at = :renew",
        ]
        for name, value in (refresh or {}).items():
            sets.append(f"{name} = :{name}")
            values[f":{name}"] = _written(value)
        removed = "lease_owner, lease_until, refused_until, refused_secret, refusals, intent_at"
        refused = self._update(
            lease.key, f"SET {', '.join(sets)} REMOVE {removed}", _OWN_LEASE, values
        )
        return refused is None or (
            refused.digest == fresh.digest and refused.generation == lease.generation
        )

    def release(self, lease: Lease) -> None:
        """Give the lease back without a value, so that others need not wait for its end."""
        self._update(lease.key, "REMOVE lease_owner, lease_until", _OWN_LEASE, _own(lease))

    def refuse(self, lease: Lease, *, until: datetime, secret: str, refusals: int) -> bool:
        """Write down that these credentials were refused, so that nobody tries them again soon.

        A login that is tried over and over locks the user out (§4.1). `secret` recognises the
        credentials: other ones may be tried at once. False when the lease is no longer ours.
        """
        values = {
            **_own(lease),
            ":until": _instant(until),
            ":secret": {"S": secret},
            ":refusals": {"N": str(refusals)},
        }
        refused = self._update(
            lease.key,
            "SET refused_until = :until, refused_secret = :secret, refusals = :refusals "
            "REMOVE lease_owner, lease_until",
            _OWN_LEASE,
            values,
        )
        return refused is None or (
            refused.generation == lease.generation
            and refused.refused_secret == secret
            and refused.refusals == refusals
        )

    def invalidate(self, key: ConnectionKey, *, digest: str) -> None:
        """End the life of exactly that value: a late error about an old one changes nothing."""
        values = {":digest": {"S": digest}, ":never": _instant(NEVER)}
        self._update(key, "SET expires_at = :never, renew_at = :never", "digest = :digest", values)

    def extend(
        self, key: ConnectionKey, *, digest: str, expires_at: datetime, renew_at: datetime
    ) -> None:
        """Move the end of exactly that value forward, never back, and never back to life."""
        values = {
            ":digest": {"S": digest},
            ":expires": _instant(expires_at),
            ":renew": _instant(renew_at),
            ":never": _instant(NEVER),
        }
        self._update(
            key,
            "SET expires_at = :expires, renew_at = :renew",
            "digest = :digest AND expires_at > :never AND expires_at < :expires",
            values,
        )

    def _update(
        self, key: ConnectionKey, change: str, condition: str, values: Mapping[str, Any]
    ) -> Stored | None:
        """None when it was written, else the record that stood against it."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=dict(values),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as exc:
            if condition_failed(exc):
                item: Any = exc.response.get("Item", {})
                return _stored(item)
            message = "the shared connections could not be written"
            raise ConnectionStoreError(message) from exc
        except BotoCoreError as exc:
            message = "the shared connections could not be reached"
            raise ConnectionStoreError(message) from exc
        return None


def _key(key: ConnectionKey) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _own(lease: Lease) -> dict[str, Any]:
    return {":me": {"S": lease.owner}, ":g": {"N": str(lease.generation)}}


def _instant(at: datetime) -> dict[str, str]:
    return {"N": f"{at.timestamp():.3f}"}


def _written(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        return dict(_instant(value))
    return {"B": value} if isinstance(value, bytes) else {"S": value}


def _stored(item: Mapping[str, Any]) -> Stored:
    def text(name: str) -> str:
        return str(item.get(name, {}).get("S", ""))

    def sealed(name: str) -> bytes:
        return bytes(item.get(name, {}).get("B", b""))

    def instant(name: str) -> datetime:
        return datetime.fromtimestamp(float(item.get(name, {}).get("N", "0")), UTC)

    return Stored(
        generation=int(item.get("generation", {}).get("N", "0")),
        sealed=sealed("sealed"),
        digest=text("digest"),
        expires_at=instant("expires_at"),
        renew_at=instant("renew_at"),
        lease_owner=text("lease_owner"),
        lease_until=instant("lease_until"),
        refused_until=instant("refused_until"),
        refused_secret=text("refused_secret"),
        refusals=int(item.get("refusals", {}).get("N", "0")),
        refresh_sealed=sealed("refresh_sealed"),
        refresh_previous=sealed("refresh_previous"),
        refresh_previous_until=instant("refresh_previous_until"),
        refresh_origin=text("refresh_origin"),
        intent_at=instant("intent_at"),
    )
