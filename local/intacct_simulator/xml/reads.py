"""The read family: read, readByName, readByQuery, readMore (§9.2, §9.3)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.nodes import Node, make, put, text_of
from local.intacct_simulator.xml.objects.company_objects import extended
from local.intacct_simulator.xml.objects.model import XmlObject
from local.intacct_simulator.xml.objects.registry import OBJECTS
from local.intacct_simulator.xml.objects.values import (
    Column,
    Values,
    column,
    columns,
    flat_json,
)
from local.intacct_simulator.xml.query import csv_body, find_object
from local.intacct_simulator.xml.statements import compiled

KEYS_MAX = 100
PAGE_SIZE = 100
PAGE_SIZE_MAX = 1000
# Dot paths that `read` answers as nested elements are answered flat by `query`.
_NESTED = ("MAILADDRESS", "TAXGROUP")


@dataclass
class ResultSet:
    """What a `readByQuery` found, pinned for its `readMore` calls."""

    described: XmlObject
    columns: list[Column]
    keys: list[int]
    size: int
    position: int = 0


def read(call: Call) -> Outcome:
    """Answer records by record number, with their lines; a missing key is one row fewer."""
    return _by_keys(call, by_name=False)


def read_by_name(call: Call) -> Outcome:
    """Answer records by their natural id."""
    return _by_keys(call, by_name=True)


def _by_keys(call: Call, *, by_name: bool) -> Outcome:
    described = _described(call)
    wanted = _fields(described, text_of(call.node, "fields"))
    keys = [key.strip() for key in text_of(call.node, "keys").split(",") if key.strip()]
    if not keys or len(keys) > KEYS_MAX:
        raise FunctionError(Fault("DL02000001", f"keys must name 1 to {KEYS_MAX} records."))
    with_lines = wanted is None
    chosen = wanted if wanted is not None else columns(described)
    seen = call.select(described, private=True)
    by = {_key_of(described, row, by_name=by_name): row for row in seen}
    found = [by[key] for key in keys if key in by]
    if _format(call.node) != "xml":
        return _flat(call, found, chosen)
    rows = [_row(call, described, row, chosen, described.name) for row in found]
    if with_lines:
        for node, row in zip(rows, found, strict=True):
            _add_lines(call, described, row, node)
    return Outcome(
        rows=tuple(rows), attributes={"listtype": described.name, "count": str(len(rows))}
    )


def _key_of(described: XmlObject, row: Record, *, by_name: bool) -> str:
    if not by_name or described.id_field == "RECORDNO":
        return str(row["key"])
    return str(row.get("id") or row["key"])


def read_by_query(call: Call) -> Outcome:
    """Answer the first page of a pinned result; `readMore` goes on with it."""
    described = _described(call)
    wanted = _fields(described, text_of(call.node, "fields"))
    try:
        size = int(text_of(call.node, "pagesize") or PAGE_SIZE)
    except ValueError:
        size = 0
    if not 1 <= size <= PAGE_SIZE_MAX:
        raise FunctionError(Fault("DL02000001", f"pagesize must be 1 to {PAGE_SIZE_MAX}."))
    test = compiled(text_of(call.node, "query"), described, call.values)
    keys = [row["key"] for row in call.select(described) if test(row)]
    found = ResultSet(described, wanted or columns(described), keys, size)
    result_id = f"{next(_RESULT_IDS)}"
    call.result_sets[result_id] = found
    call.result_sets[_latest(call, described.name)] = result_id
    return _page(call, found, result_id)


def read_more(call: Call) -> Outcome:
    """Answer the next page of a result; past its end there are no rows (§17 no. 5)."""
    result_id = text_of(call.node, "resultId")
    if not result_id:
        name = text_of(call.node, "object").upper()
        result_id = str(call.result_sets.get(_latest(call, name), ""))
    found = call.result_sets.get(result_id)
    if not isinstance(found, ResultSet):
        raise FunctionError(Fault("DL02000001", "There is no such result to read more of."))
    call.require(found.described.table, "list")
    return _page(call, found, result_id)


_RESULT_IDS = itertools.count(7000001)


def _latest(call: Call, name: str) -> str:
    return f"latest:{call.caller.session}:{name}"


def _page(call: Call, found: ResultSet, result_id: str) -> Outcome:
    keys = found.keys[found.position : found.position + found.size]
    found.position += len(keys)
    table = found.described.table
    records = [row for row in (call.books.get(table, key) for key in keys) if row is not None]
    name = found.described.name.lower()
    if _format(call.node) != "xml":
        return _flat(call, records, found.columns)
    rows = tuple(_row(call, found.described, row, found.columns, name) for row in records)
    attributes = {
        "listtype": name,
        "count": str(len(rows)),
        "totalcount": str(len(found.keys)),
        "numremaining": str(len(found.keys) - found.position),
        "resultId": result_id,
    }
    return Outcome(rows=rows, attributes=attributes)


def _described(call: Call) -> XmlObject:
    name = text_of(call.node, "object")
    try:
        described = find_object(call, name)
    except FunctionError as failure:
        # The read family names the fault otherwise than `query` does (§8.4 row 22).
        raise FunctionError(Fault("Query Failed", failure.faults[-1].text)) from None
    right = "list" if call.node.tag == "readByQuery" else "view"
    call.require(described.table, right)
    return described


def _fields(described: XmlObject, text: str) -> list[Column] | None:
    """The columns of a field list; None for all, which an absent list and `*` mean."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or names == ["*"]:
        return None
    found = []
    for name in names:
        wanted = column(described, name)
        if wanted is None:
            raise FunctionError(Fault(f"Invalid fields list {name}", ""))
        found.append(wanted)
    return found


