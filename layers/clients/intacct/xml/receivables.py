"""AR invoices and adjustments: legacy functions with lines on accounts (§13.2, §13.3)."""

from __future__ import annotations

from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentLine,
    ArInvoice,
    Side,
)
from intacct.xml.currencies import add_legacy_currency
from intacct.xml.custom_fields import add_legacy_custom_fields
from intacct.xml.elements import Element, add, add_given, add_legacy_date, element

INVOICE_FIELDS = (
    "RECORDNO",
    "RECORDID",
    "STATE",
    "CUSTOMERID",
    "DOCNUMBER",
    "CURRENCY",
    "TRX_TOTALENTERED",
)
ADJUSTMENT_FIELDS = INVOICE_FIELDS


def create_invoice(invoice: ArInvoice, *, base_currency: str = "") -> Element:
    """A `create_invoice` whose number is ours and which is posted at once."""
    function = element("create_invoice")
    add(function, "customerid", invoice.customer)
    add_legacy_date(function, "datecreated", invoice.dated_on)
    if invoice.posted_on is not None:
        add_legacy_date(function, "dateposted", invoice.posted_on)
    add_legacy_date(function, "datedue", invoice.due_on)
    add(function, "action", "Submit")
    add_given(
        function,
        [
            ("invoiceno", invoice.reference),
            # The number is ignored where the company numbers by itself; this place is kept.
            ("ponumber", invoice.reference),
            ("description", invoice.description),
        ],
    )
    currency = invoice.lines[0].amount.currency if invoice.lines else ""
    add_legacy_currency(
        function,
        currency,
        base_currency=base_currency,
        rate=invoice.exchange_rate,
        rate_on=invoice.rate_on,
    )
    add_given(function, [("supdocid", invoice.attachment)])
    add_legacy_custom_fields(function, invoice.custom)
    items = add(function, "invoiceitems")
    for line in invoice.lines:
        _add_line(items, line, line.amount.plain())
    return function


def create_adjustment(adjustment: Adjustment, *, base_currency: str = "") -> Element:
    """A `create_aradjustment`: negative lines lower what the customer owes (§13.3).

    A line that debits its account credits receivables, so it is negative; and the other way round.
    The document's own kind follows from the sum: below zero it is a credit memo.
    """
    function = element("create_aradjustment")
    add(function, "customerid", adjustment.customer)
    add_legacy_date(function, "datecreated", adjustment.dated_on)
    add(function, "adjustmentno", adjustment.reference)
    add(function, "action", "Submit")
    add_given(
        function,
        [
            ("invoiceno", adjustment.invoice_number or adjustment.reference),
            ("description", adjustment.description),
        ],
    )
    add_legacy_currency(
        function,
        adjustment.currency,
        base_currency=base_currency,
        rate=adjustment.exchange_rate,
        rate_on=adjustment.rate_on,
    )
    # The schema of 2019 has no such element; the official SDK writes it here (§13.3).
    add_legacy_custom_fields(function, adjustment.custom)
    items = add(function, "aradjustmentitems")
    for line in adjustment.lines:
        signed = -line.amount if line.side is Side.DEBIT else line.amount
        _add_line(items, line, signed.plain())
    return function


def _add_line(items: Element, line: AccountLine | AdjustmentLine, amount: str) -> None:
    item = add(items, "lineitem")
    dimensions = line.dimensions
    add_given(
        item,
        [
            ("glaccountno", line.account),
            ("amount", amount),
            ("memo", line.memo),
            ("locationid", dimensions.location),
            ("departmentid", dimensions.department),
        ],
    )
    add_legacy_custom_fields(item, dimensions=dimensions)
    add_given(
        item,
        [
            ("projectid", dimensions.project),
            ("customerid", dimensions.customer),
            ("itemid", dimensions.item),
            ("classid", dimensions.class_id),
            ("warehouseid", dimensions.warehouse),
        ],
    )
