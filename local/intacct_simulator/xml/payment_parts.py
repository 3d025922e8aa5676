"""What a generic payment says of its summary and of the lines it applies to (§13.4)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from local.intacct_simulator.xml import legacy_summaries
from local.intacct_simulator.xml.calls import Call
from local.intacct_simulator.xml.legacy_parts import refuse

# A document that a detail names, the field that names a line of it, and the kind of document.
_NAMED_LINES = (
    ("invoice", "invoice_line", "ar_invoice"),
    ("positive_adjustment", "positive_adjustment_line", "ar_adjustment"),
    ("adjustment", "adjustment_line", "ar_adjustment"),
    ("advance", "advance_line", "ar_advance"),
    ("negative_invoice", "negative_invoice_line", "ar_invoice"),
)
# What no line of the books stands for: an overpayment has none, an inline credit is not imitated.
_NEVER = ("overpayment_line", "inline_invoice", "inline_line", "inline_amount", "total_discount")


def complete(call: Call, fields: dict[str, Any]) -> None:
    """Put a payment where its summary lies, unless it says where, and check its details.

    A line that is named must be one of its document; amounts run over the lines in order anyway.

    Raises:
        FunctionError: the summary or a line does not exist, or a part is not imitated.
    """
    named = fields.pop("summary", None)
    if named:
        taken = legacy_summaries.of_name(call, str(named), legacy_summaries.PAYMENTS)
        places = {name for name in legacy_summaries.PLACES if fields.get(name)}
        if places:
            taken = {name: taken[name] for name in taken.keys() - set(legacy_summaries.PLACES)}
        fields.update(taken)
    for detail in fields.get("lines", ()):
        _check(call, detail)


def _check(call: Call, detail: dict[str, Any]) -> None:
    for name in _NEVER:
        if not _is_nothing(detail.get(name)):
            refuse("BL01001973", f"The payment detail's {name} is not imitated by this simulator.")
    for document, line, table in _NAMED_LINES:
        key, wanted = detail.get(document), detail.get(line)
        if wanted is None:
            continue
        lines = call.books.lines(table, key) if isinstance(key, int) else []
        if wanted not in {one["key"] for one in lines}:
            refuse("BL01001973", f"The line '{wanted}' is none of the document to apply.")


def _is_nothing(value: object) -> bool:
    try:
        return value is None or Decimal(str(value)) == 0
    except InvalidOperation:
        return False