def _row(call: Call, described: XmlObject, record: Record, chosen: list[Column], name: str) -> Node:
    row = make(name)
    _fill(row, record, chosen, call.values)
    if len(chosen) >= len(described.fields):
        for relation in described.relations if described.name == "CUSTOMER" else ():
            _add_contact(call, described, record, relation, row)
    return row


def _fill(row: Node, record: Record, chosen: list[Column], values: Values) -> None:
    for entry in chosen:
        head, dot, rest = entry.name.partition(".")
        text = values.text(entry, record)
        if dot and head in _NESTED and entry.field.name == entry.name and not entry.hops:
            place = row.find(head)
            if place is None or place.text:
                if place is not None:
                    continue
                place = put(row, head)
            put(place, rest, text)
            continue
        put(row, entry.name, text)


def _add_contact(
    call: Call, described: XmlObject, record: Record, relation: str, row: Node
) -> None:
    """A whole contact as a nested element, as a full read of a customer gives it."""
    target = OBJECTS[described.relations[relation].object]
    key = record.get(described.relations[relation].path)
    contact = call.books.get(target.table, key) if isinstance(key, int) else None
    place = put(row, relation)
    if contact is not None:
        _fill(place, contact, columns(target), call.values)


def _add_lines(call: Call, described: XmlObject, record: Record, node: Node) -> None:
    if described.lines is None:
        return
    target = extended(call.books, OBJECTS[described.lines.object])
    container = put(node, described.lines.container)
    for line in call.books.lines(described.table, record["key"]):
        row = put(container, described.lines.row)
        _fill(row, line, columns(target), call.values)
        if target.name == "SODOCUMENTENTRY":
            # `read` shows the item as id and name in one (§13.1).
            place = row.find("ITEMID")
            if place is not None:
                place.text = f"{place.text}--{text_of(row, 'ITEMNAME')}"


def _format(node: Node) -> str:
    return (text_of(node, "returnFormat") or "xml").lower()


def _flat(call: Call, records: list[Record], chosen: list[Column]) -> Outcome:
    shown: list[dict[str, Any]] = [
        {entry.name: call.values.text(entry, row) for entry in chosen} for row in records
    ]
    if _format(call.node) == "json":
        return Outcome(body=flat_json(shown), body_type="application/json")
    return Outcome(body=csv_body(shown), body_type="text/csv")
