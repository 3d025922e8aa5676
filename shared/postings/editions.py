"""An order's editions as pieces under common names, so that one can take the place of another.

What was billed from an earlier edition stays in the books; only the difference is booked (design
§1.4). For that the pieces of all editions must be told apart by what they are: the same line on the
same account is one piece with two amounts, a line that changed its account is two pieces.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from commerce.editions import edition_of, name_of, ordered_as
from commerce.money import Money
from commerce.orders import Edition, Facts, Order
from shared.policy.choices import Presentation
from shared.postings.book import StoreBook
from shared.postings.chart import Chart
from shared.postings.line_rules import selectors_of
from shared.postings.pieces import OrderPieces, Piece, take_apart


@dataclass(frozen=True, slots=True)
class OrderEdition:
    """The order as it was from `since` on; `id` names its goods and amounts in posting keys."""

    id: str
    since: datetime
    pieces: OrderPieces


def editions_of(
    facts: Facts, order: Order, newest: OrderPieces, book: StoreBook
) -> tuple[OrderEdition, ...]:
    """Every edition under common names, the oldest first; the last one is what the order says now.

    An order that says again what it said once stands there twice. An earlier edition that the
    mapping cannot place was never booked, and is left out.
    """
    presentation = book.policy.discount_presentation
    now = edition_of(order, facts.since)
    told: list[tuple[Edition, OrderPieces]] = [(now, newest)]
    for before in facts.editions:
        pieces = _pieces(ordered_as(order, before), book, presentation)
        if pieces is not None:
            told.append((before, pieces))
    told.sort(key=lambda edition: edition[0].since)
    if told[-1][0] is not now:
        told.append((edition_of(order), newest))
    aligned = _aligned([pieces for _, pieces in told])
    return tuple(
        OrderEdition(f"{order.ref.id}:{name_of(edition)}", edition.since, pieces)
        for (edition, _), pieces in zip(told, aligned, strict=True)
    )


def edition_at(editions: Sequence[OrderEdition], at: datetime) -> OrderEdition:
    """The order as it was at that moment; as it was at first, where it was not yet."""
    return next((each for each in reversed(editions) if each.since <= at), editions[0])


def _pieces(order: Order, book: StoreBook, presentation: Presentation) -> OrderPieces | None:
    chart = Chart(book, selectors_of(order))
    pieces = take_apart(order, chart, presentation)
    return None if chart.findings else pieces


def _aligned(editions: Sequence[OrderPieces]) -> list[OrderPieces]:
    """The editions with the same pieces and lines, those it lacks at zero; the last one leads."""
    if len(editions) == 1:
        return list(editions)
    known: dict[str, Piece] = {}
    named: list[dict[str, Piece]] = []
    for edition in reversed(editions):
        own: dict[str, Piece] = {}
        for piece in edition.pieces:
            name = _name(piece, known, own)
            known.setdefault(name, piece)
            own[name] = replace(piece, id=name)
        named.append(own)
    named.reverse()
    lines = list(dict.fromkeys(x for edition in reversed(editions) for x in edition.quantities))
    return [
        _completed(edition, own, known, lines) for edition, own in zip(editions, named, strict=True)
    ]


def _name(piece: Piece, known: Mapping[str, Piece], taken: Collection[str]) -> str:
    """The name of the same piece in a later edition, else its id, counted where that is in use."""
    names = (piece.id, *known)
    for name in names:
        if name in known and name not in taken and _is_same(known[name], piece):
            return name
    name, count = piece.id, 1
    while name in known:
        count += 1
        name = f"{piece.id}~{count}"
    return name


def _is_same(one: Piece, other: Piece) -> bool:
    return (one.part, one.kind, one.item, one.account, one.dimensions, one.memo) == (
        other.part,
        other.kind,
        other.item,
        other.account,
        other.dimensions,
        other.memo,
    )


def _completed(
    edition: OrderPieces, own: dict[str, Piece], known: dict[str, Piece], lines: Sequence[str]
) -> OrderPieces:
    zero = Money.zero(edition.currency)
    pieces = (
        own[name] if name in own else replace(piece, id=name, amount=zero)
        for name, piece in known.items()
    )
    return replace(
        edition,
        pieces=tuple(pieces),
        quantities={line: edition.quantities.get(line, Decimal(0)) for line in lines},
        nets={line: edition.nets.get(line, zero) for line in lines},
    )
