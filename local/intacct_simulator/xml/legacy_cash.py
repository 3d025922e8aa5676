"""Legacy functions of Cash Management: deposits of receipts (§13.4)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.xml.calls import Call, Outcome, keyed
from local.intacct_simulator.xml.legacy_parts import (
    check_supported,
    date_of,
    given,
    own_fields,
    refuse,
)
from local.intacct_simulator.xml.nodes import text_of

_RECEIPTS = (("ar_payment", "payment"), ("ar_advance", "advance"))


def record_deposit(call: Call) -> Outcome:
    """Bring receipts to the bank; each is named by its record number."""
    node = call.node
    check_supported(node)
    nodes = [*node.iterfind("receiptkeys/receiptkey"), *node.iterfind("receipts/receipt")]
    fields: dict[str, Any] = {
        **given(
            node,
            {
                "bankaccountid": "bank_account",
                "depositid": "deposit_id",
                "description": "description",
                "supdocid": "attachment",
            },
        ),
        **own_fields(call, node, "deposit"),
        "deposit_date": date_of(node, "depositdate"),
        "lines": [
            _receipt(call, (one.text or text_of(one, "receiptkey")).strip()) for one in nodes
        ],
    }
    return keyed(call.create("deposit", fields)["key"])


def _receipt(call: Call, key: str) -> dict[str, Any]:
    """The receipt under that number that lies undeposited: a payment or an advance."""
    for table, field in _RECEIPTS:
        record = call.books.get(table, int(key)) if key.isdecimal() else None
        if record is not None and record.get("undeposited_account") is not None:
            return {field: record["key"]}
    return refuse("BL01001973", f"The receipt '{key}' is invalid.")
