"""Recalls what the documents in the books said, from the facts and the book they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from commerce.orders import Facts
from shared.facts.record import FactsRecord
from shared.ledger.apply import results_of
from shared.ledger.content import effect_digest
from shared.ledger.records import Record
from shared.posting.doubts import begun
from shared.postings.book import StoreBook
from shared.postings.plan import Posted, Posting, PostingKind
from shared.postings.planner import plan, written
from shared.undo.earlier import tellings_of
from shared.undo.in_books import in_books, named
from shared.undo.plan import Memory

_TOLD = frozenset({PostingKind.INVOICE, PostingKind.JOURNAL_ENTRY})
"""The kinds whose undo needs their lines: what Sage reverses by key needs none."""


def recall(
    record: FactsRecord,
    chain: Mapping[str, Record],
    book: StoreBook,
    *,
    entered: Mapping[str, str],
) -> Memory:
    """What is known of the order's documents; `entered` are its events in days' journals.

    An order that was edited may explain its first documents in more than one way: each is told in
    the way whose ledger lines are those that were posted. Those that no telling of today explains
    are told as the order stood when they were posted.
    """
    facts = record.facts
    known: dict[str, Posting] = {}
    for postings in _tellings(facts, chain, book):
        for posting in postings:
            if posting.key not in known or _is_it(posting, chain.get(posting.key)):
                known[posting.key] = posting
    for key in _unlike(known, chain, book):
        for posting in tellings_of(key, facts, chain, book):
            if _is_it(posting, chain[key]):
                known[key] = posting
                break
    entries = plan(facts, {}, book).events if entered else ()
    number = facts.order.number if facts.order else facts.ref.id
    return Memory(number, known, entries, entered)


def _is_it(posting: Posting, kept: Record | None) -> bool:
    """Whether the ledger lines are those that were posted."""
    return kept is not None and kept.effect == effect_digest(posting.effect)


def _unlike(
    known: Mapping[str, Posting], chain: Mapping[str, Record], book: StoreBook
) -> list[str]:
    """What is in the books with other lines than today's telling: of kinds that must be told."""
    return [
        record.key
        for name, record in in_books(chain, book)
        if name.kind in _TOLD
        and record.effect
        and not (record.key in known and _is_it(known[record.key], record))
    ]


def _tellings(
    facts: Facts, chain: Mapping[str, Record], book: StoreBook
) -> Iterator[tuple[Posting, ...]]:
    """The order as it stands beside its books, and as if it had never been edited."""
    posted = results_of(chain)
    yield written(facts, posted, book, begun(chain))
    yield written(facts, _without_order_total(posted), book, begun(chain))


def _without_order_total(posted: Posted) -> Posted:
    return {
        key: replace(result, total=None) if _is_order(key) else result
        for key, result in posted.items()
    }


def _is_order(key: str) -> bool:
    name = named(key)
    return name is not None and name.kind is PostingKind.SALES_ORDER
