"""Legacy functions of the General Ledger (§13.6)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.xml.calls import Call, Outcome, keyed, nothing
from local.intacct_simulator.xml.legacy_parts import (
    by_key_attribute,
    check_supported,
    currencies,
    date_of,
    dimensions,
    given,
    own_fields,
    refuse,
)
from local.intacct_simulator.xml.nodes import Node, text_of

_SIDES = {"debit": "debit", "credit": "credit", "1": "debit", "-1": "credit"}


def create_gltransaction(call: Call) -> Outcome:
    """Post a journal entry, or a statistical one."""
    node = call.node
    entries = node.tag.removeprefix("create_").replace("transaction", "transactionentries")
    fields: dict[str, Any] = {
        "posting_date": date_of(node, "datecreated"),
        "reversal_date": date_of(node, "reversedate"),
        **own_fields(call, node, "journal_entry"),
        **given(
            node,
            {
                "journalid": "journal",
                "description": "description",
                "referenceno": "reference_number",
                "sourceentity": "base_location",
            },
        ),
        "lines": [_line(call, line) for line in node.iterfind(f"{entries}/glentry")],
    }
    return keyed(call.create("journal_entry", fields)["key"])


def delete_gltransaction(call: Call) -> Outcome:
    """Delete a journal entry, as far as the books allow it."""
    call.delete("journal_entry", by_key_attribute(call, "journal_entry")["key"])
    return nothing()


def _line(call: Call, line: Node) -> dict[str, Any]:
    check_supported(line)
    side = _SIDES.get(text_of(line, "trtype").lower())
    if side is None:
        refuse("BL03002028", "trtype must be debit or credit.")
    return {
        "side": side,
        **own_fields(call, line, "journal_entry_line"),
        **given(
            line,
            {
                "amount": "amount",
                "glaccountno": "account",
                "document": "document",
                "memo": "memo",
            },
        ),
        **dimensions(line),
        **currencies(line),
    }
