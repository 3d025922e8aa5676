"""Payouts in DynamoDB: a head for each under its store, and its lines beside it in parts.

The head stands under `PAYOUTS#<tenant>#<store>` and the payout's id, so that a store's payouts can
be listed without their lines; a settlement of many thousand lines does not fit into one item, so
the whole payout lies, compressed, in parts under `PAYOUT#<tenant>#<store>#<id>`, each named by the
digest of the whole. Parts are written before the head that names them and never changed: whoever
reads a head finds what it means.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from commerce.codec import decode_as, encode_as
from commerce.payouts import PayoutStatus, decode_payout, encode_payout
from shared.payouts.history import NOTHING, History, Step
from shared.payouts.records import PayoutRecord
from shared.reviews.findings import from_json, to_json
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOST_IN_AN_ITEM = 350_000
"""Bytes of one part; an item may have 400 KB with its names."""

_HISTORY = "payout history"
"""The name under which a history is encoded."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PayoutMovedError(Exception):
    """Somebody else stored this payout meanwhile; read it again."""


class DamagedPayoutError(Exception):
    """The stored lines of a payout are not those that its head names."""


@dataclass(frozen=True, slots=True, order=True)
class PayoutKey:
    """Which payout: a tenant, a store, and the payout's id at its source."""

    tenant: str
    store: str
    payout_id: str

    @property
    def ledger_pk(self) -> str:
        """The ledger's partition of its postings."""
        return f"PAY#{self.tenant}#{self.store}#{self.payout_id}"


class Payouts(Protocol):
    """Keeps payouts; every write is conditional on what was read."""

    def load(self, key: PayoutKey) -> PayoutRecord | None:
        """The payout with its lines, by a consistent read; None where it is not known."""
        ...

    def save(self, record: PayoutRecord) -> PayoutRecord:
        """Store what was changed in a loaded (or new) record; the record with its new version.

        Raises:
            PayoutMovedError: it was stored by somebody else since.
        """
        ...

    def heads(self, tenant: str, store: str) -> Iterator[PayoutRecord]:
        """Every payout of a store without its lines, by a consistent read."""
        ...

    def due(self, tenant: str, *, now: datetime) -> Sequence[PayoutKey]:
        """Payouts that are to be booked; candidates only."""
        ...


class DynamoDbPayouts:
    """Payouts in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk and the sparse index `due-index`."""
        self._client = client
        self._table = table

    def load(self, key: PayoutKey) -> PayoutRecord | None:
        """The payout with its lines, by a consistent read; None where it is not known.

        Raises:
            DamagedPayoutError: its lines are not there as they were stored.
            CodecError: they are of a newer schema.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=_head_key(key), ConsistentRead=True
        )
        item = answer.get("Item")
        if item is None:
            return None
        record = _record(key.tenant, item)
        payout = decode_payout(self._whole(key, item["whole"]["S"]))
        return replace(record, payout=payout, history=self._history(key, item))

    def save(self, record: PayoutRecord) -> PayoutRecord:
        """Store what was changed in a loaded (or new) record; the record with its new version.

        Raises:
            PayoutMovedError: it was stored by somebody else since.
        """
        saved = replace(record, version=record.version + 1)
        ref = record.payout.ref
        key = PayoutKey(record.tenant, ref.store, ref.id)
        whole = self._put_parts(key, encode_payout(record.payout))
        history = record.history
        told = "" if history == NOTHING else self._put_parts(key, encode_as(_HISTORY, history))
        condition = "version = :read" if record.version else "attribute_not_exists(pk)"
        values: dict[str, Any] = {":read": {"N": str(record.version)}} if record.version else {}
        arguments: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_item(key, saved, whole, told),
                ConditionExpression=condition,
                **arguments,
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            message = f"payout {ref.id} of store {ref.store} was stored by somebody else"
            raise PayoutMovedError(message) from None
        return saved

    def heads(self, tenant: str, store: str) -> Iterator[PayoutRecord]:
        """Every payout of a store without its lines, by a consistent read."""
        for item in self._query(f"PAYOUTS#{tenant}#{store}"):
            yield _record(tenant, item)

    def due(self, tenant: str, *, now: datetime) -> Sequence[PayoutKey]:
        """Payouts that are to be booked; candidates only."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="due-index",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={
                ":shard": {"S": _shard(tenant)},
                ":now": {"N": _millis(now)},
            },
        )
        found = []
        for page in pages:
            for item in page["Items"]:
                store = item["pk"]["S"].removeprefix(f"PAYOUTS#{tenant}#")
                found.append(PayoutKey(tenant, store, item["sk"]["S"]))
        return sorted(found)

    def _history(self, key: PayoutKey, item: dict[str, Any]) -> History:
        told = item.get("history", {}).get("S", "")
        return decode_as(_HISTORY, History, self._whole(key, told)) if told else NOTHING

    def _whole(self, key: PayoutKey, whole: str) -> bytes:
        items = self._query(_lines_pk(key), prefix=f"{whole}#")
        packed = b"".join(bytes(item["part"]["B"]) for item in items)
        if _digest(packed) != whole:
            message = f"the stored lines of payout {key.payout_id} are not whole"
            raise DamagedPayoutError(message)
        return zlib.decompress(packed)

    def _put_parts(self, key: PayoutKey, plain: bytes) -> str:
        """Write a whole payout, or its history, in parts; the digest that names them."""
        packed = zlib.compress(plain, 6)
        whole = _digest(packed)
        for number, start in enumerate(range(0, len(packed), _MOST_IN_AN_ITEM)):
            item: dict[str, Any] = {
                "pk": {"S": _lines_pk(key)},
                "sk": {"S": f"{whole}#{number:04}"},
                "part": {"B": packed[start : start + _MOST_IN_AN_ITEM]},
            }
            self._client.put_item(TableName=self._table, Item=item)
        return whole

    def _query(self, pk: str, *, prefix: str = "") -> Iterator[dict[str, Any]]:
        condition, values = "pk = :pk", {":pk": {"S": pk}}
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
            yield from page["Items"]


