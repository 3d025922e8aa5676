"""The generic functions that write: create, update, delete (§9.6)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml import item_parts, payment_parts, required_fields
from local.intacct_simulator.xml.calls import Call, Outcome, nothing
from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.inputs import fields_of
from local.intacct_simulator.xml.nodes import Node, make, put, text_of
from local.intacct_simulator.xml.objects.model import XmlObject
from local.intacct_simulator.xml.query import find_object

OBJECTS_MAX = 100
# Documents that can be deleted through the generic function although they are not created by it.
_DELETABLE = {"SODOCUMENT", "ARINVOICE", "ARADJUSTMENT"}
# Records of platform objects are named by `id` alone (§14.3).
_PLATFORM_RECORDS = "custom_record"
_PAYMENT, _ITEM = "ar_payment", "item"


def create(call: Call) -> Outcome:
    """Create up to a hundred records one after the other.

    When one is refused the earlier ones stay, and the answer shows them (§4.5).
    """
    for node in _objects(call):
        described = _writable(call, node)
        fields = fields_of(call.books, described, node)
        required_fields.check(node)
        if described.only is not None:
            fields[described.only[0]] = described.only[1]
        if described.table == _PAYMENT:
            payment_parts.complete(call, fields)
        elif described.table == _ITEM:
            item_parts.complete(call.books, fields)
        made = call.create(described.table, fields)
        call.partial.append(_row(described, made))
    return _outcome(call)


def update(call: Call) -> Outcome:
    """Change the given fields of up to a hundred records; lines are replaced as a whole."""
    for node in _objects(call):
        described = _writable(call, node)
        record = _addressed(call, described, node)
        changes = fields_of(call.books, described, node)
        changes.pop("id", None)
        if described.table == _ITEM:
            item_parts.complete(call.books, changes, record)
        if "lines" in changes:
            changes["lines"] = {"replace": changes["lines"]}
        made = call.update(described.table, record["key"], changes)
        call.partial.append(_row(described, made))
    return _outcome(call)


def delete(call: Call) -> Outcome:
    """Delete records by record number."""
    described = find_object(call, text_of(call.node, "object"))
    if not described.can_write and described.name not in _DELETABLE:
        raise _not_offered(described)
    keys = [key.strip() for key in text_of(call.node, "keys").split(",") if key.strip()]
    if not keys or len(keys) > OBJECTS_MAX:
        raise FunctionError(Fault("DL02000001", f"keys must name 1 to {OBJECTS_MAX} records."))
    for key in keys:
        if not key.isdecimal() or call.books.get(described.table, int(key)) is None:
            raise _missing(described, key)
        call.delete(described.table, int(key))
    return nothing()


def _objects(call: Call) -> list[Node]:
    nodes = list(call.node)
    if not nodes or len(nodes) > OBJECTS_MAX:
        raise FunctionError(
            Fault("DL02000001", f"{call.node.tag} takes 1 to {OBJECTS_MAX} objects.")
        )
    return nodes


def _writable(call: Call, node: Node) -> XmlObject:
    described = find_object(call, str(node.tag))
    if not described.can_write:
        raise _not_offered(described)
    return described


def _addressed(call: Call, described: XmlObject, node: Node) -> Record:
    key = text_of(node, "RECORDNO")
    found: Any = None
    if key:
        found = call.books.get(described.table, int(key)) if key.isdecimal() else None
    else:
        key = text_of(node, described.id_field)
        found = call.books.by_id(described.table, key) if key else None
    if found is None:
        raise _missing(described, key)
    record: Record = found
    return record


def _row(described: XmlObject, record: Record) -> Node:
    row = make(described.name.lower())
    if described.table == _PLATFORM_RECORDS:
        put(row, "id", str(record["key"]))
        return row
    put(row, "RECORDNO", str(record["key"]))
    if described.id_field != "RECORDNO":
        put(row, described.id_field, str(record["id"]))
    return row


def _outcome(call: Call) -> Outcome:
    rows = tuple(call.partial)
    return Outcome(rows=rows, attributes={"listtype": "objects", "count": str(len(rows))})


def _missing(described: XmlObject, key: str) -> FunctionError:
    return FunctionError(
        Fault("BL01001973", f"There is no {described.name.lower()} with the key '{key}'."),
        Fault("BL01001973", f"Could not find {described.name.lower()} record!"),
    )


def _not_offered(described: XmlObject) -> FunctionError:
    return FunctionError(
        Fault(
            "BL01001973",
            f"The object {described.name} is written by its own functions only.",
        )
    )
