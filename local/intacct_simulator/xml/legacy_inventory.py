"""Legacy functions of Inventory Control (§13.5)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome, keyed, nothing
from local.intacct_simulator.xml.legacy_parts import (
    base_unit,
    by_key_attribute,
    check_supported,
    date_of,
    dimensions,
    external_id,
    given,
    own_fields,
    refuse,
)
from local.intacct_simulator.xml.nodes import Node, text_of

_TABLE = "inventory_document"
_DRAFT = "draft"
# A document that is no draft moves stock at once, whatever it is called.
_STATES = frozenset({_DRAFT, "pending", "closed", "submitted"})
_LINE = {
    "itemid": "item",
    "itemdesc": "description",
    "quantity": "unit_quantity",
    "unit": "unit",
    "cost": "unit_cost",
}


def create_ictransaction(call: Call) -> Outcome:
    """Create an inventory document; the definition gives the direction, a draft moves nothing."""
    node = call.node
    check_supported(node)
    if node.find("subtotals") is not None:
        refuse("BL01001973", "The feature behind 'subtotals' is not enabled for this definition.")
    source = _source(call, text_of(node, "createdfrom"))
    fields: dict[str, Any] = {
        "definition": text_of(node, "transactiontype"),
        "txn_date": date_of(node, "datecreated"),
        **given(
            node,
            {
                "documentno": "document_number",
                "referenceno": "reference_number",
                "message": "memo",
            },
        ),
        **external_id(node),
        **own_fields(call, node, _TABLE),
        "lines": [_line(call, line, source) for line in node.iterfind("ictransitems/ictransitem")],
    }
    if source is not None:
        fields["created_from"] = source["id"]
    if _state(node) == _DRAFT:
        fields["state"] = _DRAFT
    return keyed(call.create(_TABLE, fields)["id"])


def update_ictransaction(call: Call) -> Outcome:
    """Change the texts of an inventory document, and submit a draft.

    What moved stock is refused.
    """
    node = call.node
    record = by_key_attribute(call, _TABLE)
    is_draft = record["state"] == _DRAFT
    fixed = ("updateictransitems", "updatesubtotals", *(() if is_draft else ("state",)))
    for name in fixed:
        if node.find(name) is not None:
            refuse("BL01001973", f"A document that moved stock does not change its '{name}'.")
    external = text_of(node, "externalid")
    if external and external != record.get("external_id"):
        refuse("BL01001973", "The external id of a document is given when it is created.")
    changes: dict[str, Any] = {
        **given(node, {"referenceno": "reference_number", "message": "memo"}),
        **own_fields(call, node, _TABLE),
    }
    day = date_of(node, "datecreated")
    if day is not None:
        changes["txn_date"] = day
    made = call.update(_TABLE, record["key"], changes)
    if _state(node) not in ("", _DRAFT):
        made = call.act(_TABLE, record["key"], "submit", {})
    return keyed(made["id"])


def delete_ictransaction(call: Call) -> Outcome:
    """Delete an inventory document that is a draft."""
    call.delete(_TABLE, by_key_attribute(call, _TABLE)["key"])
    return nothing()


def _state(node: Node) -> str:
    state = text_of(node, "state").lower()
    if state and state not in _STATES:
        refuse("BL03002028", "The state must be Draft, Pending, Submitted or Closed.")
    return state


def _source(call: Call, document_id: str) -> Record | None:
    if not document_id:
        return None
    found: Record | None = call.books.by_id(_TABLE, document_id)
    if found is None:
        refuse("BL01001973", f"The source document '{document_id}' does not exist.")
    return found


def _line(call: Call, line: Node, source: Record | None) -> dict[str, Any]:
    check_supported(line)
    fields = {
        "unit": base_unit(call, line),
        **own_fields(call, line, f"{_TABLE}_line"),
        **given(line, _LINE),
        **dimensions(line),
    }
    key = text_of(line, "sourcelinekey")
    if key:
        lines = [] if source is None else call.books.lines(_TABLE, source["key"])
        if key not in {str(one["key"]) for one in lines}:
            refuse("BL03000018", f"The source line '{key}' is invalid.")
        fields["source_line"] = int(key)
    return fields
