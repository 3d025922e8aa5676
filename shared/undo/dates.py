"""On which day the books hold a document, and on which it may be undone."""

from __future__ import annotations

from datetime import date

from intacct.documents import ArInvoice, Document, SalesDocument
from shared.ledger.records import Record
from shared.postings.book import StoreBook
from shared.postings.periods import posting_date
from shared.postings.plan import Posting


def ledger_day(document: Document) -> date | None:
    """The day that a document has in the ledger, or would have; None where it has none."""
    if isinstance(document, SalesDocument | ArInvoice):
        return document.posted_on or document.dated_on
    return posting_date(document)


def posted_on(record: Record, written: Posting | None, book: StoreBook) -> date:
    """The ledger day of what is in the books, or a later one: never one before it.

    The ledger says it. Of what was sent before it did, the facts tell; and of what they tell no
    more, it is the day on which it was sent, which no document is dated after (R-10.6).
    """
    if record.dated_on is not None:
        return record.dated_on
    day = ledger_day(written.document) if written is not None else None
    if day is not None:
        return day
    assert record.sent_at is not None, "what is in the books was sent"  # noqa: S101
    return book.ledger_on(record.sent_at)
