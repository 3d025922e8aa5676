"""Which edition each booked part of an order may have been booked from.

The books keep no lines: so every history that the editions allow is tried, and the one is believed
whose parts have the digests of their lines, or else the totals, that the books know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, islice, permutations

from shared.postings.editions import OrderEdition
from shared.postings.events import Edit, Event
from shared.postings.pieces import OrderPieces

_MOST = 500
"""How many histories are tried; an order with more than that goes to a person."""


@dataclass(frozen=True, slots=True)
class History:
    """The edition that the order began with, and what was booked, with the edits between.

    `unbooked` names the edit that follows all that was booked: nothing of it needs to be booked.
    """

    first: OrderPieces
    events: tuple[Event, ...]
    unbooked: str


def histories(
    editions: Sequence[OrderEdition], booked: Sequence[Event], edits: Collection[str]
) -> Iterator[History]:
    """Every history of the booked events that ends with the newest edition, late edits last.

    What was heard of late was booked late: so the events are tried in every sequence, that of time
    first. Each history goes through the editions whose edit is in the books (`edits`, their ids).
    """
    count = len(editions)
    tried = (
        (events, chosen)
        for events in permutations(booked)
        for chosen in combinations_with_replacement(range(count - 1, -1, -1), len(booked))
    )
    for events, chosen in islice(tried, _MOST):
        yield _history(editions, events, chosen[::-1], edits)


def _history(
    editions: Sequence[OrderEdition],
    booked: Sequence[Event],
    chosen: Sequence[int],
    edits: Collection[str],
) -> History:
    current = chosen[0]
    events: list[Event] = []
    stops = [*zip(chosen, booked, strict=True), (len(editions) - 1, None)]
    for place, event in stops:
        for step in range(current + 1, place + 1):
            if step == place or editions[step].id in edits:
                edition = editions[step]
                events.append(Edit(edition.id, edition.since, edition.pieces))
        current = place
        if event is not None:
            events.append(event)
    last = events[-1]
    unbooked = last.id if isinstance(last, Edit) else ""
    return History(editions[chosen[0]].pieces, tuple(events), unbooked)
