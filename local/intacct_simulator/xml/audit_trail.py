"""getAuditTrail: what happened to one record (§9.1, §11.3)."""

from __future__ import annotations

from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.legacy_parts import refuse
from local.intacct_simulator.xml.nodes import make, put, text_of
from local.intacct_simulator.xml.query import find_object

_WORKFLOW = ("submit", "reverse")


def audit_trail(call: Call) -> Outcome:
    """Give the accesses of one record in their order; the books keep no values of single fields.

    A record that was deleted still has its trail.
    """
    described = find_object(call, text_of(call.node, "object"))
    call.require(described.table, "view")
    number, name = text_of(call.node, "recordNo"), text_of(call.node, "objectKey")
    if bool(number) == bool(name):
        refuse("BL01001973", "Either recordNo or objectKey is required.")
    has_name = described.id_field != "RECORDNO"
    rows = []
    for entry in call.books.find("audit_history", object_name=described.table):
        if name != str(entry["object_id"]) and number != str(entry["object_key"]):
            continue
        row = make("auditTrailDetail")
        put(row, "userId", entry["user"])
        put(row, "object", described.name.lower())
        put(row, "objectKey", str(entry["object_id" if has_name else "object_key"]))
        put(row, "accessTime", entry["at"].isoformat())
        is_workflow = entry["action"] in _WORKFLOW
        put(row, "accessMode", "workflow" if is_workflow else entry["action"])
        put(row, "workflowAction", entry["action"] if is_workflow else "")
        put(row, "ipAddress")
        put(row, "source", entry["source"])
        rows.append(row)
    return Outcome(rows=tuple(rows))
