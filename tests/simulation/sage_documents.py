"""Our documents in the words of the simulator's books, and back: what a wire would do between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.money import Money
from intacct.documents import (
    Adjustment,
    Advance,
    Application,
    ArInvoice,
    CreditKind,
    Customer,
    CustomerRefund,
    Dimensions,
    Document,
    DocumentResult,
    JournalEntry,
    MoneyPlace,
    Payment,
    SalesDocument,
    Side,
)
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument
from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.store import Record
from shared.ports import Found

Fields = dict[str, Any]

_CREDITS = {
    CreditKind.ADVANCE: "advance",
    CreditKind.ADJUSTMENT: "adjustment",
    CreditKind.OVERPAYMENT: "overpayment",
}

# Which table keeps a kind of document, and which of its fields carries our mark.
TABLES: Mapping[type, tuple[str, str]] = {
    Customer: ("customer", "id"),
    SalesDocument: ("sales_document", "reference_number"),
    ArInvoice: ("ar_invoice", "reference_number"),
    Advance: ("ar_advance", "reference_number"),
    Payment: ("ar_payment", "reference_number"),
    Adjustment: ("ar_adjustment", "adjustment_number"),
    CustomerRefund: ("customer_refund", "document_number"),
    JournalEntry: ("journal_entry", "reference_number"),
}

_FIELDS = dict(TABLES.values())


def fields_of(  # noqa: C901, PLR0911  # one per kind
    document: Document, books: Books
) -> Fields:
    """What the books are asked to create."""
    match document:
        case Customer():
            return _customer(document)
        case SalesDocument():
            return _sale(document, books)
        case ArInvoice():
            return _invoice(document)
        case Advance():
            return _advance(document)
        case Payment():
            return _payment(document)
        case Adjustment():
            return _adjustment(document)
        case CustomerRefund():
            return _refund(document)
        case JournalEntry():
            return _journal(document)
        case StatisticalEntry():
            message = "no channel of the histories counts"
            raise NotImplementedError(message)
        case ReverseDocument() | CloseSalesDocument():
            message = "nobody undoes an order in the histories"
            raise NotImplementedError(message)
        case StockDocument() | WarehouseTransfer():
            message = "no store of the histories keeps stock"
            raise NotImplementedError(message)


def result_of(record: Record) -> DocumentResult:
    """What Sage's answer says of the new document."""
    total = record.get("total")
    currency = record.get("currency")
    return DocumentResult(
        key=str(record["key"]),
        id=str(record["id"]),
        state=str(record.get("state") or ""),
        total=Money.of(total, currency) if total is not None and currency else None,
        invoice_key=str(record.get("ar_invoice") or ""),
    )


def found_of(document: Document, record: Record, books: Books) -> Found:
    """What a look-up says of a document that is there."""
    result = result_of(record)
    customer = record.get("customer")
    known = books.get("customer", customer) if customer else None
    return Found(
        result,
        reference=str(record[TABLES[type(document)][1]]),
        customer=str(known["id"]) if known else "",
        total=abs(result.total) if result.total is not None else None,
    )


def _customer(document: Customer) -> Fields:
    contact = document.contact
    given: Fields = {"id": document.id, "name": document.name}
    if contact is not None:
        given["default_contact"] = {"email1": contact.email, "print_as": contact.print_as}
    return given


def _sale(document: SalesDocument, books: Books) -> Fields:
    source = int(_key(document.source)) if document.source else None
    rows = books.lines("sales_document", source) if source is not None else []
    lines = []
    for line in document.lines:
        fields: Fields = {
            "item": line.item,
            "unit": line.unit,
            "unit_quantity": line.quantity,
            "unit_price": line.unit_price.amount,
            **_dimensions(line.dimensions),
        }
        if source is not None and line.source_line is not None:
            fields |= {"source_document": source, "source_line": rows[line.source_line]["key"]}
        lines.append(fields)
    return {
        "definition": document.definition,
        "customer": document.customer,
        "txn_date": document.dated_on,
        "due_date": document.due_on,
        "posting_date": document.posted_on or document.dated_on,
        "reference_number": document.reference,
        "state": document.state.value,
        "currency": document.currency,
        "source_document": source,
        "lines": lines,
    }


