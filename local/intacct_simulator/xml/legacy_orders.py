"""Legacy functions of Order Entry (§13.1)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome, keyed, nothing
from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.legacy_parts import (
    base_unit,
    by_key_attribute,
    check_supported,
    contacts,
    currencies,
    date_of,
    dimensions,
    given,
    own_fields,
    refuse,
)
from local.intacct_simulator.xml.nodes import Node, text_of

_STATES = {"draft": "draft", "pending": "pending", "closed": "closed"}
_HEADER = {
    "referenceno": "reference_number",
    "customerponumber": "customer_po_number",
    "message": "memo",
    "termname": "term",
    "shippingmethod": "shipping_method",
    "externalid": "external_id",
    "trackingnumber": "tracking_number",
    "projectid": "project",
    "supdocid": "attachment",
}
_SUBTOTAL = {
    "description": "description",
    "total": "total",
    "absval": "absolute",
    "percentval": "percent",
}
_LINE = {
    "itemid": "item",
    "itemdesc": "description",
    "quantity": "unit_quantity",
    "unit": "unit",
    "price": "unit_price",
    "discountpercent": "discount_percent",
    "memo": "memo",
}


def create_sotransaction(call: Call) -> Outcome:
    """Create a document of a definition, converting another one when `createdfrom` names it."""
    node = call.node
    source = _source(call, text_of(node, "createdfrom"))
    fields = _header(call, node)
    fields["definition"] = text_of(node, "transactiontype")
    fields["customer"] = text_of(node, "customerid")
    fields.update(given(node, {"documentno": "document_number"}))
    if not (fields.get("term") or fields.get("due_date")):
        refuse("BL03000018", "Either termname or datedue is needed.")
    if source is not None:
        fields["source_document"] = source["key"]
    fields["lines"] = [
        _line(call, line, source) for line in node.iterfind("sotransitems/sotransitem")
    ]
    fields["subtotals"] = _subtotals(call, node, "subtotals/subtotal")
    return keyed(call.create("sales_document", fields)["id"])


def update_sotransaction(call: Call) -> Outcome:
    """Change header fields and lines; an empty `itemid` removes a line (§13.1)."""
    record = _document(call)
    changes = _header(call, call.node)
    lines = _changed_lines(call, record)
    if lines:
        changes["lines"] = lines
    if call.node.find("updatesubtotals") is not None:
        changes["subtotals"] = _subtotals(call, call.node, "updatesubtotals/*")
    return keyed(call.update("sales_document", record["key"], changes)["id"])


def delete_sotransaction(call: Call) -> Outcome:
    """Delete a document that nothing was made from."""
    call.delete("sales_document", _document(call)["key"])
    return nothing()


def _header(call: Call, node: Node) -> dict[str, Any]:
    check_supported(node)
    fields: dict[str, Any] = {
        **given(node, _HEADER),
        **currencies(node),
        **contacts(call, node, {"shipto": "contact_ship_to", "billto": "contact_bill_to"}),
        **own_fields(call, node, "sales_document"),
    }
    for name, field in (
        ("datecreated", "txn_date"),
        ("dateposted", "posting_date"),
        ("datedue", "due_date"),
    ):
        day = date_of(node, name)
        if day is not None:
            fields[field] = day
    state = text_of(node, "state").lower()
    if state:
        if state not in _STATES:
            refuse("BL03002028", "The state must be Draft, Pending or Closed.")
        fields["state"] = _STATES[state]
    return fields


def _line(call: Call, line: Node, source: Record | None, *, is_new: bool = True) -> dict[str, Any]:
    check_supported(line)
    own = own_fields(call, line, "sales_document_line")
    fields = {**given(line, _LINE), **dimensions(line), **own}
    key = text_of(line, "sourcelinekey")
    if key:
        if not key.isdecimal() or source is None:
            refuse("BL03000018", f"The source line '{key}' is invalid.")
        fields["source_document"] = source["key"]
        fields["source_line"] = int(key)
    if is_new and not fields.get("unit"):
        # A guess: what is converted is counted as it was in its source.
        converted = call.books.get("sales_document_line", int(key)) if key else None
        fields["unit"] = base_unit(call, line) if converted is None else converted["unit"]
    return fields


def _subtotals(call: Call, node: Node, path: str) -> list[dict[str, Any]]:
    rows = node.findall(path)
    for row in rows:
        check_supported(row)
    table = "sales_document_subtotal"
    return [
        {**given(row, _SUBTOTAL), **dimensions(row), **own_fields(call, row, table)} for row in rows
    ]


def _source(call: Call, document_id: str) -> Record | None:
    if not document_id:
        return None
    found: Record | None = call.books.by_id("sales_document", document_id)
    if found is None:
        refuse("BL01001973", f"The source document '{document_id}' does not exist.")
    return found


def _document(call: Call) -> Record:
    return by_key_attribute(call, "sales_document")


def _changed_lines(call: Call, record: Record) -> list[dict[str, Any]]:
    existing = call.books.lines("sales_document", record["key"])
    changes: list[dict[str, Any]] = []
    container = call.node.find("updatesotransitems")
    for line in () if container is None else container:
        if line.tag == "sotransitem":
            changes.append(_line(call, line, None))
            continue
        number = line.get("line_num", "")
        # Counted from 1 here, from 0 in the document (§9.6).
        if not number.isdecimal() or not 1 <= int(number) <= len(existing):
            raise FunctionError(Fault("BL01001973", f"There is no line {number}."))
        key = existing[int(number) - 1]["key"]
        item = line.find("itemid")
        if item is not None and not (item.text or "").strip():
            changes.append({"key": key, "delete": True})
        else:
            changes.append({"key": key, **_line(call, line, None, is_new=False)})
    return changes
