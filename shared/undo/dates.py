"""On which day the books hold a document, and on which it may be undone."""

from __future__ import annotations

from datetime import date

from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    CustomerRefund,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
)
from shared.ledger.records import Record
from shared.postings.book import StoreBook
from shared.postings.plan import Posting


def ledger_day(document: Document) -> date | None:  # one per kind
    """The day that a document has in the ledger; None where it has none of its own."""
    match document:
        case SalesDocument() | ArInvoice():
            return document.posted_on or document.dated_on
        case Adjustment():
            return document.dated_on
        case Advance() | Payment():
            return document.received_on
        case CustomerRefund():
            return document.refunded_on
        case JournalEntry():
            return document.posted_on
        case _:
            return None


def posted_on(record: Record, written: Posting | None, book: StoreBook) -> date:
    """The ledger day of what is in the books, or a later one: never one before it.

    Where the facts tell of it no more it is the day on which it was sent, which no document is
    dated after (R-10.6).
    """
    day = ledger_day(written.document) if written is not None else None
    if day is not None:
        return day
    assert record.sent_at is not None, "what is in the books was sent"  # noqa: S101
    return book.ledger_on(record.sent_at)
