"""How a document is found again by the mark that we wrote into it (reliability §3.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    Customer,
    CustomerRefund,
    Document,
    DocumentResult,
    JournalEntry,
    Payment,
    SalesDocument,
)
from intacct.results import Found
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, StockMovement, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument, Undoing
from intacct.xml import (
    customers,
    journal_entries,
    payments,
    receivables,
    reversals,
    sales_documents,
    stock,
)
from intacct.xml.elements import Element, money_from, text_at
from intacct.xml.queries import Query, all_of, any_of, equal
from intacct.xml.state_words import state_word

# The class of a definition whose documents credit the customer: a sales return makes an adjustment.
_MAKES_CREDIT = re.compile("adjust|return|credit", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A query for a mark, and the fields of its rows that say what was found.

    `references` are the fields that may carry the mark. Amounts are in the transaction currency:
    that of the row, else `currency`.
    """

    query: Query
    mark: str
    references: tuple[str, ...]
    id: str
    customer: str = ""
    amount: str = ""
    currency: str = ""
    invoice_key: str = ""
    state: str = "STATE"

    def found(self, row: Element) -> Found:
        """What one row of the query says."""
        currency = text_at(row, "CURRENCY") or self.currency
        amount = text_at(row, self.amount) if self.amount and currency else ""
        held = money_from(amount, currency) if amount else None
        # Sage holds a credit memo below zero; in our documents the kind gives the sign.
        total = None if held is None else abs(held)
        result = DocumentResult(
            key=text_at(row, "RECORDNO"),
            id=text_at(row, self.id),
            state=state_word(text_at(row, self.state)),
            total=total,
            invoice_key=self._invoice_in(row),
        )
        return Found(
            result=result,
            reference=self._mark_in(row),
            customer=text_at(row, self.customer) if self.customer else "",
            total=total,
        )

    def _invoice_in(self, row: Element) -> str:
        """The receivable that the document made, unless that is a credit (§11.4)."""
        if not self.invoice_key or _MAKES_CREDIT.search(text_at(row, "DOCPARCLASS")):
            return ""
        return text_at(row, self.invoice_key)

    def _mark_in(self, row: Element) -> str:
        values = [text_at(row, field) for field in self.references]
        return self.mark if self.mark in values else values[0]


def lookup_of(document: Document) -> Lookup:  # noqa: PLR0911  # one per kind
    """How to look for that document.

    Raises:
        ValueError: XML does not offer the action.
    """
    match document:
        case Customer():
            query = customers.customer_query(equal("CUSTOMERID", document.id))
            return Lookup(
                query,
                document.id,
                ("CUSTOMERID",),
                "CUSTOMERID",
                customer="CUSTOMERID",
                state="STATUS",
            )
        case SalesDocument():
            return _sales_lookup(document)
        case JournalEntry() | StatisticalEntry():
            query = Query(
                "GLBATCH", journal_entries.FIELDS, equal("REFERENCENO", document.reference)
            )
            return Lookup(query, document.reference, ("REFERENCENO",), "BATCHNO")
        case ArInvoice() | Adjustment():
            return _numbered_lookup(document)
        case Advance() | Payment():
            return _money_lookup(document)
        case CustomerRefund():
            message = "XML offers no customer refunds (REST reference §17)"
            raise ValueError(message)
        case ReverseDocument() | CloseSalesDocument():
            return _undoing_lookup(document)
        case StockDocument() | WarehouseTransfer():
            return _movement_lookup(document)


def _movement_lookup(movement: StockMovement) -> Lookup:
    is_document = isinstance(movement, StockDocument)
    mark, readable = ("PONUMBER", "DOCID") if is_document else ("REFERENCENO", "REFERENCENO")
    return Lookup(stock.movement_query(movement), movement.reference, (mark,), readable)


def _undoing_lookup(document: Undoing) -> Lookup:
    """What became of the document that is to be undone."""
    if isinstance(document, CloseSalesDocument):
        name, readable = "SODOCUMENT", "DOCID"
    else:
        name, readable = reversals.object_of(document.kind), "RECORDID"
    query = Query(name, ("RECORDNO", readable, "STATE"), equal("RECORDNO", document.key))
    return Lookup(query, document.reference, (readable,), readable)


def _money_lookup(document: Advance | Payment) -> Lookup:
    name, fields = (
        ("ARADVANCE", payments.ADVANCE_FIELDS)
        if isinstance(document, Advance)
        else ("ARPYMT", payments.PAYMENT_FIELDS)
    )
    return Lookup(
        Query(name, fields, equal("DOCNUMBER", document.reference)),
        document.reference,
        ("DOCNUMBER",),
        "RECORDID",
        customer="CUSTOMERID",
        amount="TRX_TOTALENTERED",
        currency=document.amount.currency,
    )


def _sales_lookup(document: SalesDocument) -> Lookup:
    mark = all_of(equal("PONUMBER", document.reference), equal("DOCPARID", document.definition))
    query = Query("SODOCUMENT", sales_documents.FIELDS, mark)
    return sales_lookup(query, document.reference, currency=document.currency)


def sales_lookup(query: Query, mark: str, *, currency: str) -> Lookup:
    """How rows of SODOCUMENT are read, by whatever they were asked for."""
    return Lookup(
        query,
        mark,
        ("PONUMBER",),
        "DOCID",
        customer="CUSTVENDID",
        amount="TRX_TOTALAMOUNT",
        currency=currency,
        invoice_key="PRRECORDKEY",
    )


def _numbered_lookup(document: ArInvoice | Adjustment) -> Lookup:
    """Our reference is the number; a company that numbers by itself keeps it in DOCNUMBER only."""
    mark = any_of(equal("RECORDID", document.reference), equal("DOCNUMBER", document.reference))
    if isinstance(document, Adjustment):
        query = Query("ARADJUSTMENT", receivables.ADJUSTMENT_FIELDS, mark)
        currency = document.currency
    else:
        query = Query("ARINVOICE", receivables.INVOICE_FIELDS, mark)
        currency = document.lines[0].amount.currency if document.lines else ""
    return Lookup(
        query,
        document.reference,
        ("RECORDID", "DOCNUMBER"),
        "RECORDID",
        customer="CUSTOMERID",
        amount="TRX_TOTALENTERED",
        currency=currency,
    )
