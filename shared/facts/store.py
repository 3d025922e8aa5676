"""The facts of orders in DynamoDB: one item per order, compressed, written conditionally.

The item is the order's agenda as well: `due_shard` and `due_at` (milliseconds since 1970) stand in
the sparse `due-index` as long as something is to be done with it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from commerce.codec import decode, encode
from commerce.money import Money
from commerce.orders import Facts
from shared.facts.receipts import ReceiptSource
from shared.facts.record import (
    DueOrder,
    FactsRecord,
    FactsStatus,
    StaleFactsError,
    UndoRequest,
    due_shard,
)
from shared.postings.fates import Fate
from shared.reviews.findings import from_json, to_json
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SORT_KEY = "FACTS"


class DynamoDbFactsStore:
    """Keeps facts in the orders table under `ORD#<tenant>#<store>#<order>` and `FACTS`."""

    def __init__(self, client: DynamoDBClient, table: str, *, new_id: Callable[[], str]) -> None:
        """`new_id` names each write attempt: so a write whose answer was lost is recognised."""
        self._client = client
        self._table = table
        self._new_id = new_id

    def load(self, pk: str) -> FactsRecord | None:
        """The order's record by a consistent read, or None."""
        answer = self._client.get_item(TableName=self._table, Key=_key(pk), ConsistentRead=True)
        item = answer.get("Item")
        return facts_record(item) if item else None

    def save(self, record: FactsRecord) -> FactsRecord:
        """Store what was changed in a loaded (or new) record; the record with its new version.

        Raises:
            StaleFactsError: the stored version is not `record.version` any more.
        """
        saved = replace(record, version=record.version + 1)
        owner = self._new_id()
        condition = "facts_version = :read" if record.version else "attribute_not_exists(pk)"
        values = {":read": {"N": str(record.version)}} if record.version else None
        item = {**_item(saved), "owner": {"S": owner}}
        arguments: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=condition,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **arguments,
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            stored: dict[str, Any] = dict(exc.response).get("Item") or {}  # type: ignore[assignment]
            if stored.get("owner") == {"S": owner}:
                return saved
            message = f"the facts of {record.pk} were changed by somebody else"
            raise StaleFactsError(message) from None
        return saved

    def schedule(self, pk: str, *, version: int, due_at: datetime | None) -> bool:
        """Set when to look again, or None for never; False if newer facts came meanwhile."""
        values: dict[str, Any] = {":version": {"N": str(version)}}
        if due_at is None:
            change = "REMOVE due_at, due_shard"
        else:
            change = "SET due_at = :due_at, due_shard = :shard"
            values |= {":due_at": {"N": str(_millis(due_at))}, ":shard": {"S": str(due_shard(pk))}}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(pk),
                UpdateExpression=change,
                ConditionExpression="facts_version = :version",
                ExpressionAttributeValues=values,
            )
        except ClientError as exc:
            if not condition_failed(exc):
                raise
            return False
        return True

    def due(self, shard: int, *, now: datetime, limit: int = 100) -> Sequence[DueOrder]:
        """Orders of that shard whose time has come, the oldest first; eventually consistent."""
        answer = self._client.query(
            TableName=self._table,
            IndexName="due-index",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={
                ":shard": {"S": str(shard)},
                ":now": {"N": str(_millis(now))},
            },
            Limit=limit,
        )
        found = (
            (item["pk"]["S"], item["sk"]["S"], item["due_at"]["N"]) for item in answer["Items"]
        )
        return [DueOrder(pk, _instant(at)) for pk, sk, at in found if sk == _SORT_KEY]


