"""The day book in DynamoDB: events and batches of a day in one partition of the orders table.

An event stands under `DAY#<tenant>#<store>#<currency>#<date>` and `EVENT#<event>`; beside the facts
of its order stands `ENTRY#<event>`, which says that it was entered, so that no event is ever in two
days. What edits of the order change of it are events of their own days, and named by the event
itself (`edits`); the note beside the facts has the digest of what they come to together. The day
itself is listed in `due-index` under `GL#<tenant>` while something is to be exported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from intacct.documents import JournalLine
from shared.gl.contents import Part
from shared.gl.day_edits_store import add_edit, amendment
from shared.gl.days import (
    BatchMovedError,
    Day,
    DayKey,
    EntryConflictError,
    KeptEntry,
    WithEdits,
)
from shared.gl.freezing import FROZEN_TOGETHER, freeze_together
from shared.gl.revisions import Batch, BatchState
from shared.gl.store_items import (
    AGENDA,
    BATCHES,
    ENTRY,
    EVENT,
    batch_of,
    batch_values,
    day_of,
    kept_entry,
    key_of,
    millis,
    packed_entry,
    part_item,
    part_of,
    part_prefix,
    results_text,
)
from shared.ledger.content import digest
from shared.postings.plan import DayEntry, Posted
from shared.tables import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOVED = ("st", "kind", "posted_on")


class DynamoDbDayBook:
    """Keeps `DayBook`'s promises in the orders table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        """`table` has the keys pk and sk and the sparse index `due-index`."""
        self._client = client
        self._table = table

    def entered(self, order_pk: str) -> dict[str, str]:
        """The events of an order that are in a day book, with the digest of their lines."""
        items = self._query(order_pk, prefix=ENTRY)
        return {item["sk"]["S"].removeprefix(ENTRY): item["digest"]["S"] for item in items}

    def enter(self, order_pk: str, tenant: str, entry: DayEntry, *, due_at: datetime) -> None:
        """Add one event to its day; the event first, then the agenda, then the note of its order.

        A crash in between leaves an event without note: entering it again finds it.

        Raises:
            EntryConflictError: it is there with other lines.
        """
        key = DayKey(tenant, entry.store, entry.currency, entry.ledger_on)
        lines = {"S": digest(entry.lines)}
        event = key_of(key.pk, f"{EVENT}{entry.event}")
        known = self._put_absent({**event, "entry": packed_entry(entry), "digest": lines})
        if known is not None and known["digest"] != lines:
            raise EntryConflictError(entry.event)
        self._list(key, due_at)
        note = {**key_of(order_pk, f"{ENTRY}{entry.event}"), "day": {"S": key.pk}}
        known = self._put_absent({**note, "digest": lines})
        if known is not None and known["day"]["S"] != key.pk:
            raise EntryConflictError(entry.event)

    def booked(self, order_pk: str, event: str) -> KeptEntry | None:
        """An event of an order as its day book has it, with its edits; None where it has not."""
        note = self._get(key_of(order_pk, f"{ENTRY}{event}"))
        item = self._get(key_of(note["day"]["S"], f"{EVENT}{event}")) if note else None
        return kept_entry(item) if item else None

    def add_edit(
        self,
        order_pk: str,
        tenant: str,
        known: KeptEntry,
        entry: DayEntry,
        *,
        told: Sequence[JournalLine],
        due_at: datetime,
    ) -> None:
        """Enter what an edit changes of an event that is entered, whole or not at all (R-11.6).

        Raises:
            BatchMovedError: the event, or what was added to it, is not as `known` says.
        """
        edited = known.entry
        day = DayKey(tenant, edited.store, edited.currency, edited.ledger_on)
        place = (order_pk, day.pk)
        add_edit(self._client, self._table, place, known, entry, told=told, due_at=due_at)

    def amend(
        self,
        order_pk: str,
        tenant: str,
        entry: DayEntry,
        *,
        due_at: datetime,
        key: DayKey | None = None,
        edited: WithEdits | None = None,
    ) -> None:
        """Give an event of its day other lines; the event first, then the note of its order.

        Raises:
            BatchMovedError: an export, or another correction, moved it meanwhile.
        """
        key = key or DayKey(tenant, entry.store, entry.currency, entry.ledger_on)
        event = key_of(key.pk, f"{EVENT}{entry.event}")
        known = self._get(event)
        if known is None:
            raise BatchMovedError
        lines = {"S": digest(entry.lines)}
        if known["digest"] != lines or kept_entry(known).entry.counts != entry.counts:
            self._update(event, *amendment(known, entry, edited.count if edited else 0))
        self._list(key, due_at)
        if not order_pk:
            return
        self._client.update_item(
            TableName=self._table,
            Key=key_of(order_pk, f"{ENTRY}{entry.event}"),
            UpdateExpression="SET #day = :day, digest = :digest",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={
                ":day": {"S": key.pk},
                ":digest": {"S": digest(edited.told)} if edited else lines,
            },
        )

    def correct(self, key: DayKey, *, by: str, through: str, due_at: datetime) -> None:
        """Note who has the lines of a day made anew, and through which event that was done."""
        if by:
            change = "SET corrected_by = :by, corrected_to = :to, "
            values = {":by": {"S": by}, ":to": {"S": through}}
            self._list(key, due_at, change=change, values=values)
            return
        self._client.update_item(
            TableName=self._table,
            Key=key_of(key.pk, AGENDA),
            UpdateExpression="REMOVE corrected_by, corrected_to",
        )

    def due(self, tenant: str, *, now: datetime) -> Sequence[DayKey]:
        """Days that are over and hold something that is not in the books; candidates only."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="due-index",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={
                ":shard": {"S": f"GL#{tenant}"},
                ":now": {"N": millis(now)},
            },
        )
        keys = {item["pk"]["S"] for page in pages for item in page["Items"]}
        return sorted(DayKey.parse(pk) for pk in keys)

    def head(self, key: DayKey) -> Day:
        """The batches of a day and how it stands on the agenda, without its events."""
        return day_of(key, self._query(key.pk, prefix=BATCHES))

    def read(self, key: DayKey) -> Day:
        """Everything of one day, for those who look into it."""
        return replace(self.head(key), entries=tuple(self.entries(key)))

    def entries(self, key: DayKey, *, after: str = "") -> Iterator[KeptEntry]:
        """All events of a day in the order of their names, page by page; those `after` one only."""
        items = self._query(key.pk, prefix=EVENT, after=f"{EVENT}{after}" if after else "")
        return (kept_entry(item) for item in items)

    def free(self, key: DayKey) -> Iterator[str]:
        """The names of the events that are in no batch, page by page."""
        for item in self._query(key.pk, prefix=EVENT, shown="sk, gl"):
            if "gl" not in item:
                yield item["sk"]["S"].removeprefix(EVENT)

    def open_batch(self, key: DayKey, batch: Batch) -> Batch:
        """A new batch to freeze events into; the known one where another export was faster.

        Raises:
            BatchMovedError: that batch is not open any more.
        """
        known = self._put_absent({**key_of(key.pk, batch.name), **batch_values(batch)})
        if known is None:
            return batch
        if known["st"]["S"] != BatchState.OPEN.value:
            raise BatchMovedError
        return batch_of(known)

    def freeze(self, key: DayKey, batch: Batch, events: Sequence[str]) -> None:
        """Put free events into an open batch; those that another export took are left alone.

        Raises:
            BatchMovedError: the batch is not open any more.
        """
        for start in range(0, len(events), FROZEN_TOGETHER):
            part = events[start : start + FROZEN_TOGETHER]
            freeze_together(self._client, self._table, key, batch, part)

    def seal(self, key: DayKey, batch: Batch, parts: Sequence[Part]) -> None:
        """Store the batch's membership and its lines for good.

        Raises:
            BatchMovedError: it is not open any more, or more was frozen into it than
                `batch.frozen` says.
        """
        for part in parts:
            self._client.put_item(TableName=self._table, Item=part_item(key, batch, part))
        if batch.replaces:
            self._update(
                key_of(key.pk, Batch(batch.replaces, BatchState.DONE).name),
                "SET replaced_by = :by",
                "st = :done",
                {":by": {"N": str(batch.sequence)}, ":done": {"S": BatchState.DONE.value}},
            )
        values = batch_values(batch)
        self._update(
            key_of(key.pk, batch.name),
            "SET " + ", ".join(f"{name} = :{name}" for name in values),
            "st = :open AND frozen = :frozen",
            {
                **{f":{name}": value for name, value in values.items()},
                ":open": {"S": BatchState.OPEN.value},
            },
        )

    def parts(self, key: DayKey, batch: Batch) -> tuple[Part, ...]:
        """The lines of a sealed batch, one part for each of its journals."""
        return tuple(part_of(item) for item in self._query(key.pk, prefix=part_prefix(batch)))

    def move(self, key: DayKey, known: Batch, wanted: Batch) -> None:
        """Change what a sealed batch will post, or set it aside.

        Raises:
            BatchMovedError: it is not as `known` says.
        """
        old, new = batch_values(known), batch_values(wanted)
        self._update(
            key_of(key.pk, known.name),
            "SET st = :st, kind = :kind, posted_on = :posted_on, takes_back = :takes_back",
            "st = :old_st AND kind = :old_kind AND posted_on = :old_posted_on AND frozen = :frozen",
            {
                ":frozen": old["frozen"],
                **{f":{name}": new[name] for name in (*_MOVED, "takes_back")},
                **{f":old_{name}": old[name] for name in _MOVED},
            },
        )

    def complete(self, key: DayKey, batch: Batch, results: Posted) -> None:
        """Record that the batch is in the books.

        Raises:
            BatchMovedError: it is not sealed.
        """
        values = {
            ":done": {"S": BatchState.DONE.value},
            ":results": {"S": results_text(results)},
            ":sealed": {"S": BatchState.SEALED.value},
        }
        self._update(
            key_of(key.pk, batch.name),
            "SET st = :done, results = :results",
            "st IN (:sealed, :done)",
            values,
        )

    def settle(self, day: Day, *, due_at: datetime | None = None) -> None:
        """Take the day off the agenda until then, unless something was entered since."""
        values = {":entered": {"N": str(day.entered)}}
        change = "REMOVE due_at, due_shard"
        if due_at is not None:
            change = "SET due_at = :at"
            values[":at"] = {"N": millis(due_at)}
        with suppress(BatchMovedError):
            self._update(key_of(day.key.pk, AGENDA), change, "entered = :entered", values)

    def _list(
        self,
        key: DayKey,
        due_at: datetime,
        *,
        change: str = "SET ",
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=key_of(key.pk, AGENDA),
            UpdateExpression=f"{change}due_at = :at, due_shard = :shard ADD entered :one",
            ExpressionAttributeValues={
                **(values or {}),
                ":at": {"N": millis(due_at)},
                ":shard": {"S": key.due_shard},
                ":one": {"N": "1"},
            },
        )

    def _get(self, key: dict[str, Any]) -> Mapping[str, Any] | None:
        found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return found.get("Item")

    def _query(
        self, pk: str, *, prefix: str, after: str = "", shown: str = ""
    ) -> Iterator[dict[str, Any]]:
        """The items whose sort key begins with the prefix, those `after` one only."""
        bound = ":after" if after else ":prefix"
        condition = "sk > :after" if after else "begins_with(sk, :prefix)"
        more: dict[str, Any] = {"ProjectionExpression": shown} if shown else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression=f"pk = :pk AND {condition}",
            ExpressionAttributeValues={":pk": {"S": pk}, bound: {"S": after or prefix}},
            **more,
        )
        for page in pages:
            for item in page["Items"]:
                if not item["sk"]["S"].startswith(prefix):
                    return
                yield item

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
            if not condition_failed(error):
                raise
            response: Mapping[str, Any] = error.response
            known: Mapping[str, Any] = response["Item"]
            return known
        return None

    def _update(
        self, key: dict[str, Any], change: str, condition: str, values: dict[str, Any]
    ) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            raise BatchMovedError from None
