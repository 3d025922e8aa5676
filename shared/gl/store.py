"""The day book in DynamoDB: events and batches of a day in one partition of the orders table.

An event stands under `DAY#<tenant>#<store>#<currency>#<date>` and `EVENT#<event>`; beside the facts
of its order stands `ENTRY#<event>`, which says that it was entered, so that no event is ever in two
days. Free events and unfinished batches are listed in `due-index` under `GL#<tenant>`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from intacct.documents import DocumentResult
from shared.gl.days import (
    Batch,
    BatchMovedError,
    BatchState,
    Day,
    DayKey,
    EntryConflictError,
    KeptEntry,
)
from shared.ledger.content import digest
from shared.postings.plan import DayEntry, Posted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EVENT, _ENTRY, _BATCH = "EVENT#", "ENTRY#", "BATCH#"
_MOST_IN_A_TRANSACTION = 100
_CONDITION_FAILED = "ConditionalCheckFailedException"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DynamoDbDayBook:
    """Keeps `DayBook`'s promises in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk and the sparse index `due-index`."""
        self._client = client
        self._table = table

    def entered(self, order_pk: str) -> dict[str, str]:
        """The events of an order that are in a day book, with the digest of their lines."""
        items = self._query(order_pk, prefix=_ENTRY)
        return {item["sk"]["S"].removeprefix(_ENTRY): item["digest"]["S"] for item in items}

    def enter(self, order_pk: str, tenant: str, entry: DayEntry, *, due_at: datetime) -> None:
        """Add one event to its day; the event first, then the note beside its order.

        A crash between the two leaves an event without note: entering it again finds it.

        Raises:
            EntryConflictError: it is there with other lines.
        """
        key = DayKey(tenant, entry.store, entry.currency, entry.ledger_on)
        lines = digest(entry.lines)
        item = {
            **_key(key.pk, f"{_EVENT}{entry.event}"),
            "entry": {"B": zlib.compress(_adapter().dump_json(entry), 6)},
            "digest": {"S": lines},
            **_listed(tenant, due_at),
        }
        known = self._put_absent(item)
        if known is not None and known["digest"]["S"] != lines:
            raise EntryConflictError(entry.event)
        note = {**_key(order_pk, f"{_ENTRY}{entry.event}"), "day": {"S": key.pk}}
        known = self._put_absent({**note, "digest": {"S": lines}})
        if known is not None and known["day"]["S"] != key.pk:
            raise EntryConflictError(entry.event)

    def due(self, tenant: str, *, now: datetime) -> Sequence[DayKey]:
        """Days that are over and hold something that is not in the books; candidates only."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="due-index",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={
                ":shard": {"S": f"GL#{tenant}"},
                ":now": {"N": _millis(now)},
            },
        )
        keys = {item["pk"]["S"] for page in pages for item in page["Items"]}
        return sorted(DayKey.parse(pk) for pk in keys)

    def read(self, key: DayKey) -> Day:
        """Everything of one day, by a consistent read."""
        entries, batches = [], []
        for item in self._query(key.pk):
            if item["sk"]["S"].startswith(_EVENT):
                entries.append(_kept(item))
            else:
                batches.append(_batch(item))
        return Day(key, tuple(entries), tuple(batches))

    def open_batch(self, key: DayKey, sequence: int, *, due_at: datetime) -> Batch:
        """A new batch to freeze events into; the known one where another export was faster.

        Raises:
            BatchMovedError: that batch is sealed already.
        """
        batch = Batch(sequence, BatchState.OPEN)
        known = self._put_absent(
            {
                **_key(key.pk, batch.name),
                "st": {"S": BatchState.OPEN.value},
                **_listed(key.tenant, due_at),
            }
        )
        if known is not None and known["st"]["S"] != BatchState.OPEN.value:
            raise BatchMovedError
        return batch

    def freeze(self, key: DayKey, batch: Batch, entries: Sequence[DayEntry]) -> None:
        """Put free events into an open batch; those that another batch took are left alone."""
        for start in range(0, len(entries), _MOST_IN_A_TRANSACTION):
            part = entries[start : start + _MOST_IN_A_TRANSACTION]
            writes: list[Any] = [{"Update": self._freezing(key, batch, e.event)} for e in part]
            try:
                self._client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                if _code(error) != "TransactionCanceledException":
                    raise
                self._freeze_singly(writes)

    def seal(self, key: DayKey, batch: Batch) -> None:
        """Store the batch's membership for good.

        Raises:
            BatchMovedError: it is not open any more.
        """
        values = {
            ":sealed": {"S": BatchState.SEALED.value},
            ":members": {"N": str(batch.members)},
            ":hash": {"S": batch.membership_hash},
            ":debits": {"S": batch.debits},
            ":open": {"S": BatchState.OPEN.value},
        }
        self._move(
            key,
            batch,
            "SET st = :sealed, members = :members, membership_hash = :hash, debits = :debits",
            "st = :open",
            values,
        )

    def complete(self, key: DayKey, batch: Batch, results: Posted) -> None:
        """Record that the batch is in the books; it is not listed as due any more."""
        texts = {name: {"key": result.key, "id": result.id} for name, result in results.items()}
        values = {
            ":done": {"S": BatchState.DONE.value},
            ":results": {"S": json.dumps(texts, sort_keys=True)},
            ":sealed": {"S": BatchState.SEALED.value},
        }
        self._move(
            key,
            batch,
            "SET st = :done, results = :results REMOVE due_at, due_shard",
            "st IN (:sealed, :done)",
            values,
        )

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

    def _put_absent(self, item: dict[str, Any]) -> Mapping[str, Any] | None:
        """Put the item where there is none; else the item that is there."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if _code(error) != _CONDITION_FAILED:
                raise
            response: Mapping[str, Any] = error.response
            known: Mapping[str, Any] = response["Item"]
            return known
        return None

    def _freezing(self, key: DayKey, batch: Batch, event: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": _key(key.pk, f"{_EVENT}{event}"),
            "UpdateExpression": "SET gl = :batch REMOVE due_at, due_shard",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(gl)",
            "ExpressionAttributeValues": {":batch": {"S": batch.name}},
        }

    def _freeze_singly(self, writes: Sequence[Mapping[str, Any]]) -> None:
        """One of them was taken meanwhile: freeze the others one by one."""
        for write in writes:
            try:
                self._client.update_item(**write["Update"])
            except ClientError as error:
                if _code(error) != _CONDITION_FAILED:
                    raise

    def _move(
        self, key: DayKey, batch: Batch, change: str, condition: str, values: dict[str, Any]
    ) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(key.pk, batch.name),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if _code(error) != _CONDITION_FAILED:
                raise
            raise BatchMovedError from None


@cache
def _adapter() -> TypeAdapter[DayEntry]:
    return TypeAdapter(DayEntry)


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _listed(tenant: str, due_at: datetime) -> dict[str, Any]:
    return {"due_shard": {"S": f"GL#{tenant}"}, "due_at": {"N": _millis(due_at)}}


def _millis(instant: datetime) -> str:
    return str((instant - _EPOCH) // timedelta(milliseconds=1))


def _kept(item: Mapping[str, Any]) -> KeptEntry:
    entry = _adapter().validate_json(zlib.decompress(bytes(item["entry"]["B"])))
    return KeptEntry(entry, item.get("gl", {}).get("S", ""))


def _batch(item: Mapping[str, Any]) -> Batch:
    batch = Batch(int(item["sk"]["S"].removeprefix(_BATCH)), BatchState(item["st"]["S"]))
    if batch.state is BatchState.OPEN:
        return batch
    batch = replace(
        batch,
        members=int(item["members"]["N"]),
        membership_hash=item["membership_hash"]["S"],
        debits=item["debits"]["S"],
    )
    if "results" not in item:
        return batch
    texts = json.loads(item["results"]["S"])
    return replace(batch, results={key: DocumentResult(**text) for key, text in texts.items()})


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
