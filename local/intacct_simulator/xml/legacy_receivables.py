"""Legacy functions of Accounts Receivable: invoices, adjustments, payments (§13.2 to §13.4)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml import legacy_summaries
from local.intacct_simulator.xml.calls import Call, Outcome, keyed, nothing
from local.intacct_simulator.xml.legacy_parts import (
    by_key_attribute,
    check_supported,
    contacts,
    currencies,
    date_of,
    dimensions,
    external_id,
    given,
    method,
    own_fields,
    refuse,
)
from local.intacct_simulator.xml.nodes import Node, text_of

_SUMMARIES = {
    "invoice_date": legacy_summaries.INVOICES,
    "adjustment_date": legacy_summaries.ADJUSTMENTS,
}
# A change names the same contacts by other names (§13.2).
_CONTACTS = {
    "billto": "contact_bill_to",
    "shipto": "contact_ship_to",
    "payto": "contact_bill_to",
    "returnto": "contact_ship_to",
}
_TABLES = {"invoice_date": "ar_invoice", "adjustment_date": "ar_adjustment"}
# Where a credit may lie that apply_arpayment names by record number alone.
_CREDITS = (
    ("ar_advance", "advance", "available"),
    ("ar_payment", "overpayment", "overpayment_available"),
    ("ar_adjustment", "adjustment", "due"),
    ("ar_invoice", "negative_invoice", "due"),
)


def create_invoice(call: Call) -> Outcome:
    """Create an AR invoice, posted unless its action is Draft."""
    node = call.node
    fields = _header(call, node, day="invoice_date")
    if not (fields.get("due_date") or fields.get("term")):
        refuse("BL03000018", "Either termname or datedue is needed.")
    fields.update(given(node, {"invoiceno": "invoice_number", "ponumber": "reference_number"}))
    fields.update(external_id(node))
    fields["lines"] = [
        _line(call, line, "ar_invoice") for line in node.iterfind("invoiceitems/lineitem")
    ]
    return keyed(call.create("ar_invoice", fields)["key"])


def update_invoice(call: Call) -> Outcome:
    """Change an invoice that is a draft or unpaid."""
    record = by_key_attribute(call, "ar_invoice")
    changes = _header(call, call.node, day="invoice_date")
    changes.pop("state", None)
    changes.update(
        given(call.node, {"invoiceno": "invoice_number", "ponumber": "reference_number"})
    )
    existing = call.books.lines("ar_invoice", record["key"])
    container = call.node.find("updateinvoiceitems")
    lines: list[dict[str, Any]] = []
    for line in () if container is None else container:
        fields = _line(call, line, "ar_invoice")
        if line.tag == "updatelineitem":
            number = line.get("line_num", "")
            if not number.isdecimal() or not 1 <= int(number) <= len(existing):
                refuse("BL01001973", f"There is no line {number}.")
            fields["key"] = existing[int(number) - 1]["key"]
        lines.append(fields)
    if lines:
        changes["lines"] = lines
    return keyed(call.update("ar_invoice", record["key"], changes)["key"])


def delete_invoice(call: Call) -> Outcome:
    """Delete an invoice."""
    call.delete("ar_invoice", by_key_attribute(call, "ar_invoice")["key"])
    return nothing()


def reverse_invoice(call: Call) -> Outcome:
    """Reverse a posted, unpaid invoice."""
    return _reverse(call, "ar_invoice")


def create_aradjustment(call: Call) -> Outcome:
    """Create a credit memo (negative lines) or a debit memo (positive ones)."""
    node = call.node
    fields = _header(call, node, day="adjustment_date")
    fields.update(
        given(node, {"adjustmentno": "adjustment_number", "invoiceno": "document_number"})
    )
    fields.update(external_id(node))
    fields["lines"] = [
        _line(call, line, "ar_adjustment") for line in node.iterfind("aradjustmentitems/lineitem")
    ]
    return keyed(call.create("ar_adjustment", fields)["key"])


def delete_aradjustment(call: Call) -> Outcome:
    """Delete an adjustment."""
    call.delete("ar_adjustment", by_key_attribute(call, "ar_adjustment")["key"])
    return nothing()


def reverse_aradjustment(call: Call) -> Outcome:
    """Reverse a posted adjustment that is not applied."""
    return _reverse(call, "ar_adjustment")


def create_arpayment(call: Call) -> Outcome:
    """Receive money and apply it; what is left over stays with the customer (§13.4)."""
    node = call.node
    paid = _amount(text_of(node, "paymentamount"))
    details = [_detail(item) for item in node.iterfind("arpaymentitem")]
    left = paid - sum((row["payment_amount"] for row in details), start=Decimal(0))
    received = date_of(node, "datereceived") or call.company.clock.today()
    fields: dict[str, Any] = {
        "customer": text_of(node, "customerid"),
        "receipt_date": received,
        "payment_date": received,
        "payment_method": method(text_of(node, "paymentmethod")),
        **legacy_summaries.of_document(call, node, legacy_summaries.PAYMENTS),
        **given(
            node,
            {
                "bankaccountid": "bank_account",
                "undepfundsacct": "undeposited_account",
                "refid": "document_number",
                "overpaylocid": "overpayment_location",
                "overpaydeptid": "overpayment_department",
            },
        ),
        **currencies(node),
        "lines": details,
    }
    if left < 0:
        refuse("XL03000027", "The amounts to apply exceed the amount of the payment.")
    if left:
        fields["overpayment_amount"] = left
    return keyed(call.create("ar_payment", fields)["key"])


def apply_arpayment(call: Call) -> Outcome:
    """Apply an advance, overpayment, credit memo or negative invoice to invoices."""
    node = call.node
    key = text_of(node, "arpaymentkey")
    items = node.findall("arpaymentitems/arpaymentitem")
    customer = _customer_of(call, text_of(items[0], "invoicekey"))
    table, field, record = _credit(call, key, customer)
    paid_on = date_of(node, "paymentdate") or call.company.clock.today()
    fields: dict[str, Any] = {
        "customer": customer,
        "receipt_date": paid_on,
        "payment_date": paid_on,
        "payment_method": str(record.get("payment_method") or "printedCheck"),
        "description": text_of(node, "memo"),
        "lines": [
            {
                "invoice": int(text_of(item, "invoicekey")),
                field: record["key"],
                f"{field}_amount": _amount(text_of(item, "amount")),
            }
            for item in items
        ],
    }
    if table in ("ar_advance", "ar_payment") and record.get("currency"):
        fields["currency"] = record["currency"]
    return keyed(call.create("ar_payment", fields)["key"])


def reverse_arpayment(call: Call) -> Outcome:
    """Reverse a payment: its invoices are due again."""
    return _reverse(call, "ar_payment")


def _header(call: Call, node: Node, *, day: str) -> dict[str, Any]:
    check_supported(node)
    fields: dict[str, Any] = {
        **given(
            node,
            {
                "customerid": "customer",
                "termname": "term",
                "description": "description",
                "supdocid": "attachment",
            },
        ),
        **currencies(node),
        **contacts(call, node, _CONTACTS),
        **own_fields(call, node, _TABLES[day]),
        **legacy_summaries.of_document(call, node, _SUMMARIES[day]),
    }
    for name, field in (("datecreated", day), ("dateposted", "posting_date")):
        value = date_of(node, name)
        if value is not None:
            fields[field] = value
    due = date_of(node, "datedue")
    if due is not None:
        fields["due_date"] = due
    action = text_of(node, "action").lower()
    if action not in ("", "submit", "draft"):
        refuse("BL03002028", "The action must be Submit or Draft.")
    fields["state"] = "draft" if action == "draft" else "posted"
    return fields


def _line(call: Call, line: Node, table: str) -> dict[str, Any]:
    check_supported(line)
    return {
        **own_fields(call, line, f"{table}_line"),
        **given(
            line,
            {
                "glaccountno": "account",
                "offsetglaccountno": "offset_account",
                "amount": "amount",
                "totaltrxamount": "amount",
                "memo": "memo",
            },
        ),
        **dimensions(line),
    }


def _detail(item: Node) -> dict[str, Any]:
    key = text_of(item, "invoicekey")
    if not key.isdecimal():
        refuse("BL01001973", f"The invoice '{key}' is invalid.")
    return {"invoice": int(key), "payment_amount": _amount(text_of(item, "amount"))}


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        refuse("BL03002028", "An amount is invalid.")
    if not amount.is_finite():
        refuse("BL03002028", "An amount is invalid.")
    return amount


def _customer_of(call: Call, key: str) -> int:
    invoice = call.books.get("ar_invoice", int(key)) if key.isdecimal() else None
    if invoice is None:
        refuse("BL01001973", f"The invoice '{key}' is invalid.")
    customer: int = invoice["customer"]
    return customer


def _credit(call: Call, key: str, customer: int) -> tuple[str, str, Record]:
    """The credit of the customer under that number with something left.

    One number is one record, but in books kept by an earlier version of this program.
    """
    for table, field, left in _CREDITS:
        record = call.books.get(table, int(key)) if key.isdecimal() else None
        if record is None or record["customer"] != customer:
            continue
        if call.books.derived(table, record).get(left):
            return table, field, record
    return refuse("XL03000027", f"There is nothing left to apply of '{key}'.")


def _reverse(call: Call, table: str) -> Outcome:
    record = by_key_attribute(call, table)
    fields = {
        "reversed_date": date_of(call.node, "datereversed"),
        "memo": text_of(call.node, "description"),
    }
    call.act(table, record["key"], "reverse", fields)
    return nothing()
