"""What is gone from Sage, and what seems to be but waits for a person's word.

In the orders table: `GONE#<tenant>#<entity>`, `<kind>#<key>` for a record that is gone, and
`-held#<kind>` for so many of a kind at once that nobody believes it unseen.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from intacct.reading import Kept
from shared.changes.pace import Place
from shared.changes.ports import Gone, How, Known
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_HELD = "-held#"
"""Stands before every kind in the order of the table."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A record that is gone; `back_at` is when it was shown again, None while it is gone."""

    entity: str
    gone: Gone
    noticed_at: datetime
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Records of one kind that are not shown any more, too many to be believed without a person.

    `compared` is how many were looked for; no records mean that nothing waits any more. Confirmed,
    those of them that are still not shown count as gone, and no others.
    """

    place: Place
    records: tuple[Known, ...]
    compared: int
    noticed_at: datetime
    confirmed_by: str = ""
    confirmed_at: datetime | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether a person said that they were deleted."""
        return self.confirmed_at is not None

    @property
    def believed(self) -> frozenset[str]:
        """What a person confirmed, by key, or by id where no key is known."""
        named = frozenset(one.key or one.id for one in self.records)
        return named if self.is_confirmed else frozenset()


class StaleHeldError(Exception):
    """What waits is not what the person was shown: look again."""


class Tombstones(Protocol):
    """Keeps what is gone; the last word counts."""

    def of_kind(self, tenant: str, place: Place) -> Mapping[str, Tombstone]:
        """The tombstones of a kind by key, those of records that are back, too."""
        ...

    def of_entity(self, tenant: str, entity: str) -> Iterator[Tombstone]:
        """Every tombstone of an entity."""
        ...

    def put(self, tenant: str, tombstones: Sequence[Tombstone]) -> None:
        """Store them, in place of what stood under their keys."""
        ...

    def held(self, tenant: str, place: Place) -> Held | None:
        """What of a kind waits for a person, or was confirmed by one."""
        ...

    def hold(self, tenant: str, held: Held) -> None:
        """Store what waits, in place of what waited."""
        ...

    def confirm(self, tenant: str, held: Held, *, by: str, at: datetime) -> Held:
        """Store a person's word that exactly these records were deleted.

        Raises:
            StaleHeldError: other records wait by now: look again.
        """
        ...


class DynamoDbTombstones:
    """`Tombstones` in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """Keep them in `table`."""
        self._client = client
        self._table = table

    def of_kind(self, tenant: str, place: Place) -> Mapping[str, Tombstone]:
        """The tombstones of a kind by key, those of records that are back, too.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        found = self._stones(tenant, place.entity, f"{place.kind.value}#")
        return {one.gone.key or one.gone.id: one for one in found}

    def of_entity(self, tenant: str, entity: str) -> Iterator[Tombstone]:
        """Every tombstone of an entity.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        return self._stones(tenant, entity, "")

    def _stones(self, tenant: str, entity: str, prefix: str) -> Iterator[Tombstone]:
        condition, values = "pk = :pk", {":pk": {"S": _pk(tenant, entity)}}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = {"S": prefix}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
        for page in pages:
            for item in page["Items"]:
                if not item["sk"]["S"].startswith(_HELD):
                    yield _stone(entity, item)

    def put(self, tenant: str, tombstones: Sequence[Tombstone]) -> None:
        """Store them, in place of what stood under their keys.

        Raises:
            botocore.exceptions.ClientError: one could not be stored; storing again is safe.
        """
        for one in tombstones:
            gone = one.gone
            self._client.put_item(
                TableName=self._table,
                Item={
                    **_key(tenant, one.entity, f"{gone.kind.value}#{gone.key or gone.id}"),
                    "told": {"S": _json(one)},
                },
            )

    def held(self, tenant: str, place: Place) -> Held | None:
        """What of a kind waits for a person, or was confirmed by one.

        Raises:
            botocore.exceptions.ClientError: it could not be read.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=_held_key(tenant, place), ConsistentRead=True
        )
        item = answer.get("Item")
        return _held(place, item) if item else None

    def hold(self, tenant: str, held: Held) -> None:
        """Store what waits, in place of what waited.

        Raises:
            botocore.exceptions.ClientError: it could not be stored.
        """
        item: dict[str, Any] = {
            **_held_key(tenant, held.place),
            "records": {"B": _packed(held.records)},
            "compared": {"N": str(held.compared)},
            "noticed_at": {"S": held.noticed_at.isoformat()},
        }
        if held.confirmed_at is not None:
            item["confirmed_by"] = {"S": held.confirmed_by}
            item["confirmed_at"] = {"S": held.confirmed_at.isoformat()}
        self._client.put_item(TableName=self._table, Item=item)

    def confirm(self, tenant: str, held: Held, *, by: str, at: datetime) -> Held:
        """Store a person's word that exactly these records were deleted.

        Raises:
            StaleHeldError: other records wait by now: look again.
            botocore.exceptions.ClientError: it could not be stored.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_held_key(tenant, held.place),
                UpdateExpression="SET confirmed_by = :by, confirmed_at = :at",
                ConditionExpression="records = :records",
                ExpressionAttributeValues={
                    ":by": {"S": by},
                    ":at": {"S": at.isoformat()},
                    ":records": {"B": _packed(held.records)},
                },
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            raise StaleHeldError(str(held.place)) from None
        return replace(held, confirmed_by=by, confirmed_at=at)


def _packed(records: Sequence[Known]) -> bytes:
    rows = [[one.key, one.id, one.reference] for one in records]
    return zlib.compress(json.dumps(rows).encode(), 6)


def _pk(tenant: str, entity: str) -> str:
    return f"GONE#{tenant}#{entity}"


def _key(tenant: str, entity: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": _pk(tenant, entity)}, "sk": {"S": sk}}


def _held_key(tenant: str, place: Place) -> dict[str, Any]:
    return _key(tenant, place.entity, f"{_HELD}{place.kind.value}")


def _json(one: Tombstone) -> str:
    gone = one.gone
    said = {
        "kind": gone.kind.value,
        "key": gone.key,
        "id": gone.id,
        "reference": gone.reference,
        "how": gone.how.value,
        "deleted_at": gone.deleted_at.isoformat() if gone.deleted_at else "",
        "deleted_by": gone.deleted_by,
        "noticed_at": one.noticed_at.isoformat(),
        "back_at": one.back_at.isoformat() if one.back_at else "",
    }
    return json.dumps(said, separators=(",", ":"))


def _stone(entity: str, item: Mapping[str, Any]) -> Tombstone:
    said = json.loads(item["told"]["S"])
    gone = Gone(
        Kept(said["kind"]),
        said["key"],
        How(said["how"]),
        id=said["id"],
        reference=said["reference"],
        deleted_at=_instant(said["deleted_at"]),
        deleted_by=said["deleted_by"],
    )
    noticed_at = datetime.fromisoformat(said["noticed_at"])
    return Tombstone(entity, gone, noticed_at, _instant(said["back_at"]))


def _held(place: Place, item: Mapping[str, Any]) -> Held:
    rows = json.loads(zlib.decompress(bytes(item["records"]["B"])))
    return Held(
        place,
        tuple(Known(*row) for row in rows),
        int(item["compared"]["N"]),
        datetime.fromisoformat(item["noticed_at"]["S"]),
        item.get("confirmed_by", {}).get("S", ""),
        _instant(item.get("confirmed_at", {}).get("S", "")),
    )


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
