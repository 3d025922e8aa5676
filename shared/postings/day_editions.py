"""Which edition of its order a day's event was made of, and if an edit can be booked by itself.

An edit of an order whose events are in days is a new business event: it belongs to its own day and
rewrites no old one (R-11.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from commerce.money import Money, total
from shared.postings.edits import is_given_back_too
from shared.postings.pieces import OrderPieces, Piece
from shared.postings.plan import DayEntry, Edited
from shared.postings.preparation import Prepared


def of_edition(prepared: Prepared, entries: Iterable[DayEntry]) -> list[DayEntry]:
    """The entries with the name of the order's newest edition, which they were made of."""
    name = _name(prepared)
    return [replace(entry, edition=name) for entry in entries]


def edited(prepared: Prepared) -> Edited | None:
    """The order's newest edition; None where it has but one."""
    if len(prepared.editions) == 1:
        return None
    refunds = prepared.facts.refunds
    is_unclear = any(
        is_given_back_too(piece, each, before, after)
        for piece, before, after in _lowered(prepared)
        for each in refunds
    )
    return Edited(
        edition=_name(prepared),
        since=prepared.editions[-1].since,
        is_clear=not is_unclear,
    )


def _name(prepared: Prepared) -> str:
    return prepared.editions[-1].id.removeprefix(f"{prepared.order.ref.id}:")


def _lowered(prepared: Prepared) -> Iterator[tuple[Piece, OrderPieces, OrderPieces]]:
    """A piece of each part that ever became less by an edit, with the editions around it."""
    for before, after in pairwise(prepared.editions):
        old, new = _parts(before.pieces.pieces), _parts(after.pieces.pieces)
        currency = prepared.order.currency
        for part, pieces in new.items():
            if _worth(pieces, currency) < _worth(old.get(part, []), currency):
                yield pieces[0], before.pieces, after.pieces


def _parts(pieces: Iterable[Piece]) -> dict[str, list[Piece]]:
    parts: dict[str, list[Piece]] = {}
    for piece in pieces:
        parts.setdefault(piece.part, []).append(piece)
    return parts


def _worth(pieces: Iterable[Piece], currency: str) -> Money:
    return total((piece.amount for piece in pieces), currency)
