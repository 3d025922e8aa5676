"""How events change in DynamoDB that are entered: by edits beside them, or made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from intacct.documents import JournalLine
from shared.gl.days import BatchMovedError, DayKey, KeptEntry
from shared.gl.store_items import AGENDA, ENTRY, EVENT, key_of, millis, packed_entry
from shared.ledger.content import digest
from shared.postings.plan import DayEntry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CANCELED = "TransactionCanceledException"


def add_edit(
    client: DynamoDBClient,
    table: str,
    place: tuple[str, str],
    known: KeptEntry,
    entry: DayEntry,
    *,
    told: Sequence[JournalLine],
    due_at: datetime,
) -> None:
    """Keep `DayBook.add_edit`'s promise; `place` is the order's partition and the edited event's.

    Raises:
        BatchMovedError: the event, or what was added to it, is not as `known` says.
    """
    order_pk, day_pk = place
    tenant = DayKey.parse(day_pk).tenant
    key = DayKey(tenant, entry.store, entry.currency, entry.ledger_on)
    added = {
        **key_of(key.pk, f"{EVENT}{entry.event}"),
        "entry": packed_entry(entry),
        "digest": {"S": digest(entry.lines)},
    }
    noted = {
        "TableName": table,
        "Key": key_of(order_pk, f"{ENTRY}{known.entry.event}"),
        "UpdateExpression": "SET digest = :digest",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeValues": {":digest": {"S": digest(tuple(told))}},
    }
    absent = {"TableName": table, "Item": added, "ConditionExpression": "attribute_not_exists(pk)"}
    writes: list[Any] = [
        {"Put": absent},
        {"Update": _edited(table, day_pk, known, entry)},
        {"Update": noted},
        {"Update": _listed(table, key, due_at)},
    ]
    try:
        client.transact_write_items(TransactItems=writes)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != _CANCELED:
            raise
        raise BatchMovedError from None


def _edited(table: str, day_pk: str, known: KeptEntry, entry: DayEntry) -> dict[str, Any]:
    """The event with one more edit, if it and its edits are as known."""
    return {
        "TableName": table,
        "Key": key_of(day_pk, f"{EVENT}{known.entry.event}"),
        "UpdateExpression": "SET edits = list_append(if_not_exists(edits, :none), :edit)",
        "ConditionExpression": f"digest = :digest AND {_has_edits(len(known.edits))}",
        "ExpressionAttributeValues": {
            ":none": {"L": []},
            ":edit": {"L": [packed_entry(entry)]},
            ":digest": {"S": digest(known.entry.lines)},
            **_edits_values(len(known.edits)),
        },
    }


def amendment(
    known: Mapping[str, Any], entry: DayEntry, edits: int
) -> tuple[str, str, dict[str, Any]]:
    """New lines for an event: those of a batch are kept beside them, and it is free again.

    Returns:
        The change, its condition and the values of both; `edits` stand beside the event.
    """
    values = {
        **_edits_values(edits),
        ":entry": packed_entry(entry),
        ":digest": {"S": digest(entry.lines)},
        ":known": known["digest"],
    }
    if "gl" not in known:
        change = "SET entry = :entry, digest = :digest"
        free = "digest = :known AND attribute_not_exists(gl)"
        return change, f"{free} AND {_has_edits(edits)}", values
    values |= {
        ":none": {"L": []},
        ":older": {"L": [{"M": {"gl": known["gl"], "entry": known["entry"]}}]},
        ":gl": known["gl"],
    }
    change = (
        "SET entry = :entry, digest = :digest, "
        "older = list_append(if_not_exists(older, :none), :older) REMOVE gl"
    )
    return change, f"digest = :known AND gl = :gl AND {_has_edits(edits)}", values


def _has_edits(count: int) -> str:
    """The condition that so many edits stand beside an event."""
    return "size(edits) = :edits" if count else "attribute_not_exists(edits)"


def _edits_values(count: int) -> Mapping[str, Any]:
    """The values of that condition."""
    return {":edits": {"N": str(count)}} if count else {}


def _listed(table: str, key: DayKey, due_at: datetime) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": key_of(key.pk, AGENDA),
        "UpdateExpression": "SET due_at = :at, due_shard = :shard ADD entered :one",
        "ExpressionAttributeValues": {
            ":at": {"N": millis(due_at)},
            ":shard": {"S": key.due_shard},
            ":one": {"N": "1"},
        },
    }
