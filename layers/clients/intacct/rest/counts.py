"""Reading the lines of statistical entries: what was counted, on which account (R-12.1).

Over REST such an entry is an object of its own, and so are its lines; a line goes up or down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice

from intacct.errors import RejectedError
from intacct.reading import CountLine
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, one_of, rows
from intacct.rest.wire import text

ENTRIES_MAX = 100
"""Entries of one call: a day's counts are few, and one entry may have many dimensions."""

_LINE = "general-ledger/statistical-journal-entry-line"
_ENTRY = "statisticalJournalEntry.key"
_FIELDS = (_ENTRY, "txnType", "txnAmount", "statisticalAccount.id")
_SIGNS = {"increase": 1, "decrease": -1}


def count_lines(
    client: RestClient, keys: Iterable[str], *, entity: str = ""
) -> Iterator[CountLine]:
    """The lines of the statistical entries with these keys; of what is not there there are none.

    Raises:
        RejectedError: a line goes neither up nor down.
        IntacctError: as `query.rows`; reading again is always safe.
    """
    wanted = iter(dict.fromkeys(keys))
    while part := list(islice(wanted, ENTRIES_MAX)):
        query = Query(_LINE, _FIELDS, (one_of(_ENTRY, part),), include_private=True)
        for row in rows(client, query, entity=entity):
            account = text(row.get("statisticalAccount.id"))
            yield CountLine(text(row.get(_ENTRY)), account, _quantity(row))


def _quantity(row: Row) -> Decimal:
    try:
        return _SIGNS[text(row.get("txnType"))] * Decimal(text(row.get("txnAmount")))
    except (KeyError, InvalidOperation):
        message = "a statistical line has no direction or no quantity that can be read"
        raise RejectedError(message) from None
