"""Which edition each booked part of an order may have been booked from.

The books keep no lines: so every history that the editions allow is tried, and the one is believed
whose parts have the digests of their lines, or else the totals, that the books know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, islice, permutations

from shared.postings.editions import OrderEdition
from shared.postings.events import Edit, Event
from shared.postings.order_keys import Keys
from shared.postings.pieces import OrderPieces
from shared.postings.sequences import booked, leaves_before_it_arrives, sequences

_MOST = 500
"""How many histories are tried; an order with more than that goes to a person."""


@dataclass(frozen=True, slots=True)
class History:
    """The edition that the order began with, and what was booked, with the edits between.

    `unbooked` names the edit that follows all that was booked: nothing of it needs to be booked.
    """

    first: OrderPieces
    events: tuple[Event, ...]
    unbooked: str = ""


def histories(
    editions: Sequence[OrderEdition],
    booked: Sequence[Event],
    later: Sequence[Event],
    edits: Collection[str],
) -> Iterator[History]:
    """Every history of the booked events, with all edits before what is `later`.

    What was heard of late was booked late: so the events are tried in every sequence, that of time
    first. Each history goes through the editions whose edit is in the books (`edits`, their ids).
    """
    tried = (
        (events, chosen)
        for events in filter(leaves_before_it_arrives, permutations(booked))
        for chosen in _choices(len(editions), len(booked))
    )
    for events, chosen in islice(tried, _MOST if booked else 0):
        history = _history(editions, events, chosen, edits, len(booked))
        yield History(history.first, (*history.events, *later), history.unbooked)


def histories_as_posted(
    editions: Sequence[OrderEdition], events: Sequence[Event], keys: Keys
) -> Iterator[History]:
    """The sequences that may have led to the books, each booked edit where its documents stand."""
    told = [_edit(edition) for edition in editions]
    known = booked(told[1:], keys)
    in_turn = [edit for edit in told if edit in known]
    if not in_turn or in_turn != known:
        return
    first, newest = told[told.index(in_turn[0]) - 1], told[-1]
    unbooked = () if newest in in_turn else (newest,)
    for ordered in sequences([*events, *in_turn], keys):
        name = newest.id if unbooked else ""
        yield History(first.pieces, (*ordered, *unbooked), name)


def histories_of(
    editions: Sequence[OrderEdition],
    sequences: Iterable[Sequence[Event]],
    booked: Sequence[Event],
    edits: Collection[str],
) -> Iterator[History]:
    """Every history of whole sequences, with edits also before events that left no trace.

    What closed an order may have left none of its own: an edit that came after it and one that came
    before it lead to other books.
    """
    tried = (
        (events, chosen)
        for events in filter(None, _each_once(sequences))
        for chosen in _choices(len(editions), len(events))
    )
    for events, chosen in islice(tried, _MOST):
        done = max((at for at, event in enumerate(events, start=1) if event in booked), default=0)
        yield _history(editions, events, chosen, edits, done)


def _edit(edition: OrderEdition) -> Edit:
    return Edit(edition.id, edition.since, edition.pieces)


def _each_once(sequences: Iterable[Sequence[Event]]) -> Iterator[Sequence[Event]]:
    known: set[tuple[int, ...]] = set()
    for events in sequences:
        name = tuple(map(id, events))
        if name not in known:
            known.add(name)
            yield events


def _choices(count: int, events: int) -> Iterator[tuple[int, ...]]:
    """The editions that so many events may have been booked from, none older than one before."""
    chosen = combinations_with_replacement(range(count - 1, -1, -1), events)
    return (each[::-1] for each in chosen)


def _history(
    editions: Sequence[OrderEdition],
    told: Sequence[Event],
    chosen: Sequence[int],
    edits: Collection[str],
    done: int,
) -> History:
    """The events with the edits between them; the first `done` of them hold all that is booked."""
    current = chosen[0]
    events: list[Event] = []
    unbooked = ""
    stops = [*zip(chosen, told, strict=True), (len(editions) - 1, None)]
    for at, (place, event) in enumerate(stops):
        for step in range(current + 1, place + 1):
            if step == place or editions[step].id in edits:
                edition = editions[step]
                events.append(_edit(edition))
                unbooked = edition.id if at >= done else ""
        current = place
        if event is not None:
            events.append(event)
    return History(editions[chosen[0]].pieces, tuple(events), unbooked)
