"""Order Entry documents: `create_sotransaction`, its elements in schema order (§13.1).

A conversion names its source by document id and each line by the source line's record number, so
both are looked up before it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.documents import SalesDocument, SalesLine, SalesState, Subtotal
from intacct.xml.currencies import add_legacy_currency
from intacct.xml.custom_fields import add_legacy_custom_fields
from intacct.xml.elements import Element, add, add_given, add_legacy_date, decimal_text, element

FIELDS = (
    "RECORDNO",
    "DOCID",
    "DOCNO",
    "DOCPARID",
    "DOCPARCLASS",
    "STATE",
    "CUSTVENDID",
    "PONUMBER",
    "CURRENCY",
    "TRX_TOTALAMOUNT",
    "PRRECORDKEY",
)
_STATES = {SalesState.DRAFT: "Draft", SalesState.PENDING: "Pending"}


class SourceLineError(ValueError):
    """A line converts a source line that the source document does not have."""


def create_sales_document(
    document: SalesDocument,
    *,
    source_id: str = "",
    source_lines: Sequence[str] = (),
    base_currency: str = "",
) -> Element:
    """A `create_sotransaction`; `source_lines` are the source's line record numbers in order.

    Raises:
        SourceLineError: a line names a source line that is not among them.
        CustomFieldError: a custom field's name can be none.
    """
    function = element("create_sotransaction")
    add(function, "transactiontype", document.definition)
    add_legacy_date(function, "datecreated", document.dated_on)
    if document.posted_on is not None:
        add_legacy_date(function, "dateposted", document.posted_on)
    add_given(function, [("createdfrom", source_id)])
    add(function, "customerid", document.customer)
    add_given(function, [("referenceno", document.reference), ("termname", document.term)])
    due_on = document.due_on
    if due_on is None and not document.term:
        due_on = document.dated_on  # one of the two must be there (§13.1)
    if due_on is not None:
        add_legacy_date(function, "datedue", due_on)
    add_given(function, [("message", document.memo), ("supdocid", document.attachment)])
    add_legacy_currency(
        function, document.currency, base_currency=base_currency, rate=document.exchange_rate
    )
    add_legacy_custom_fields(function, document.custom)
    add(function, "state", _STATES[document.state])
    add_given(function, [("customerponumber", document.customer_po)])
    items = add(function, "sotransitems")
    for line in document.lines:
        add_line(items, line, source_key=_source_key(line, source_lines))
    if document.subtotals:
        rows = add(function, "subtotals")
        for subtotal in document.subtotals:
            _add_subtotal(rows, subtotal)
    return function


def _add_subtotal(rows: Element, subtotal: Subtotal) -> None:
    row = add(rows, "subtotal")
    dimensions = subtotal.dimensions
    add_given(
        row,
        [
            ("description", subtotal.name),
            ("total", subtotal.amount.plain()),
            ("locationid", dimensions.location),
            ("departmentid", dimensions.department),
            ("projectid", dimensions.project),
            ("customerid", dimensions.customer),
            ("classid", dimensions.class_id),
            ("itemid", dimensions.item),
        ],
    )
    add_legacy_custom_fields(row, dimensions=dimensions)


def _source_key(line: SalesLine, source_lines: Sequence[str]) -> str:
    if line.source_line is None:
        return ""
    if not 0 <= line.source_line < len(source_lines):
        message = f"the source document has no line {line.source_line}"
        raise SourceLineError(message)
    return source_lines[line.source_line]


def add_line(items: Element, line: SalesLine, *, source_key: str = "") -> None:
    """Append a line as it is created, in a new document or in one that is there.

    Raises:
        CustomFieldError: a custom field's name can be none.
    """
    fill_line(add(items, "sotransitem"), line, source_key=source_key)


def fill_line(item: Element, line: SalesLine, *, source_key: str = "") -> None:
    """Fill a line element in schema order; update functions have one of another name.

    Raises:
        CustomFieldError: a custom field's name can be none.
    """
    dimensions = line.dimensions
    add_given(
        item,
        [
            ("itemid", line.item),
            ("warehouseid", dimensions.warehouse),
            ("quantity", decimal_text(line.quantity)),
            ("unit", line.unit),
            ("price", decimal_text(line.unit_price.amount)),
            ("sourcelinekey", source_key),
            ("locationid", dimensions.location),
            ("departmentid", dimensions.department),
            ("memo", line.memo),
        ],
    )
    add_legacy_custom_fields(item, line.custom, dimensions)
    add_given(
        item,
        [
            ("projectid", dimensions.project),
            ("customerid", dimensions.customer),
            ("classid", dimensions.class_id),
        ],
    )
