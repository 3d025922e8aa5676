"""How far the changes of each kind were handled, and who is reading them now.

One item per tenant, entity and kind in the tenants table: `CHECKPOINT#<tenant>#entity:<entity>` and
`sage:<kind>`. Every write is conditional: two cannot read one kind at once, and none moves a
watermark backwards.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from intacct.reading import Kept
from intacct.watermarks import OVERLAP, Stamp, Watermark
from shared.changes.pace import Place
from shared.tables import condition_failed

LEASE = timedelta(minutes=6)
"""Longer than the poller's function may run, so that a lease ends only with its owner."""

MOST_HANDLED = 30_000
"""Stamps that are kept; what is beyond them is told once more, which is safe."""

SETTLING = timedelta(minutes=2)
"""How young a stamp may yet be another change's: a second, and as much as clocks differ."""

_SAGE = "sage:"

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ReadElsewhereError(Exception):
    """Somebody else reads this kind now, or took it over meanwhile."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one kind of an entity's records was handled.

    `read_at` is when a reading last came through, `wide_at` when one last went back further than
    usual. `looked_at` is when keys were last compared, `looked_after` the key after which the next
    comparison goes on; empty where the last one was through. `failed_at` is when the last try
    failed, `partial_at` when it ran out of time; None after one that did not.
    """

    watermark: Watermark = field(default_factory=Watermark)
    read_at: datetime | None = None
    wide_at: datetime | None = None
    looked_at: datetime | None = None
    looked_after: str = ""
    failed_at: datetime | None = None
    partial_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to read one place until it ends."""

    tenant: str
    place: Place
    owner: str
    progress: Progress


class ChangeCheckpoints(Protocol):
    """Keeps progress and leases."""

    def of_entity(self, tenant: str, entity: str) -> Mapping[Kept, Progress]:
        """The progress of every kind of an entity that was ever read."""
        ...

    def acquire(self, tenant: str, place: Place, *, now: datetime) -> Lease:
        """Take the lease of a place.

        Raises:
            ReadElsewhereError: somebody else reads it.
        """
        ...

    def keep(self, lease: Lease, progress: Progress, *, now: datetime) -> Lease:
        """Keep progress that was made, and the lease.

        Raises:
            ReadElsewhereError: the lease was lost, or the watermark would move back.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back; nothing happens where it was lost."""
        ...


class DynamoDbChangeCheckpoints:
    """Progress in the tenants table; times are milliseconds since 1970."""

    def __init__(self, client: DynamoDBClient, table: str, *, owner: str) -> None:
        """`owner` is unique to this process."""
        self._client = client
        self._table = table
        self._owner = owner

    def of_entity(self, tenant: str, entity: str) -> Mapping[Kept, Progress]:
        """The progress of every kind of an entity that was ever read.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        answer = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sage)",
            ExpressionAttributeValues={":pk": {"S": _pk(tenant, entity)}, ":sage": {"S": _SAGE}},
        )
        items = {item["sk"]["S"].removeprefix(_SAGE): item for item in answer["Items"]}
        return {kind: _progress(items[kind.value]) for kind in Kept if kind.value in items}

    def acquire(self, tenant: str, place: Place, *, now: datetime) -> Lease:
        """Take the lease of a place.

        Raises:
            ReadElsewhereError: somebody else reads it.
            botocore.exceptions.ClientError: it could not be written.
        """
        item = self._update(
            tenant,
            place,
            "SET lease_owner = :me, lease_until = :until",
            "attribute_not_exists(lease_until) OR lease_until < :now OR lease_owner = :me",
            {
                ":me": {"S": self._owner},
                ":until": _millis(now + LEASE),
                ":now": _millis(now),
            },
        )
        return Lease(tenant, place, self._owner, _progress(item))

    def keep(self, lease: Lease, progress: Progress, *, now: datetime) -> Lease:
        """Keep progress that was made, and the lease.

        Raises:
            ReadElsewhereError: the lease was lost, or the watermark would move back.
            botocore.exceptions.ClientError: it could not be written.
        """
        told = _attributes(progress)
        names = {f"#{name}": name for name in _ATTRIBUTES}
        values = {f":{name}": value for name, value in told.items()}
        sets = ", ".join(f"#{name} = :{name}" for name in told)
        gone = ", ".join(f"#{name}" for name in _ATTRIBUTES if name not in told)
        change = f"SET lease_until = :until, {sets}" + (f" REMOVE {gone}" if gone else "")
        condition = "lease_owner = :me"
        if progress.watermark.reached_at is not None:
            condition += " AND (attribute_not_exists(#reached_at) OR #reached_at <= :reached_at)"
        values |= {":me": {"S": lease.owner}, ":until": _millis(now + LEASE)}
        self._update(lease.tenant, lease.place, change, condition, values, names=names)
        return replace(lease, progress=progress)

    def release(self, lease: Lease) -> None:
        """Give the lease back; nothing happens where it was lost.

        Raises:
            botocore.exceptions.ClientError: it could not be written.
        """
        try:
            self._update(
                lease.tenant,
                lease.place,
                "REMOVE lease_owner, lease_until",
                "lease_owner = :me",
                {":me": {"S": lease.owner}},
            )
        except ReadElsewhereError:
            return

    def _update(
        self,
        tenant: str,
        place: Place,
        change: str,
        condition: str,
        values: dict[str, Any],
        *,
        names: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        given: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key={
                    "pk": {"S": _pk(tenant, place.entity)},
                    "sk": {"S": _SAGE + place.kind.value},
                },
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                **given,
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            message = f"{place} of tenant {tenant} is read elsewhere"
            raise ReadElsewhereError(message) from None
        return dict(answer.get("Attributes", {}))


_INSTANTS = ("reached_at", "read_at", "wide_at", "looked_at", "failed_at", "partial_at")
_ATTRIBUTES = (*_INSTANTS, "handled", "looked_after")


def _attributes(progress: Progress) -> dict[str, dict[str, Any]]:
    """What is stored of progress; what it does not state is left out."""
    instants = {
        "reached_at": progress.watermark.reached_at,
        "read_at": progress.read_at,
        "wide_at": progress.wide_at,
        "looked_at": progress.looked_at,
        "failed_at": progress.failed_at,
        "partial_at": progress.partial_at,
    }
    told: dict[str, dict[str, Any]] = {
        name: _millis(at) for name, at in instants.items() if at is not None
    }
    told["handled"] = {"B": packed(progress.watermark.handled)}
    if progress.looked_after:
        told["looked_after"] = {"S": progress.looked_after}
    return told


def _progress(item: Mapping[str, Any]) -> Progress:
    instants = {name: _instant(item[name]["N"]) if name in item else None for name in _INSTANTS}
    handled = unpacked(bytes(item["handled"]["B"])) if "handled" in item else frozenset[Stamp]()
    return Progress(
        Watermark(instants["reached_at"], handled),
        read_at=instants["read_at"],
        wide_at=instants["wide_at"],
        looked_at=instants["looked_at"],
        looked_after=item.get("looked_after", {}).get("S", ""),
        failed_at=instants["failed_at"],
        partial_at=instants["partial_at"],
    )


def packed(handled: Iterable[Stamp]) -> bytes:
    """Stamps as they are stored, at most `MOST_HANDLED`."""
    by_instant: dict[str, list[str]] = defaultdict(list)
    for key, at in sorted(handled)[:MOST_HANDLED]:
        by_instant[at.astimezone(UTC).isoformat()].append(key)
    return zlib.compress(json.dumps(by_instant, separators=(",", ":")).encode(), 6)


def unpacked(blob: bytes) -> frozenset[Stamp]:
    """What `packed` stored."""
    by_instant: dict[str, list[str]] = json.loads(zlib.decompress(blob))
    return frozenset(
        (key, datetime.fromisoformat(at)) for at, keys in by_instant.items() for key in keys
    )


def trimmed(watermark: Watermark, *, read_at: datetime) -> Watermark:
    """The watermark without stamps that no usual reading meets again, and without young ones.

    Stamps have whole seconds: a record that changes once more within its second keeps its stamp. So
    one that was as young as `SETTLING` when it was read is told again by the next reading.
    """
    reached = watermark.reached_at
    if reached is None:
        return watermark
    oldest = reached - OVERLAP
    old = settled(watermark.handled, read_at=read_at)
    return Watermark(reached, frozenset(one for one in old if one[1] >= oldest))


def settled(handled: Iterable[Stamp], *, read_at: datetime) -> frozenset[Stamp]:
    """The stamps that no other change can have any more."""
    newest = read_at - SETTLING
    return frozenset(one for one in handled if one[1] < newest)


def _pk(tenant: str, entity: str) -> str:
    return f"CHECKPOINT#{tenant}#entity:{entity}"


def _millis(instant: datetime) -> dict[str, str]:
    return {"N": str(int(instant.timestamp() * 1000))}


def _instant(millis: str) -> datetime:
    return datetime.fromtimestamp(int(millis) / 1000, UTC)
