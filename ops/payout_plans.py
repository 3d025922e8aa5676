"""What commands of payouts share: the payout, its store's book, and entries as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable

from intacct.documents import JournalEntry
from ops.desk import Desk
from ops.errors import OpsError
from shared.payouts.planner import EntityPosting
from shared.payouts.records import PayoutRecord
from shared.payouts.store import PayoutKey
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook


def loaded(desk: Desk, key: PayoutKey) -> PayoutRecord:
    """The payout with its lines.

    Raises:
        OpsError: it is not known.
    """
    record = desk.payouts.load(key)
    if record is None:
        message = f"store {key.store} of tenant {key.tenant} has no payout {key.payout_id!r}"
        raise OpsError(message)
    return record


def store_book_of(desk: Desk, tenant: str, store: str) -> StoreBook:
    """The books of a store.

    Raises:
        OpsError: the store, or its entity, is not configured.
    """
    book = store_book(desk.tenant(tenant), store)
    if book is None:
        message = f"tenant {tenant} has no store {store!r} with an entity"
        raise OpsError(message)
    return book


def entry_rows(entries: Iterable[EntityPosting]) -> list[tuple[str, ...]]:
    """Each line of each entry: entity, date, side, account, amount."""
    rows: list[tuple[str, ...]] = []
    for entry in entries:
        document = entry.posting.document
        assert isinstance(document, JournalEntry), "payouts are journal entries"  # noqa: S101
        day = document.posted_on.isoformat()
        rows += [
            (entry.entity, day, line.side.value, line.account, line.amount.plain())
            for line in document.lines
        ]
    return rows
