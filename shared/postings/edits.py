"""What an edit of an order changes in what was billed: more is billed, less is credited."""

from __future__ import annotations

from collections.abc import Mapping

from commerce.money import Money
from commerce.orders import Refund
from shared.postings.meter import Amounts
from shared.postings.pieces import Piece, PieceKind

_SHIPPING = frozenset({PieceKind.SHIPPING, PieceKind.SHIPPING_DISCOUNT})


def ups_and_downs(changes: Amounts, pieces: Mapping[str, Piece]) -> tuple[Amounts, Amounts]:
    """The changes of parts that cost more than before, and those of parts that cost less.

    A part is a line with its discount and taxes, a shipping line, a charge, or a tax of the whole
    order: a dearer line whose tax falls is billed as one (R-0.6: no document of a negative total).
    """
    sums: dict[str, Money] = {}
    for piece_id, amount in changes.items():
        part = pieces[piece_id].part
        sums[part] = sums[part] + amount if part in sums else amount
    ups: Amounts = {}
    downs: Amounts = {}
    for piece_id, amount in changes.items():
        if amount:
            is_less = sums[pieces[piece_id].part].is_negative
            (downs if is_less else ups)[piece_id] = amount
    return ups, downs


def is_given_back_too(piece: Piece, refund: Refund) -> bool:
    """Whether the refund may give back the same as an edit that lowered the piece.

    Carts tell of a reduction as an edit, as a refund, or as both (carts reference §4.6); which of
    them this is cannot be seen where the refund is about the same part, or names none.
    """
    if refund.adjustments or any(line.line_id == piece.part for line in refund.lines):
        return True
    is_shipping = piece.kind in _SHIPPING or piece.part.startswith("shipping:")
    return bool(is_shipping and (refund.shipping or refund.shipping_tax))
