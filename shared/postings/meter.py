"""How much of an order was taken so far: cumulative parts that add up to the whole (R-9.4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from commerce.money import Money
from shared.postings.pieces import OrderPieces, Piece, PieceKind
from shared.postings.shares import at_most, share_of

Amounts = dict[str, Money]
"""Piece id to a signed amount of that piece."""


_ALL = Fraction(1)


class Meter:
    """What was taken of each line and piece so far, and what was dropped because it never will be.

    Part n of a piece is its rounded share of everything so far less what was taken before; when
    nothing is left of the goods, the part is the remainder.
    """

    def __init__(self, order: OrderPieces) -> None:
        """Nothing of `order` is taken yet."""
        self._order = order
        zero = Money.zero(order.currency)
        self.taken: Amounts = {piece.id: zero for piece in order.pieces}
        self.dropped: Amounts = {piece.id: zero for piece in order.pieces}
        self._taken_quantity = dict.fromkeys(order.quantities, Decimal(0))
        self._dropped_quantity = dict.fromkeys(order.quantities, Decimal(0))

    def taken_quantity(self, line_id: str) -> Decimal:
        """How many of a line were taken."""
        return self._taken_quantity.get(line_id, Decimal(0))

    def open_quantity(self, line_id: str) -> Decimal:
        """How many of a line may still be taken."""
        ordered = self._order.quantities.get(line_id, Decimal(0))
        return (
            ordered
            - self._taken_quantity.get(line_id, Decimal(0))
            - self._dropped_quantity.get(line_id, Decimal(0))
        )

    def open_of(self, quantities: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """What of these quantities was not taken before."""
        return {
            line_id: min(quantity, self.open_quantity(line_id))
            for line_id, quantity in quantities.items()
            if self.open_quantity(line_id) > 0
        }

    def open_amount(self, piece: Piece) -> Money:
        """How much of a piece may still be taken, signed as the piece."""
        return piece.amount - self.taken[piece.id] - self.dropped[piece.id]

    def restate(self, order: OrderPieces) -> Amounts:
        """Take `order`, another edition with the same names, for the whole; what that changes.

        Answers by how much the parts that were taken so far have become more or less; no zeros.
        What rides with the goods and is not changed by the edit stays as it was taken, unless the
        edit leaves no goods that the rest could go with.
        """
        before = {piece.id: piece.amount for piece in self._order.pieces}
        quantities = self._order.quantities
        self._order = order
        changes: Amounts = {}
        for piece in order.pieces:
            is_same = piece.amount == before[piece.id]
            is_same &= order.quantities.get(piece.part) == quantities.get(piece.part)
            if is_same and not (piece.rides and self._is_all_taken):
                continue
            change = self._change(piece, before[piece.id])
            self.taken[piece.id] += change
            changes[piece.id] = change
        return {piece_id: change for piece_id, change in changes.items() if change}

    def _change(self, piece: Piece, before: Money) -> Money:
        """By how much what was taken of a piece must change, now that the piece is another."""
        taken, dropped = self.taken[piece.id], self.dropped[piece.id]
        if not piece.rides:
            return share_of(piece.amount - dropped, self._taken_share(piece.part)) - taken
        whole = piece.amount - dropped
        was_whole = bool(taken) and taken == before - dropped
        if was_whole or self._is_all_taken or abs(taken).amount > abs(whole).amount:
            return whole - taken
        return taken * 0

    def _taken_share(self, line_id: str) -> Fraction:
        is_begun = self._taken_quantity.get(line_id, Decimal(0)) > 0
        return self._line_share(line_id) if is_begun else Fraction(0)

    @property
    def _is_all_taken(self) -> bool:
        """Whether goods were taken and none are left to take."""
        return self.is_complete and any(self._taken_quantity.values())

    @property
    def is_complete(self) -> bool:
        """Whether no goods are left to take."""
        return all(self.open_quantity(line_id) <= 0 for line_id in self._order.quantities)

    def everything(self) -> dict[str, Decimal]:
        """The quantities that are still open."""
        quantities = {line: self.open_quantity(line) for line in self._order.quantities}
        return {line: quantity for line, quantity in quantities.items() if quantity > 0}

    def take(self, quantities: Mapping[str, Decimal], most: Amounts | None = None) -> Amounts:
        """Take these quantities and answer the parts of all pieces that go with them; no zeros.

        Of the pieces in `most` no more is taken than it says.
        """
        for line_id, quantity in quantities.items():
            self._taken_quantity[line_id] += quantity
        riding = self._riding_share()
        parts = {piece.id: self._part(piece, riding) for piece in self._order.pieces}
        for piece_id, limit in (most or {}).items():
            parts[piece_id] = at_most(parts[piece_id], limit)
        for piece_id, part in parts.items():
            self.taken[piece_id] += part
        return {piece_id: part for piece_id, part in parts.items() if part}

    def drop(self, quantities: Mapping[str, Decimal], amounts: Mapping[str, Money]) -> None:
        """Note that these quantities and amounts will never be taken (cancelled, given back)."""
        for line_id, quantity in quantities.items():
            self._dropped_quantity[line_id] += quantity
        for piece_id, amount in amounts.items():
            self.dropped[piece_id] += amount

    def _part(self, piece: Piece, riding: Fraction) -> Money:
        share = riding if piece.rides else self._line_share(piece.part)
        whole = piece.amount - self.dropped[piece.id]
        part = share_of(whole, share) - self.taken[piece.id]
        has_wrong_sign = part.is_negative != piece.amount.is_negative
        return Money.zero(part.currency) if has_wrong_sign else part

    def _line_share(self, line_id: str) -> Fraction:
        final = self._order.quantities[line_id] - self._dropped_quantity[line_id]
        if final <= 0 or self._taken_quantity[line_id] >= final:
            return _ALL
        return Fraction(self._taken_quantity[line_id]) / Fraction(final)

    def _riding_share(self) -> Fraction:
        if self.is_complete:
            return _ALL
        nets = {line: Fraction(net.amount) for line, net in self._order.nets.items()}
        for piece in self._order.pieces:
            if piece.part in nets and piece.kind in (PieceKind.GOODS, PieceKind.DISCOUNT):
                nets[piece.part] -= Fraction(self.dropped[piece.id].amount)
        if sum(nets.values()) <= 0:
            nets = {line: Fraction(self._order.quantities[line]) for line in nets}
        covered = sum(
            (net * self._line_share(line) for line, net in nets.items() if self._has_taken(line)),
            start=Fraction(0),
        )
        return min(Fraction(1), max(Fraction(0), covered / sum(nets.values())))

    def _has_taken(self, line_id: str) -> bool:
        return self._taken_quantity[line_id] > 0
