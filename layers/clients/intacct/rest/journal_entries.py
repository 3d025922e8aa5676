"""Journal entries (REST reference §16.10)."""

from __future__ import annotations

from intacct.documents import DocumentResult, JournalEntry, JournalLine
from intacct.rates import line_rate
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, equal, first_rows
from intacct.rest.wire import Json, amount, by_id, custom, dimensions, present, text
from intacct.results import Found

OBJECT = "general-ledger/journal-entry"


def payload(entry: JournalEntry, *, base_currency: str = "") -> Json:
    """The entry as it is created; lines in `base_currency` do not name it."""
    return present(
        {
            "glJournal": by_id(entry.journal),
            "postingDate": entry.posted_on.isoformat(),
            "description": entry.description,
            "referenceNumber": entry.reference,
            "baseLocation": by_id(entry.base_location),
            "state": "draft" if entry.is_draft else None,
            "automaticReversalDate": entry.reverses_on.isoformat() if entry.reverses_on else None,
            "attachment": by_id(entry.attachment),
            **custom(entry.custom),
            "lines": [_line(line, entry, base_currency) for line in entry.lines],
        }
    )


def _line(line: JournalLine, entry: JournalEntry, base_currency: str) -> Json:
    return present(
        {
            "txnType": line.side.value,
            "txnAmount": amount(line.amount),
            "glAccount": by_id(line.account),
            "description": line.memo,
            "currency": _currency(line, entry, base_currency),
            "dimensions": dimensions(line.dimensions),
        }
    )


def _currency(line: JournalLine, entry: JournalEntry, base_currency: str) -> Json | None:
    """The currency of a line with its rate; nothing where it is the entity's own."""
    currency = line.amount.currency
    if currency == base_currency:
        return None
    rate, on = line_rate(line, entry), entry.rate_on
    return present(
        {
            "txnCurrency": currency,
            "exchangeRateDate": on.isoformat() if on else None,
            "exchangeRate": format(rate, "f") if rate else None,
        }
    )


def find(client: RestClient, entry: JournalEntry, *, entity: str) -> list[Found]:
    """Entries of the same journal that carry our reference."""
    query = Query(
        OBJECT,
        ("id", "txnNumber", "state", "referenceNumber", "glJournal.id"),
        (equal("referenceNumber", entry.reference), equal("glJournal.id", entry.journal)),
    )
    return [_found(row) for row in first_rows(client, query, entity=entity)]


def _found(row: Row) -> Found:
    result = DocumentResult(
        key=text(row["key"]), id=text(row.get("id")), state=text(row.get("state"))
    )
    return Found(result, reference=text(row.get("referenceNumber")))