def facts_record(item: dict[str, Any]) -> FactsRecord:
    """The record in a stored `FACTS` item, for readers that query an order's whole partition.

    Raises:
        CodecError: the stored facts are damaged or of a newer schema.
    """
    due_at = item.get("due_at", {}).get("N")
    return FactsRecord(
        pk=item["pk"]["S"],
        known=_unpacked(bytes(item["facts"]["B"])),
        version=int(item["facts_version"]["N"]),
        status=FactsStatus(item["status"]["S"]),
        findings=from_json(item.get("findings", {}).get("S", "")),
        unread=from_json(item.get("unread", {}).get("S", "")),
        receipts=ReceiptSource(item.get("receipts", {}).get("S", "")),
        customer=item.get("customer", {}).get("S", ""),
        configured=int(item.get("configured", {}).get("N", "0")),
        due_at=_instant(due_at) if due_at else None,
        sources=_sources(item),
        revision=int(item.get("revision", {}).get("N", "0")),
        undo=_undo(item),
        fees=_fees(item),
        fates=_fates(item),
        charges=_charges(item),
    )


@lru_cache(maxsize=32)
def _unpacked(packed: bytes) -> Facts:
    """The facts in these very bytes: one batch often reads the same order several times."""
    return decode(zlib.decompress(packed))


def _item(record: FactsRecord) -> dict[str, Any]:
    item: dict[str, Any] = {
        **_key(record.pk),
        "facts": {"B": zlib.compress(encode(record.known), 6)},
        "facts_version": {"N": str(record.version)},
        "status": {"S": record.status.value},
    }
    texts = {
        "findings": to_json(record.findings) if record.findings else "",
        "unread": to_json(record.unread) if record.unread else "",
        "receipts": record.receipts.value,
        "customer": record.customer,
    }
    item |= {name: {"S": text} for name, text in texts.items() if text}
    if record.sources:
        item["sources"] = {"B": zlib.compress("\n".join(record.sources).encode(), 6)}
    if record.configured:
        item["configured"] = {"N": str(record.configured)}
    if record.revision:
        item["revision"] = {"N": str(record.revision)}
    item |= {
        name: {"M": {key: {"S": text} for key, text in told.items()}}
        for name, told in _maps(record).items()
        if told
    }
    if record.undo is not None:
        open_from = record.undo.open_from
        item["undo_by"] = {"S": record.undo.by}
        item["undo_from"] = {"S": open_from.isoformat() if open_from else ""}
        if record.undo.gone:
            item["undo_gone"] = {"L": [{"S": key} for key in record.undo.gone]}
        if record.undo.is_redone:
            item["undo_redo"] = {"BOOL": True}
    if record.due_at is not None:
        item["due_at"] = {"N": str(_millis(record.due_at))}
        item["due_shard"] = {"S": str(due_shard(record.pk))}
    return item


def _sources(item: dict[str, Any]) -> tuple[str, ...]:
    packed = item.get("sources", {}).get("B")
    return tuple(zlib.decompress(bytes(packed)).decode().split("\n")) if packed else ()


def _maps(record: FactsRecord) -> dict[str, dict[str, str]]:
    """What was settled or said of single parts of the order, as text by name."""
    return {
        "fees": {name: f"{fee.plain()} {fee.currency}" for name, fee in record.fees.items()},
        "charges": dict(record.charges),
        "fates": {name: fate.value for name, fate in record.fates.items()},
    }


def _fates(item: dict[str, Any]) -> dict[str, Fate]:
    told = item.get("fates", {}).get("M", {})
    return {name: Fate(value["S"]) for name, value in told.items()}


def _fees(item: dict[str, Any]) -> dict[str, Money]:
    told = item.get("fees", {}).get("M", {})
    return {name: Money.of(*fee["S"].split(" ")) for name, fee in told.items()}


def _charges(item: dict[str, Any]) -> dict[str, str]:
    return {name: told["S"] for name, told in item.get("charges", {}).get("M", {}).items()}


def _undo(item: dict[str, Any]) -> UndoRequest | None:
    if "undo_by" not in item:
        return None
    open_from = item.get("undo_from", {}).get("S", "")
    return UndoRequest(
        by=item["undo_by"]["S"],
        open_from=date.fromisoformat(open_from) if open_from else None,
        gone=tuple(key["S"] for key in item.get("undo_gone", {}).get("L", [])),
        is_redone=item.get("undo_redo", {}).get("BOOL", False),
    )


def _key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": _SORT_KEY}}


def _millis(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _instant(millis: str) -> datetime:
    return datetime.fromtimestamp(int(millis) / 1000, UTC)
