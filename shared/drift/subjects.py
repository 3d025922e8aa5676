"""The proof's row of the order, payout or day that a posting belongs to, made anew.

It says what a document was to move on each account: more than the ledger remembers of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.gl.days import DayKey
from shared.payouts.store import PayoutKey
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.reconciliation.days import day_row
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.orders import order_row
from shared.reconciliation.payout_journals import payout_journals
from shared.reconciliation.payouts import payout_row
from shared.reconciliation.refreshing import RefreshParts, payments_of
from shared.reconciliation.rows import Row, day_name, order_name, payout_name
from shared.tenants.models import Tenant

_WORDS = {"ORD": "order", "PAY": "payout", "GL": "day"}


def parts_of(pk: str) -> tuple[str, str, str]:
    """The kind, the store and the name in a ledger partition; empty where it has none."""
    kind, _, store, name = (*pk.split("#", 3), "", "", "")[:4]
    return kind, store, name


def subject_of(pk: str) -> str:
    """What people call what a ledger partition is about: `order 1001`, `day 2026-03-02`."""
    kind, _, name = parts_of(pk)
    return f"{_WORDS.get(kind, kind)} {name}"


def pk_of(tenant: str, store: str, subject: str) -> str:
    """The ledger partition of an order, payout or day, as the proof names it; empty for others."""
    word, _, name = subject.partition(" ")
    kind = next((kind for kind, known in _WORDS.items() if known == word), "")
    if kind == "GL":
        name = name.partition(" ")[0]  # the proof's rows of days are by currency
    return f"{kind}#{tenant}#{store}#{name}" if kind else ""


class Subjects:
    """Makes rows of single ledger partitions; keeps none."""

    def __init__(self, parts: RefreshParts) -> None:
        """`parts` are those that the daily proof makes its rows with."""
        self._parts = parts

    def documents(self, tenant: Tenant, pk: str) -> dict[str, BookedDocument]:
        """The documents of a ledger partition by posting key, as far as they can be told.

        Raises:
            botocore.exceptions.ClientError: facts, ledger or days could not be read.
        """
        kind, store, name = parts_of(pk)
        book = store_book(tenant, store)
        if book is None:
            return {}
        rows: Iterator[Row | None] = iter(())
        if kind == "ORD":
            rows = self._order(tenant, book, name)
        elif kind == "PAY":
            rows = self._payout(tenant, book, name)
        elif kind == "GL":
            rows = self._days(tenant, book, name)
        return {one.key: one for row in rows if row is not None for one in row.documents}

    def _order(self, tenant: Tenant, book: StoreBook, order_id: str) -> Iterator[Row]:
        state = self._parts.sources.order(tenant.id, book.store, order_id)
        if state is None:
            return
        choice = self._parts.books.choose(tenant, state.record, state.chain)
        if choice.book is not None:
            known = self._parts.book.row(tenant.id, book.store, order_name(order_id))
            yield order_row(state, choice.book, known)

    def _payout(self, tenant: Tenant, book: StoreBook, payout_id: str) -> Iterator[Row]:
        key = PayoutKey(tenant.id, book.store, payout_id)
        record = self._parts.payouts.load(key)
        if record is None:
            return
        chain = self._parts.ledger.chain(key.ledger_pk)
        known = self._parts.book.row(tenant.id, book.store, payout_name(payout_id))
        paid = payments_of(self._parts, tenant, book, record)
        days, claims = self._parts.days, self._parts.payout_days
        journals = payout_journals(record, chain, book, days, claims)
        yield payout_row(record, chain, book, known, payments=paid, journals=journals)

    def _days(self, tenant: Tenant, book: StoreBook, day: str) -> Iterator[Row]:
        """A day's partition names no currency: each that the proof knows, and the entity's own."""
        prefix = f"day#{day}#"
        heads = self._parts.book.heads(tenant.id, book.store)
        known = {h.name.removeprefix(prefix) for h in heads if h.name.startswith(prefix)}
        for currency in sorted({*known, book.base_currency}):
            key = DayKey(tenant.id, book.store, currency, date.fromisoformat(day))
            entered = self._parts.days.read(key)
            if entered.entries or entered.batches:
                before = self._parts.book.row(tenant.id, book.store, day_name(currency, key.on))
                chain = self._parts.ledger.chain(key.ledger_pk)
                yield day_row(entered, chain, book, before)
