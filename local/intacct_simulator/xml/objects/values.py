"""Reads fields out of the books' records: along references, through computed values, as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.nodes import show_day, show_instant, show_number, show_truth
from local.intacct_simulator.xml.objects.countries import name_of
from local.intacct_simulator.xml.objects.model import Field, Kind, XmlObject
from local.intacct_simulator.xml.objects.registry import OBJECTS, of_table

# References that every record or some documents carry without the catalog listing them.
_REFERENCES = {
    "entity": "location",
    "created_by": "user",
    "modified_by": "user",
    "sales_document": "sales_document",
    "ar_invoice": "ar_invoice",
    "ar_adjustment": "ar_adjustment",
}


@dataclass(frozen=True)
class Column:
    """A selected field: its full name, the references to follow first, and the field there."""

    name: str
    hops: tuple[tuple[str, str], ...]
    table: str
    field: Field


def column(described: XmlObject, name: str) -> Column | None:
    """Find a field by name, over relations where the name is a dot path (§9.4); None if unknown."""
    upper = name.strip().upper()
    own = described.fields.get(upper)
    if own is not None:
        return Column(own.name, (), described.table, own)
    head, dot, rest = upper.partition(".")
    relation = described.relations.get(head)
    if not dot or relation is None:
        return None
    target = OBJECTS[relation.object]
    inner = column(target, rest)
    if inner is None:
        return None
    hop = (described.table, relation.path)
    return Column(upper, (hop, *inner.hops), inner.table, inner.field)


def columns(described: XmlObject) -> list[Column]:
    """All own fields of an object, as `*` and an absent field list mean."""
    return [Column(field.name, (), described.table, field) for field in described.fields.values()]


class Values:
    """Looks values up for one set of books."""

    def __init__(self, books: Any) -> None:
        self._books = books

    def raw(self, wanted: Column, record: Record) -> Any:
        """Give the stored value of a field, None when there is none."""
        for table, path in wanted.hops:
            found = self._follow(table, record, path.split("."))
            if found is None:
                return None
            record = found
        return self._at(wanted.table, record, wanted.field.path)

    def text(self, wanted: Column, record: Record) -> str:
        """Give the value of a field as answers carry it."""
        return show(wanted.field, self.raw(wanted, record))

    def _at(self, table: str, record: Record, path: str) -> Any:
        if not path:
            return None
        group, _, own = path.partition(":")
        if own:
            kept = "custom" if group == "custom" else "custom_dimensions"
            return (record.get(kept) or {}).get(own)
        if path.startswith("~"):
            return self._books.derived(table, record).get(path[1:])
        if path.startswith("@"):
            return _COMPUTED[path[1:]](self._books, record)
        *hops, last = path.split(".")
        found = self._follow(table, record, hops) if hops else record
        return None if found is None else found.get(last)

    def _follow(self, table: str, record: Record, hops: list[str]) -> Record | None:
        for hop in hops:
            key = record.get(hop)
            target = target_of(table, hop)
            found = self._books.get(target, key) if target and isinstance(key, int) else None
            if found is None:
                return None
            table, record = target, found
        return record


def target_of(table: str, field: str) -> str:
    """Name the table that a reference field points into, empty when it is no reference."""
    if field == "parent" and TYPES[table].parent_type:
        return TYPES[table].parent_type
    return TYPES[table].references.get(field, _REFERENCES.get(field, ""))


def show(field: Field, raw: Any) -> str:
    """Write a value as answers carry it; enumerations by label."""
    if raw is None or raw == "":
        return ""
    if field.kind is Kind.WORD:
        return field.words.get(str(raw), (str(raw), ""))[0]
    if field.kind is Kind.TRUTH or isinstance(raw, bool):
        return show_truth(raw)
    if isinstance(raw, datetime):
        return show_instant(raw) if field.kind is Kind.INSTANT else show_day(raw.date())
    if isinstance(raw, date):
        return show_day(raw)
    return show_number(raw) if isinstance(raw, Decimal) else str(raw)


def flat_json(rows: list[dict[str, str]]) -> bytes:
    """Rows as the json format carries them: an array of flat objects, all values text (§9.4)."""
    return json.dumps(rows).encode()


def _sub_ledger_key(_books: Any, record: Record) -> Any:
    return record.get("ar_invoice") or record.get("ar_adjustment")


def _audit_object(record: Record) -> XmlObject | None:
    return of_table(str(record.get("object_name")))


def _audit_type(_books: Any, record: Record) -> str:
    described = _audit_object(record)
    return (described.name if described else str(record.get("object_name"))).lower()


def _audit_key(_books: Any, record: Record) -> Any:
    """RECORDNO for documents, the natural id for master data (§11.3)."""
    described = _audit_object(record)
    natural = described is not None and TYPES[described.table].natural_id
    is_document = described is not None and bool(described.lines) and described.table != "item"
    is_master = natural and not is_document
    return record.get("object_id") if is_master else record.get("object_key")


def _ledger_amount(record: Record) -> Decimal:
    return Decimal(record.get("amount") or 0)


def _payment_number(_books: Any, record: Record) -> str:
    return str(record["key"])


_COMPUTED: Mapping[str, Callable[[Any, Record], Any]] = {
    "customer_entity": lambda _books, record: f"C{record['id']}",
    "country": lambda _books, record: name_of(str(record.get("country") or "")),
    "country_code": lambda _books, record: record.get("country"),
    "unit_group": lambda _books, record: record.get("unit_group") or record.get("unit"),
    "is_closed": lambda _books, record: record.get("state") in ("closed", "converted"),
    "sub_ledger_key": _sub_ledger_key,
    "type_of_invoice": lambda _books, _record: "ri",
    "type_of_adjustment": lambda _books, _record: "ra",
    "payment_number": _payment_number,
    "ledger_side": lambda _books, record: "1" if _ledger_amount(record) >= 0 else "-1",
    "ledger_amount": lambda _books, record: abs(_ledger_amount(record)),
    "ledger_txn_amount": lambda _books, record: abs(Decimal(record.get("txn_amount") or 0)),
    "ledger_debit": lambda _books, record: max(_ledger_amount(record), Decimal(0)),
    "ledger_credit": lambda _books, record: max(-_ledger_amount(record), Decimal(0)),
    "rights": lambda _books, record: "|".join(str(one).title() for one in record["rights"]),
    "on_hand": lambda _books, _record: "ONHAND",
    "book": lambda _books, _record: "ACCRUAL",
    "audit_type": _audit_type,
    "audit_key": _audit_key,
    "web_services_only": lambda _books, record: bool(record.get("is_web_services_only")),
}
