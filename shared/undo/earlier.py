"""An order as it was told when a document of it was posted, as far as facts and ledger remember.

What is heard of later may change how the same part of an order is told: an edit, a refund, a
parcel. So an order is told again beside what had been posted by then, in each of its editions, and
without what nothing had been booked of by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from commerce.editions import ordered_as
from commerce.orders import Facts
from shared.ledger.apply import results_of
from shared.ledger.records import Record
from shared.postings.book import StoreBook
from shared.postings.plan import Posting
from shared.postings.planner import written
from shared.undo.in_books import named

_MOST = 60
"""How many tellings are tried for one document; what none of them has goes to a person."""


def tellings_of(
    key: str, facts: Facts, chain: Mapping[str, Record], book: StoreBook
) -> Iterator[Posting]:
    """The posting of that key, in every way in which it may have been told when it was sent."""
    before = _sent_before(chain, chain[key])
    posted = results_of(before)
    for known in islice(_known_then(facts, {*before, key}), _MOST):
        for posting in written(known, posted, book):
            if posting.key == key:
                yield posting


def _known_then(facts: Facts, booked: set[str]) -> Iterator[Facts]:
    """The facts of each edition, whole and without the followers that had not been booked."""
    for told in _editions(facts):
        yield told
        yield from _without_unbooked(told, booked)


def _editions(facts: Facts) -> Iterator[Facts]:
    """The facts as they stand, and as they stood in each earlier edition, the newest first."""
    yield facts
    if facts.order is None:
        return
    for place in reversed(range(len(facts.editions))):
        edition = facts.editions[place]
        order = ordered_as(facts.order, edition)
        yield replace(facts, order=order, editions=facts.editions[:place], since=edition.since)


def _without_unbooked(facts: Facts, booked: set[str]) -> Iterator[Facts]:
    purposes = {name.purpose for key in booked if (name := named(key)) is not None}
    refunds = tuple(
        one
        for one in facts.refunds
        if f"credit:{one.ref.id}" in purposes
        or any(f"refund:{money.ref.id}" in purposes for money in one.transactions)
    )
    parcels = tuple(
        one
        for one in facts.fulfilments
        if not purposes.isdisjoint({f"invoice:{one.ref.id}", f"recognise:{one.ref.id}"})
    )
    if len(refunds) < len(facts.refunds):
        yield replace(facts, refunds=refunds)
    if len(parcels) < len(facts.fulfilments):
        yield replace(facts, fulfilments=parcels)
        if len(refunds) < len(facts.refunds):
            yield replace(facts, refunds=refunds, fulfilments=parcels)


def _sent_before(chain: Mapping[str, Record], known: Record) -> dict[str, Record]:
    return {
        key: other
        for key, other in chain.items()
        if known.sent_at and other.sent_at and other.sent_at < known.sent_at
    }
