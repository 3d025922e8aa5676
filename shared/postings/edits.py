"""What an edit of an order changes in what was billed: more is billed, less is credited."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from commerce.money import Money, minor_units
from commerce.orders import Refund, RefundLine
from shared.postings.meter import Amounts
from shared.postings.pieces import OrderPieces, Piece, PieceKind

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


def is_given_back_too(
    piece: Piece, refund: Refund, before: OrderPieces, after: OrderPieces
) -> bool:
    """Whether the refund may give back the same as the edit that lowered the piece.

    Carts tell of a reduction as an edit, as a refund, or as both (carts reference §4.6); which of
    them this is cannot be seen where the refund is about the same part, or names none. It can where
    an edit lowered a price and the refund gives units back at the price that the edit left.
    """
    own = (line for line in refund.lines if line.line_id == piece.part)
    if refund.adjustments or not all(_is_at_new_price(line, before, after) for line in own):
        return True
    is_shipping = piece.kind in _SHIPPING or piece.part.startswith("shipping:")
    return bool(is_shipping and (refund.shipping or refund.shipping_tax))


def _is_at_new_price(line: RefundLine, before: OrderPieces, after: OrderPieces) -> bool:
    """Whether a refund counts its units at the price that an edit of the price alone left them.

    It is no part of the reduction then: that is another amount, and so is the price before it. A
    share of a line may be a minor unit off, as carts round (R-9.4).
    """
    ordered = after.quantities.get(line.line_id, Decimal(0))
    if not line.quantity or not ordered or before.quantities.get(line.line_id) != ordered:
        return False
    old, new = before.nets[line.line_id], after.nets[line.line_id]
    share = line.quantity / ordered
    unit = Decimal(1).scaleb(-minor_units(new.currency))

    def is_close(amount: Money) -> bool:
        return abs(line.subtotal.amount - amount.amount) <= unit

    return is_close(new * share) and not (is_close(old * share) or is_close(old - new))