def _invoice(document: ArInvoice) -> Fields:
    return {
        "customer": document.customer,
        "invoice_date": document.dated_on,
        "due_date": document.due_on,
        "reference_number": document.reference,
        "lines": [
            {"account": line.account, "amount": line.amount.amount, **_dimensions(line.dimensions)}
            for line in document.lines
        ],
    }


def _advance(document: Advance) -> Fields:
    line = {"account": document.account, "amount": document.amount.amount}
    return {
        "customer": document.customer,
        "receipt_date": document.received_on,
        "payment_method": document.method.value,
        "reference_number": document.reference,
        "currency": document.amount.currency,
        **_place(document.place),
        "lines": [{**line, **_dimensions(document.dimensions)}],
    }


def _payment(document: Payment) -> Fields:
    return {
        "customer": document.customer,
        "receipt_date": document.received_on,
        "payment_method": document.method.value,
        "reference_number": document.reference,
        "currency": document.amount.currency,
        **_place(document.place),
        "overpayment_amount": document.overpayment.amount or None,
        "lines": [_application(applied) for applied in document.applications],
    }


def _application(applied: Application) -> Fields:
    invoice = {"invoice": int(_key(applied.invoice))}
    if applied.credit_kind is None:
        return {**invoice, "payment_amount": applied.amount.amount}
    name = _CREDITS[applied.credit_kind]
    credit = int(_key(applied.credit))
    return {**invoice, name: credit, f"{name}_amount": applied.amount.amount}


def _adjustment(document: Adjustment) -> Fields:
    lines = [
        {
            "account": line.account,
            "amount": -line.amount.amount if line.side is Side.DEBIT else line.amount.amount,
            **_dimensions(line.dimensions),
        }
        for line in document.lines
    ]
    return {
        "customer": document.customer,
        "adjustment_date": document.dated_on,
        "adjustment_number": document.reference,
        "document_number": document.invoice_number or document.reference,
        "currency": document.currency,
        "lines": lines,
    }


def _refund(document: CustomerRefund) -> Fields:
    lines = [
        {
            _CREDITS[detail.kind]: int(_key(detail.credit)),
            "refund_amount": detail.amount.amount,
        }
        for detail in document.details
    ]
    return {
        "customer": document.customer,
        "refund_date": document.refunded_on,
        "payment_method": document.method.value,
        "document_number": document.reference,
        **_place(document.place),
        "lines": lines,
    }


def _journal(document: JournalEntry) -> Fields:
    lines = [
        {
            "account": line.account,
            "amount": line.amount.amount,
            "side": line.side.value,
            **_dimensions(line.dimensions),
        }
        for line in document.lines
    ]
    return {
        "journal": document.journal,
        "posting_date": document.posted_on,
        "description": document.description,
        "reference_number": document.reference,
        "lines": lines,
    }


def _place(place: MoneyPlace) -> Fields:
    if place.financial_entity:
        return {"bank_account": place.financial_entity}
    return {"undeposited_account": place.undeposited_account}


def _dimensions(dimensions: Dimensions) -> Fields:
    named = {"location": dimensions.location, "department": dimensions.department}
    return {name: value for name, value in named.items() if value}


def _key(reference: object) -> str:
    assert isinstance(reference, str), "references are resolved before a document is sent"
    return reference


def marks_of(books: Books) -> Sequence[tuple[str, str]]:
    """Table and mark of every document, in the order in which they were made."""
    return [
        (table, str(record[mark_field(table, record)]))
        for table, _ in TABLES.values()
        for record in books.select(table, private=True)
        if record.get(mark_field(table, record)) and record.get("module") != "orderEntry"
    ]


def mark_field(table: str, record: Record) -> str:
    """The field of a record that carries our mark: XML has another one for payments (§13.4)."""
    field = _FIELDS[table]
    has_none = table == "ar_payment" and not record.get(field)
    return "document_number" if has_none else field
