"""One document becomes one function element, whatever its kind.

What a conversion needs of the document it converts is looked up before (`sources`), so that this
is a pure function of what is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
)
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument
from intacct.xml import (
    journal_entries,
    masters,
    payments,
    receivables,
    reversals,
    sales_changes,
    sales_documents,
    stock,
)
from intacct.xml.elements import Element


@dataclass(frozen=True, slots=True)
class Source:
    """A document to convert: its document id, and the record numbers of its lines in order."""

    id: str
    lines: tuple[str, ...]


def source_key(document: Document) -> str:
    """The Sage key of the document that this one converts, empty when it converts none.

    Raises:
        TypeError: the reference is not resolved.
    """
    return payments.resolved(document.source) if isinstance(document, SalesDocument) else ""


def written(  # noqa: C901, PLR0911  # one per kind
    document: Document,
    sources: Mapping[str, Source],
    *,
    base_currency: str = "",
    entity: str = "",
) -> Element:
    """The function that posts a document; `sources` are by the keys that `source_key` gives.

    Raises:
        SourceLineError: it converts a line that its source does not have.
        ValueError: XML does not offer the action.
    """
    match document:
        case Customer():
            return masters.create_master(document)
        case SalesDocument():
            source = sources.get(source_key(document), Source("", ()))
            return sales_documents.create_sales_document(
                document,
                source_id=source.id,
                source_lines=source.lines,
                base_currency=base_currency,
            )
        case ArInvoice():
            return receivables.create_invoice(document, base_currency=base_currency)
        case Adjustment():
            return receivables.create_adjustment(document, base_currency=base_currency)
        case Advance():
            return payments.create_advance(document, base_currency=base_currency)
        case Payment():
            return payments.create_payment(document, base_currency=base_currency, entity=entity)
        case JournalEntry():
            return journal_entries.create_journal_entry(document, base_currency=base_currency)
        case StatisticalEntry():
            return journal_entries.create_statistical_entry(document)
        case StockDocument() | WarehouseTransfer():
            return stock.create_movement(document)
        case CustomerRefund():
            message = "XML offers no customer refunds (REST reference §17)"
            raise ValueError(message)
        case ReverseDocument():
            return reversals.reverse_document(document)
        case CloseSalesDocument():
            return sales_changes.close_sales_document(document.id)
