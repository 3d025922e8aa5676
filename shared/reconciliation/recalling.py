"""What the documents in the books said: written down again from facts, the way they were sent.

A document is not kept whole. It counts as recalled when its ledger lines have the digest that the
ledger noted as it was sent; an order that was edited, undone or refunded in two steps may need more
than one telling for all of its documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from commerce.kinds import PaymentState
from commerce.orders import Facts, Payment
from shared.facts.record import FactsRecord
from shared.ledger.apply import results_of
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.records import Record, State
from shared.posting.doubts import begun
from shared.postings.book import StoreBook
from shared.postings.plan import Posting
from shared.postings.planner import written
from shared.undo.in_books import named
from shared.undo.memory import recall
from shared.undo.planner import plan_undo


@dataclass(slots=True)
class Recalled:
    """The documents that an order should have, or had, by posting key.

    `wanted` are those that today's facts ask for; `postings` has those that were only once asked
    for as well. Where a telling has the ledger lines that were sent, it is that one.
    """

    postings: dict[str, Posting] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)

    def take(self, telling: Iterable[Posting], chain: Mapping[str, Record]) -> None:
        """Take a telling in: the first one, unless a later one is what was sent."""
        for posting in telling:
            known = chain.get(posting.key)
            if posting.key not in self.postings or (known is not None and is_it(posting, known)):
                self.postings[posting.key] = posting


def recalled(record: FactsRecord, chain: Mapping[str, Record], book: StoreBook) -> Recalled:
    """Every document of the order in each of its lives.

    Args:
        record: the order's facts.
        chain: its ledger partition.
        book: of the order, as it was posted.
    """
    found = Recalled()
    facts, posted = record.facts, results_of(chain)
    if facts.order is None:
        return found
    present = written(facts, posted, book, begun(chain))
    found.take(present, chain)
    found.wanted = {one.key for one in present}
    if not _unlike(found, chain):
        return found
    for telling in _tellings(record, chain, book):
        found.take(telling, chain)
    for key in _unlike(found, chain):
        earlier = _as_it_was_owed(facts, key)
        if earlier is not None:
            again = written(earlier, posted, book, begun(chain))
            found.take((one for one in again if one.key == key), chain)
        before = results_of(_sent_before(chain, chain[key]))
        found.take((one for one in written(facts, before, book) if one.key == key), chain)
        if key in found.postings and is_it(found.postings[key], chain[key]):
            found.wanted.add(key)
    return found


def is_it(posting: Posting, known: Record) -> bool:
    """Whether the ledger lines are those that were sent; of none, whether the document is."""
    if known.effect or posting.effect:
        return known.effect == effect_digest(posting.effect)
    return known.content_hash == content_hash(posting.document)


def _tellings(
    record: FactsRecord, chain: Mapping[str, Record], book: StoreBook
) -> Iterator[Sequence[Posting]]:
    """The order as it stands, as if it had never been edited, and what undid it, life by life."""
    is_undone = any((name := named(key)) is not None and name.undoes for key in chain)
    for revision in range(record.revision + 1):
        life = replace(book, revision=revision)
        memory = recall(record, chain, life, entered={})
        yield tuple(memory.written.values())
        if is_undone:
            yield tuple(plan_undo(chain, memory, life).postings)


def _unlike(found: Recalled, chain: Mapping[str, Record]) -> list[str]:
    """What is in the books otherwise than today's facts tell, or what they do not tell at all."""
    return [
        key
        for key, known in sorted(chain.items())
        if known.state is State.DONE
        and (key not in found.postings or not is_it(found.postings[key], known))
    ]


def _sent_before(chain: Mapping[str, Record], known: Record) -> Mapping[str, Record]:
    return {
        key: other
        for key, other in chain.items()
        if known.sent_at and other.sent_at and other.sent_at < known.sent_at
    }


def _as_it_was_owed(facts: Facts, key: str) -> Facts | None:
    """The facts while the refund behind a memo of this key was still on its way, if it is one."""
    _, is_pending, payment_id = key.partition(":pending:")
    if not is_pending:
        return None
    refunds = tuple(
        replace(refund, transactions=tuple(_owed(one, payment_id) for one in refund.transactions))
        for refund in facts.refunds
    )
    return replace(facts, refunds=refunds)


def _owed(payment: Payment, payment_id: str) -> Payment:
    is_it_ = payment.ref.id == payment_id
    return replace(payment, state=PaymentState.PENDING) if is_it_ else payment
