"""What a change event of Sage Intacct is about: a hint where to look, never the record itself.

Events come of triggers that an administrator sets up, by webhook or by the pull queue (REST
reference §15). The administrator writes the body; the context beside it is Sage's own, and
unsigned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intacct.reading import Kept

CONTEXT_HEADER = "x-clientcontext"
DELETED = "after_delete"
EVENTS = ("after_create", "after_update", DELETED)

OBJECTS: Mapping[Kept, tuple[str, str]] = {
    Kept.CUSTOMER: ("accounts-receivable/customer", "CUSTOMER"),
    Kept.CONTACT: ("company-config/contact", "CONTACT"),
    Kept.ITEM: ("inventory-control/item", "ITEM"),
    Kept.WAREHOUSE: ("inventory-control/warehouse", "WAREHOUSE"),
    Kept.SALES_DOCUMENT: ("order-entry/document", "SODOCUMENT"),
    Kept.AR_INVOICE: ("accounts-receivable/invoice", "ARINVOICE"),
    Kept.ADJUSTMENT: ("accounts-receivable/adjustment", "ARADJUSTMENT"),
    Kept.ADVANCE: ("accounts-receivable/advance", "ARADVANCE"),
    Kept.PAYMENT: ("accounts-receivable/payment", "ARPYMT"),
    Kept.JOURNAL_ENTRY: ("general-ledger/journal-entry", "GLBATCH"),
}
"""What each kind is called in an event: by REST, and by XML where an event has only that."""

_KINDS = {name.lower(): kind for kind, names in OBJECTS.items() for name in names}

MEMBERS = ("object", "event", "entity", "user", "key", "id")
"""What the body that we ask administrators to write holds."""


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """One record of a kind was made, changed or deleted.

    `entity` is the entity that it happened in, empty at the top level; `user` is the login of who
    did it, empty where the event does not say.
    """

    kind: Kept
    entity: str = ""
    user: str = ""
    is_deletion: bool = False


def record_event(body: bytes, context: Mapping[str, Any]) -> RecordEvent | None:
    """What an event is about, by its body as far as that says it, else by its context.

    None where it is about a kind that is not read, or where neither can be understood.
    """
    said = {**_said(context, _CONTEXT), **_said(_object(body), _BODY)}
    kind = _KINDS.get(said.get("object", "").partition("::")[0].lower())
    kind = kind or _KINDS.get(said.get("xml_object", "").lower())
    if kind is None:
        return None
    return RecordEvent(
        kind,
        entity=said.get("entity", ""),
        user=said.get("user", ""),
        is_deletion=said.get("event", "").lower() == DELETED,
    )


_BODY = {name: name for name in ("object", "event", "entity", "user")}
_CONTEXT = {
    "restobjectname": "object",
    "objectname": "xml_object",
    "event": "event",
    "entity": "entity",
    "user": "user",
}


def _said(told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """The members that say something, by our names; capitals do not matter."""
    return {
        names[name.lower()]: value.strip()
        for name, value in told.items()
        if name.lower() in names and isinstance(value, str) and value.strip()
    }


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
