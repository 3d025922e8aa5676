"""Ledger records as DynamoDB items, under the attribute names of reliability §3.1.

Instants are numbers of milliseconds since 1970: the conditions compare them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from commerce.money import Money
from intacct.documents import DocumentResult
from shared.ledger.records import Record, State

SCHEMA = 1
"""The shape of an item; readers accept this and the one before (reliability F27)."""

_NAMES = {
    "key": "sk",
    "state": "st",
    "owner": "own",
    "lease_until": "lease",
    "document_number": "doc_no",
    "control_id": "controlid",
    "content_hash": "req_hash",
    "attempts": "att",
    "resends": "rearmed",
    "result": "erp_doc",
    "history": "hist",
}
_Reader = Callable[[Mapping[str, Any]], Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def name_of(field: str) -> str:
    """The attribute that holds this field of `Record`."""
    return _NAMES.get(field, field)


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant(number: int) -> datetime:
    """The instant of so many milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=number)


def to_value(value: Any) -> dict[str, Any]:
    """A field's value as DynamoDB takes it."""
    match value:
        case datetime():
            return {"N": str(milliseconds(value))}
        case int():
            return {"N": str(value)}
        case tuple():
            return {"L": [{"S": part} for part in value]}
        case DocumentResult():
            return {"S": _result_text(value)}
        case _:
            return {"S": str(value)}


def to_item(record: Record) -> dict[str, Any]:
    """The whole record; what is empty is left out, which keeps items small."""
    members = ((attribute, getattr(record, name)) for name, attribute, _ in _MEMBERS)
    item = {name: to_value(value) for name, value in members if value not in (None, "")}
    return {**item, "schema": {"N": str(SCHEMA)}}


def from_item(item: Mapping[str, Any]) -> Record:
    """The record that an item holds; attributes this version does not know are passed over."""
    values: dict[str, Any] = {}
    for name, attribute, read in _MEMBERS:
        value = item.get(attribute)
        if value is not None:
            values[name] = read(value)
    return Record(**values)


def _result_text(result: DocumentResult) -> str:
    members: dict[str, str] = {"key": result.key}
    for name in ("id", "state", "invoice_key"):
        if getattr(result, name):
            members[name] = getattr(result, name)
    if result.total is not None:
        members["total"] = f"{result.total.amount} {result.total.currency}"
    return json.dumps(members, separators=(",", ":"))


def _result(text: str) -> DocumentResult:
    members = json.loads(text)
    total = members.pop("total", "")
    amount, _, currency = total.partition(" ")
    return DocumentResult(**members, total=Money.of(amount, currency) if total else None)


def _read_text(attribute: Mapping[str, Any]) -> str:
    return str(attribute["S"])


def _read_number(attribute: Mapping[str, Any]) -> int:
    return int(attribute["N"])


def _read_instant(attribute: Mapping[str, Any]) -> datetime:
    return instant(int(attribute["N"]))


_READERS: Mapping[str, _Reader] = {
    **dict.fromkeys(("lease_until", "sent_at", "settle_at", "due_at"), _read_instant),
    "dated_on": lambda attribute: date.fromisoformat(attribute["S"]),
    **dict.fromkeys(("fence", "epoch", "attempts", "resends"), _read_number),
    "history": lambda attribute: tuple(part["S"] for part in attribute["L"]),
    "state": lambda attribute: State(attribute["S"]),
    "result": lambda attribute: _result(attribute["S"]),
}
_MEMBERS: Sequence[tuple[str, str, _Reader]] = tuple(
    (field.name, name_of(field.name), _READERS.get(field.name, _read_text))
    for field in fields(Record)
)
"""Each field of a record, the attribute that holds it, and how that is read."""
