"""Legacy functions of attachments and their folders (REST reference §16.13 has the same records).

A file's name and type are two elements here and one name with an extension in the books.
"""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome, keyed, nothing
from local.intacct_simulator.xml.legacy_parts import by_key_attribute, given, refuse
from local.intacct_simulator.xml.nodes import Node, text_of

_ATTACHMENT = {
    "supdocname": "name",
    "supdocfoldername": "folder",
    "supdocdescription": "description",
}
_FOLDER = {"supdocfolderdescription": "description", "supdocparentfoldername": "parent"}


def create_supdoc(call: Call) -> Outcome:
    """Create an attachment with its files; without an id it gets a number."""
    fields: dict[str, Any] = given(call.node, {"supdocid": "id", **_ATTACHMENT})
    made = call.create("attachment", {**fields, "lines": _files(call.node)})
    return keyed(made["id"])


def update_supdoc(call: Call) -> Outcome:
    """Change an attachment's given fields and add files; a file itself never changes."""
    record = _by_id(call, "attachment", "supdocid")
    fields: dict[str, Any] = given(call.node, _ATTACHMENT)
    made = call.update("attachment", record["key"], {**fields, "lines": _files(call.node)})
    return keyed(made["id"])


def delete_supdoc(call: Call) -> Outcome:
    """Delete an attachment that no document carries, with its files."""
    call.delete("attachment", by_key_attribute(call, "attachment")["key"])
    return nothing()


def create_supdocfolder(call: Call) -> Outcome:
    """Create a folder for attachments."""
    fields = given(call.node, {"supdocfoldername": "id", **_FOLDER})
    return keyed(call.create("folder", fields)["id"])


def update_supdocfolder(call: Call) -> Outcome:
    """Change a folder's description or parent."""
    record = _by_id(call, "folder", "supdocfoldername")
    return keyed(call.update("folder", record["key"], given(call.node, _FOLDER))["id"])


def delete_supdocfolder(call: Call) -> Outcome:
    """Delete a folder that holds nothing."""
    call.delete("folder", by_key_attribute(call, "folder")["key"])
    return nothing()


def _files(node: Node) -> list[dict[str, str]]:
    return [
        {
            "name": f"{text_of(file, 'attachmentname')}.{text_of(file, 'attachmenttype')}",
            # Encoders break base64 into lines; the books take it in one.
            "data": "".join(text_of(file, "attachmentdata").split()),
        }
        for file in node.iterfind("attachments/attachment")
    ]


def _by_id(call: Call, table: str, element: str) -> Record:
    name = text_of(call.node, element)
    found: Record | None = call.books.by_id(table, name)
    if found is None:
        refuse("BL01001973", f"There is no record with the key '{name}'.")
    return found
