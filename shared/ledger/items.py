"""Ledger records as DynamoDB items, under the attribute names of reliability §3.1.

Instants are numbers of milliseconds since 1970: the conditions compare them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANTS = ("lease_until", "sent_at", "settle_at", "due_at")
_NUMBERS = ("fence", "epoch", "attempts", "resends")


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
    members = ((field.name, getattr(record, field.name)) for field in fields(record))
    item = {name_of(name): to_value(value) for name, value in members if value not in (None, "")}
    return {**item, "schema": {"N": str(SCHEMA)}}


def from_item(item: Mapping[str, Any]) -> Record:
    """The record that an item holds; attributes this version does not know are passed over."""
    values: dict[str, Any] = {}
    for field in fields(Record):
        attribute = item.get(name_of(field.name))
        if attribute is not None:
            values[field.name] = _value(field.name, attribute)
    return Record(**values)


def _value(field: str, attribute: Mapping[str, Any]) -> Any:
    if field in _INSTANTS:
        return instant(int(attribute["N"]))
    if field in _NUMBERS:
        return int(attribute["N"])
    if field == "history":
        return tuple(part["S"] for part in attribute["L"])
    if field == "state":
        return State(attribute["S"])
    if field == "result":
        return _result(attribute["S"])
    return attribute["S"]


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
