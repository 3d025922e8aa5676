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
from shared.undo.in_books import named
from shared.undo.plan import Memory


def recall(
    record: FactsRecord,
    chain: Mapping[str, Record],
    book: StoreBook,
    *,
    entered: Mapping[str, str],
) -> Memory:
    """What is known of the order's documents; `entered` are its events in days' journals.

    An order that was edited may explain its first documents in more than one way: each is told in
    the way whose ledger lines are those that were posted.
    """
    facts = record.facts
    known: dict[str, Posting] = {}
    for postings in _tellings(facts, chain, book):
        for posting in postings:
            kept = chain.get(posting.key)
            is_right = kept is not None and kept.effect == effect_digest(posting.effect)
            if is_right or posting.key not in known:
                known[posting.key] = posting
    entries = plan(facts, {}, book).events if entered else ()
    number = facts.order.number if facts.order else facts.ref.id
    return Memory(number, known, entries, entered)


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
