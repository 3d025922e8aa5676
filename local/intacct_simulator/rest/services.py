"""Smaller services: the list of dimensions and the bridge to an XML session (§9.3, §16.12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.company import Company
from local.intacct_simulator.rest.caller import Caller
from local.intacct_simulator.rest.custom_objects import APPLICATION, dimensions
from local.intacct_simulator.rest.envelopes import Reply, invalid_request, page_meta, success
from local.intacct_simulator.rest.pointers import record_at
from local.intacct_simulator.rest.schema import Target

OPERATIONS: Mapping[str, str] = {"canView": "view", "canEdit": "edit", "canDelete": "delete"}
DIMENSIONS = (
    ("LOCATION", "Location", "company-config/location"),
    ("DEPARTMENT", "Department", "company-config/department"),
    ("CLASS", "Class", "company-config/class"),
    ("CUSTOMER", "Customer", "accounts-receivable/customer"),
    ("ITEM", "Item", "inventory-control/item"),
    ("WAREHOUSE", "Warehouse", "inventory-control/warehouse"),
    ("PROJECT", "Project", "projects/project"),
    ("VENDOR", "Vendor", "accounts-payable/vendor"),
    ("EMPLOYEE", "Employee", "company-config/employee"),
)


def dimensions_list(company: Company) -> Reply:
    """List all dimensions of the company; the service does not page."""
    own = [
        (one["id"].upper(), one["label"], f"{APPLICATION}::{one['id']}", True)
        for one in dimensions(company.books)
    ]
    known = [*((*one, False) for one in DIMENSIONS), *own]
    rows = [
        {
            "dimensionName": name,
            "dimensionLabel": label,
            "termName": label,
            "isUserDefinedDimension": is_custom,
            "isEnabledInGL": True,
            "dimensionEndpoint": f"/objects/{path}",
        }
        for name, label, path, is_custom in known
    ]
    meta = page_meta(len(rows), 1, len(rows))
    return Reply(200, {"ia::result": rows, "ia::meta": meta})


def object_of(body: Any) -> str:
    """Give the name of the object that a request for allowed operations asks about.

    Raises:
        RestError: 400, it names none.
    """
    name = body.get("object") if isinstance(body, Mapping) else None
    if not isinstance(name, str) or not name:
        raise invalid_request("The required field object is missing")
    return name


def allowed_operations(
    company: Company, target: Target, body: Mapping[str, Any], caller: Caller
) -> Reply:
    """Say what the caller's role allows on records, key by key; unknown keys allow nothing.

    Raises:
        RestError: 400, the keys are no list, or an operation is unknown.
    """
    keys, asked = body.get("keys"), body.get("operations") or list(OPERATIONS)
    if not isinstance(keys, list) or not isinstance(asked, list):
        raise invalid_request("keys and operations are lists")
    if any(not isinstance(one, str) or one not in OPERATIONS for one in asked):
        raise invalid_request(f"The operations are {', '.join(OPERATIONS)}")
    table = target.schema.table
    granted = [one for one in asked if company.permits(caller.user, table, OPERATIONS[one])]
    rows = []
    for key in keys:
        record = record_at(company.books, table, str(key), entity=caller.entity)
        rows.append({"key": str(key), "operations": granted if record is not None else []})
    return success(rows, {"totalCount": len(rows), "totalSuccess": len(rows), "totalError": 0})


def event_count(company: Company) -> Reply:
    """Say how many events wait to be pulled (§15.3)."""
    return success({"count": company.events.count()})


def event_list(company: Company) -> Reply:
    """List waiting events; an empty queue answers an empty list (§15.3)."""
    ack_id, events = company.events.pull()
    if not events:
        return success([])
    return success({"ackId": ack_id, "events": [event.as_pulled() for event in events]})


def event_ack(company: Company, body: Any) -> Reply:
    """Take listed events off the queue (§15.3; the body is a guess, U16).

    Raises:
        RestError: 400, the id was never given or is used up.
    """
    ack_id = body.get("ackId") if isinstance(body, Mapping) else None
    if not company.events.acknowledge(str(ack_id)):
        raise invalid_request(f"The ackId {ack_id} is unknown")
    return success({"ackId": ack_id})


def session_id(company: Company, caller: Caller) -> Reply:
    """Open an XML session for the user and entity of the token."""
    session = company.sessions.open(caller.user, caller.entity)
    result = {"sessionId": session.id, "expiresIn": company.sessions.seconds}
    meta = {"totalCount": 1, "totalSuccess": 1, "totalError": 0}
    return Reply(200, {"ia::result": result, "ia::meta": meta})