def _item(key: PayoutKey, record: PayoutRecord, whole: str, history: str) -> dict[str, Any]:
    steps = [[step.status.value, step.at.astimezone(UTC).isoformat()] for step in record.steps]
    item: dict[str, Any] = {
        **_head_key(key),
        "head": {"B": encode_payout(replace(record.payout, lines=()))},
        "whole": {"S": whole},
        "version": {"N": str(record.version)},
        "steps": {"S": json.dumps(steps)},
        "content": {"S": record.content},
        "line_count": {"N": str(record.line_count)},
        "frozen": {"S": record.frozen},
        "conflict": {"S": record.conflict},
        "findings": {"S": to_json(record.findings)},
        "is_booked": {"BOOL": record.is_booked},
        "is_paid": {"BOOL": record.is_paid},
    }
    if history:
        item["history"] = {"S": history}
    if record.due_at is not None:
        item |= {"due_shard": {"S": _shard(key.tenant)}, "due_at": {"N": _millis(record.due_at)}}
    return item


def _record(tenant: str, item: dict[str, Any]) -> PayoutRecord:
    due_at = item.get("due_at", {}).get("N")
    steps = json.loads(item["steps"]["S"])
    return PayoutRecord(
        tenant=tenant,
        payout=decode_payout(bytes(item["head"]["B"])),
        steps=tuple(Step(PayoutStatus(name), datetime.fromisoformat(at)) for name, at in steps),
        content=item["content"]["S"],
        line_count=int(item["line_count"]["N"]),
        version=int(item["version"]["N"]),
        frozen=item["frozen"]["S"],
        conflict=item["conflict"]["S"],
        findings=from_json(item["findings"]["S"]),
        is_booked=item["is_booked"]["BOOL"],
        is_paid=item.get("is_paid", {}).get("BOOL", False),
        due_at=_EPOCH + timedelta(milliseconds=int(due_at)) if due_at else None,
    )


def _head_key(key: PayoutKey) -> dict[str, Any]:
    return {"pk": {"S": f"PAYOUTS#{key.tenant}#{key.store}"}, "sk": {"S": key.payout_id}}


def _lines_pk(key: PayoutKey) -> str:
    return f"PAYOUT#{key.tenant}#{key.store}#{key.payout_id}"


def _shard(tenant: str) -> str:
    return f"PAYOUT#{tenant}"


def _millis(instant: datetime) -> str:
    return str((instant - _EPOCH) // timedelta(milliseconds=1))


def _digest(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()
