"""Order Entry documents that are there: update, close, delete (§13.1)."""

from __future__ import annotations

from collections.abc import Mapping

from intacct.changes import UpdateSalesDocument
from intacct.errors import RejectedError, SageFinding
from intacct.xml.custom_fields import add_legacy_custom_fields
from intacct.xml.elements import Element, add, add_legacy_date, element
from intacct.xml.sales_documents import add_line, fill_line


def update_sales_document(
    change: UpdateSalesDocument, document_id: str, line_numbers: Mapping[str, int]
) -> Element:
    """An `update_sotransaction` of what changes and nothing else.

    `line_numbers` are the places of the document's lines, from 1, by their keys (§9.6). An empty
    text clears its field.

    Raises:
        RejectedError: a line is not of the document; nothing was sent.
        CustomFieldError: a custom field's name can be none.
    """
    _check(change, line_numbers)
    function = element("update_sotransaction", key=document_id)
    if "" in (change.memo, change.customer_po, change.attachment):
        function.set("set_nulls", "true")
    if change.due_on is not None:
        add_legacy_date(function, "datedue", change.due_on)
    if change.memo is not None:
        add(function, "message", change.memo)
    if change.attachment is not None:
        add(function, "supdocid", change.attachment)
    add_legacy_custom_fields(function, change.custom)
    if change.customer_po is not None:
        add(function, "customerponumber", change.customer_po)
    if change.added or change.changed or change.removed:
        _add_lines(add(function, "updatesotransitems"), change, line_numbers)
    return function


def close_sales_document(document_id: str) -> Element:
    """An `update_sotransaction` to the state that nothing more is converted from."""
    function = element("update_sotransaction", key=document_id)
    add(function, "state", "Closed")
    return function


def delete_sales_document(document_id: str) -> Element:
    """A `delete_sotransaction`; Sage refuses it for a converted document."""
    return element("delete_sotransaction", key=document_id)


def _add_lines(
    lines: Element, change: UpdateSalesDocument, line_numbers: Mapping[str, int]
) -> None:
    for update in change.changed:
        number = str(line_numbers[update.line_key])
        fill_line(add(lines, "updatesotransitem", line_num=number), update.line)
    for key in change.removed:
        # A line without an item is taken out (§13.1).
        add(add(lines, "updatesotransitem", line_num=str(line_numbers[key])), "itemid")
    for line in change.added:
        add_line(lines, line)


def _check(change: UpdateSalesDocument, line_numbers: Mapping[str, int]) -> None:
    named = [update.line_key for update in change.changed] + list(change.removed)
    findings = tuple(
        SageFinding(
            "UNKNOWN_LINE", "the document has no line with this key", target=f"/lines/{key}"
        )
        for key in named
        if key not in line_numbers
    )
    if findings:
        message = "the update names lines that the document does not have"
        raise RejectedError(message, findings=findings)
