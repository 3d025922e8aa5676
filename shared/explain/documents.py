"""The documents of an order posted in detail, each with the event, the rules and what proves it.

A document is not kept; it is written down again from the facts, and counts as the one in the books
only if its content has the digest that the ledger noted when it was sent. Where today's facts give
another content, the order's earlier moments are tried, from the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from commerce.orders import Facts
from shared.explain.lines import ExplainedEntry, Part, explained, rules_of
from shared.facts.record import FactsRecord, order_of
from shared.ledger.apply import results_of
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.records import Record, State
from shared.postings.book import StoreBook
from shared.postings.periods import under_date
from shared.postings.plan import Posting
from shared.postings.planner import written
from shared.replaying.history import RawDocuments, UnreadableHistoryError, moments
from shared.undo.dates import ledger_day
from shared.undo.in_books import named
from shared.undo.memory import recall
from shared.undo.planner import plan_undo

BookOf = Callable[[FactsRecord, Mapping[str, Record]], StoreBook]
"""The book that an order is posted under; raises `NoBookError`."""


class NoBookError(LookupError):
    """Nobody can say under which mapping an order is posted; the message is for people."""


@dataclass(frozen=True, slots=True)
class ExplainedOrders:
    """Takes the documents of orders apart; writes nothing."""

    book_of: BookOf
    archive: RawDocuments

    def documents(
        self, record: FactsRecord, chain: Mapping[str, Record]
    ) -> Iterator[ExplainedEntry]:
        """Every posting of the order that the ledger knows; what is not in the books has no lines.

        Args:
            record: the order's facts.
            chain: its ledger partition.

        Raises:
            NoBookError: its mapping cannot be read.
        """
        book = self.book_of(record, chain)
        found = self._written(record, chain, book)
        for key, known in sorted(chain.items()):
            yield _entry(record, book, known, found.get(key))

    def _written(
        self, record: FactsRecord, chain: Mapping[str, Record], book: StoreBook
    ) -> dict[str, Posting]:
        """The documents whose content is that of the ones in the books, by key."""
        found: dict[str, Posting] = {}
        for facts in self._tellings(record):
            told = replace(record, known=facts)
            for posting in _candidates(told, chain, book):
                known = chain.get(posting.key)
                if known is not None and (sent := _as_sent(posting, known, book)):
                    found.setdefault(posting.key, sent)
            for known in chain.values():
                if known.key not in found:
                    found |= _before_the_rest(told, chain, book, known)
            if found.keys() >= chain.keys():
                break
        return found

    def _tellings(self, record: FactsRecord) -> Iterator[Facts]:
        """The facts as they are, then as they were, the newest first."""
        yield record.known
        try:
            earlier = [moment.record.known for moment in moments(record, self.archive)]
        except UnreadableHistoryError:
            return
        yield from reversed(earlier[:-1])


def _candidates(
    record: FactsRecord, chain: Mapping[str, Record], book: StoreBook
) -> Iterator[Posting]:
    """The order's documents, and those that undid them, in each of its lives."""
    posted = results_of(chain)
    for life in _lives(record, book):
        yield from written(record.facts, posted, life, tuple(chain))
        if any((name := named(key)) is not None and name.undoes for key in chain):
            yield from plan_undo(chain, recall(record, chain, life, entered={}), life).postings


def _before_the_rest(
    record: FactsRecord, chain: Mapping[str, Record], book: StoreBook, known: Record
) -> dict[str, Posting]:
    """The posting as it is planned when only what was sent before it is in the books."""
    before = {
        key: other
        for key, other in chain.items()
        if known.sent_at and other.sent_at and other.sent_at < known.sent_at
    }
    return {
        posting.key: sent
        for life in _lives(record, book)
        for posting in written(record.facts, results_of(before), life)
        if posting.key == known.key and (sent := _as_sent(posting, known, book))
    }


def _lives(record: FactsRecord, book: StoreBook) -> Iterator[StoreBook]:
    """The book of each life of the order: an undo ends one, and its keys with it."""
    return (replace(book, revision=revision) for revision in range(record.revision + 1))


def _as_sent(posting: Posting, known: Record, book: StoreBook) -> Posting | None:
    """The posting under the date it was sent with, if that is it: same content, same lines."""
    if known.dated_on is not None:
        field = book.mapping.definitions.true_date_field
        posting = under_date(posting, known.dated_on, true_date_field=field)
    is_same = content_hash(posting.document) == known.content_hash
    is_it = is_same and known.effect in ("", effect_digest(posting.effect))
    return posting if is_it else None


def _entry(
    record: FactsRecord, book: StoreBook, known: Record, posting: Posting | None
) -> ExplainedEntry:
    _, store, order_id = order_of(record.pk)
    name = named(known.key)
    what = name.purpose if name else known.key
    is_there = posting is not None and known.state is State.DONE
    lines = []
    for number, line in enumerate(posting.effect if posting and is_there else (), start=1):
        part = Part(
            what=what,
            amount=line.amount,
            order_id=order_id,
            rules=rules_of(line, posting.why if posting else ()),
            mapping_version=book.mapping.version,
        )
        lines.append(explained(number, line, [part]))
    return ExplainedEntry(
        key=known.key,
        kind=name.kind.value if name else "",
        subject=f"order {order_id}",
        store=store,
        posted_on=known.dated_on or (ledger_day(posting.document) if posting else None),
        mapping_version=book.mapping.version,
        lines=tuple(lines),
        reference=known.document_number,
        sage_key=known.result.key if known.result else "",
        state=known.state.value,
        problems=tuple(_problems(known, posting)),
    )


def _problems(known: Record, posting: Posting | None) -> Iterator[str]:
    if known.state in (State.SENT, State.REVIEW):
        yield f"whether it is in the books is not known: {known.state.value}"
    elif known.state is State.DONE and posting is None:
        yield (
            "no archived state of the order gives the content that was sent:"
            " the mapping was changed without a version, or the document is of another kind"
        )
