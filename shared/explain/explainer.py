"""Leads from a posting to what it is made of, and from an order to every ledger line it is in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.explain.days import ExplainedDays
from shared.explain.documents import BookOf, ExplainedOrders
from shared.explain.lines import ExplainedEntry, Origin
from shared.explain.payouts import explain_payout
from shared.explain.settlements import MoneyOf, nothing_known
from shared.facts.record import FactsRecord, FactsStore, order_pk
from shared.gl.days import DayBook, DayKey
from shared.ledger.port import Ledger
from shared.ledger.records import Record
from shared.payouts.store import PayoutKey, Payouts
from shared.postings.book import StoreBook
from shared.postings.plan import PostingKind
from shared.replaying.history import RawDocuments
from shared.undo.in_books import named

_JOURNAL = re.compile(r"(?:payout:(.+):)?(?:summary|statistics|reversal):([\d-]{10}):([A-Z]{3}):")
"""The purpose of a posting of a day: its payout, its date, its currency."""

_OF_DAYS = frozenset({PostingKind.GL_BATCH, PostingKind.STATISTICAL})


class NothingKnownError(LookupError):
    """There is nothing to explain under that name; the message is for people."""


@dataclass(frozen=True, slots=True)
class ExplainerParts:
    """What explaining reads; nothing is written.

    `book_of` is the book that an order is posted under, `books_of` those of a store in every
    version of the mapping, the newest first, and `days_of` the days that hold an order's events.
    `money_of` is what an order of a thrifty channel says of its money.
    """

    facts: FactsStore
    ledger: Ledger
    days: DayBook
    payouts: Payouts
    archive: RawDocuments
    book_of: BookOf
    books_of: Callable[[str, str], Iterable[StoreBook]]
    days_of: Callable[[str], Iterable[DayKey]]
    money_of: MoneyOf = nothing_known


class Explainer:
    """Explains what is in the books, from the day book, the ledger, the facts and the archive."""

    def __init__(self, parts: ExplainerParts) -> None:
        """Read from `parts`."""
        self._parts = parts
        self._days = ExplainedDays(parts.days)
        self._orders = ExplainedOrders(parts.book_of, parts.archive)

    def posting(self, known: Record) -> ExplainedEntry:
        """One posting, by its record in the ledger.

        Raises:
            NothingKnownError: it has no ledger lines, or what it is about is not stored.
            NoBookError: nobody can say under which mapping its order is posted.
        """
        kind, *names = known.pk.split("#", 3)
        day = day_of(known.key)
        entries: list[ExplainedEntry] = []
        if kind == "ORD":
            entries = self._order(known.pk)
        elif kind == "PAY":
            entries = self.payout(PayoutKey(*names))
        elif kind == "GL" and day is not None:
            entries = self.day(day)
        for entry in entries:
            if entry.key == known.key:
                return entry
        message = f"the posting {known.key} has no ledger lines to explain"
        raise NothingKnownError(message)

    def day(self, key: DayKey) -> list[ExplainedEntry]:
        """The journals and counts of a day, oldest first."""
        return self._days.journals(key, self._parts.ledger.chain(key.ledger_pk))

    def payout(self, key: PayoutKey) -> list[ExplainedEntry]:
        """The entries of a payout.

        Raises:
            NothingKnownError: the payout is not stored.
        """
        record = self._parts.payouts.load(key)
        if record is None:
            message = f"store {key.store} has no payout {key.payout_id}"
            raise NothingKnownError(message)
        chain = self._parts.ledger.chain(key.ledger_pk)
        books = self._parts.books_of(key.tenant, key.store)
        days = {day for posting in chain if (day := day_of(posting)) is not None}
        brought = [entry for day in sorted(days) for entry in self._days.journals(day, chain)]
        return explain_payout(record, chain, books, self._parts.money_of, brought=brought)

    def traced(self, entries: Iterable[ExplainedEntry]) -> list[ExplainedEntry]:
        """The same entries with what the orders of their parts rest on; reads each order once."""
        known: dict[str, Origin] = {}
        found = []
        for entry in entries:
            tenant = entry.key.partition("/")[0]
            pks = {
                part.order_id: order_pk(tenant, entry.store, part.order_id)
                for line in entry.lines
                for part in line.parts
                if part.order_id
            }
            for pk in pks.values():
                if pk not in known:
                    known[pk] = self._origin(pk)
            origins = {order_id: known[pk] for order_id, pk in pks.items()}
            found.append(_with_origins(entry, origins))
        return found

    def order(self, tenant: str, store: str, order_id: str) -> list[ExplainedEntry]:
        """Every ledger line that holds something of the order, with the order's own parts alone.

        Lines of shared journals keep their amount: what others put there is not told, so that only
        their problems say whether they are proved.

        Raises:
            NothingKnownError: nothing is known of the order.
        """
        pk = order_pk(tenant, store, order_id)
        entries = self._order(pk)
        for key in self._parts.days_of(pk):
            if not key.payout:
                entries += _of_order(self.day(key), order_id)
        for head in self._parts.payouts.heads(tenant, store):
            payout = PayoutKey(tenant, store, head.payout.ref.id)
            known = self._parts.payouts.load(payout) if head.is_booked else None
            if known and any(line.order_id == order_id for line in known.payout.lines):
                entries += _of_order(self.payout(payout), order_id)
        return entries

    def documents(self, record: FactsRecord) -> list[ExplainedEntry]:
        """The documents of an order that is posted in detail; none where nothing was sent.

        Raises:
            NoBookError: nobody can say under which mapping it is posted.
        """
        chain = self._parts.ledger.chain(record.pk)
        return list(self._orders.documents(record, chain)) if chain else []

    def _order(self, pk: str) -> list[ExplainedEntry]:
        record = self._parts.facts.load(pk)
        if record is None:
            message = f"nothing is known of order {pk.rpartition('#')[2]}"
            raise NothingKnownError(message)
        return self.documents(record)

    def _origin(self, pk: str) -> Origin:
        record = self._parts.facts.load(pk)
        return Origin(record.sources, record.configured) if record else Origin()


def day_of(key: str) -> DayKey | None:
    """The day, or a payout's part, that a journal or its counts belong to, by the posting key."""
    name = named(key)
    told = _JOURNAL.match(name.purpose) if name else None
    if name is None or name.kind not in _OF_DAYS or told is None:
        return None
    payout, on, currency = told.groups(default="")
    try:
        return DayKey(key.partition("/")[0], name.store, currency, date.fromisoformat(on), payout)
    except ValueError:
        return None


def _with_origins(entry: ExplainedEntry, origins: Mapping[str, Origin]) -> ExplainedEntry:
    lines = tuple(
        replace(
            line,
            parts=tuple(
                replace(part, origin=origins.get(part.order_id, Origin())) for part in line.parts
            ),
        )
        for line in entry.lines
    )
    return replace(entry, lines=lines)


def _of_order(entries: Iterable[ExplainedEntry], order_id: str) -> Iterator[ExplainedEntry]:
    """Lines that hold parts of the order, with those parts; what is not proved stays told."""
    for entry in entries:
        lines = tuple(
            replace(line, parts=mine, is_partial=True)
            for line in entry.lines
            if (mine := tuple(part for part in line.parts if part.order_id == order_id))
        )
        if lines:
            yield replace(entry, lines=lines, problems=entry.all_problems)
