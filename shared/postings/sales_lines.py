"""The lines of sales orders and invoices, and which order line each invoice line converts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from commerce.money import Money, minor_units
from intacct.documents import Dimensions, SalesLine
from shared.postings.meter import Amounts
from shared.postings.pieces import OrderPieces, Piece, PieceKind


@dataclass(frozen=True, slots=True)
class Row:
    """One amount of a sales document: goods have a quantity, everything else is one unit.

    `key` is the same in the order and in all its invoices; `pieces` are the order's pieces in it.
    `is_deferred` says that it is revenue which waits for its goods.
    """

    key: str
    item: str
    quantity: Decimal
    amount: Money
    dimensions: Dimensions
    memo: str
    pieces: frozenset[str]
    is_goods: bool = False
    is_deferred: bool = False


class SalesRows:
    """Turns amounts by piece into rows of documents.

    With `deferred_item`, revenue is carried by that item, net, one row for each line of the order.
    """

    def __init__(
        self, order: OrderPieces, *, unit: str, deferred_item: str = "", keeps_zeros: bool = False
    ) -> None:
        """`unit` is the unit of measure of every line (`Each`); `keeps_zeros` shows free goods."""
        self._keeps_zeros = keeps_zeros
        self._order = order
        self._unit = unit
        self._deferred_item = deferred_item

    def rows(self, amounts: Amounts, quantities: Mapping[str, Decimal]) -> list[Row]:
        """One row for goods, discount, shipping ... of each line, then taxes by their names."""
        rows: dict[str, Row] = {}
        for piece in sorted(self._order.pieces, key=lambda piece: piece.kind is PieceKind.TAX):
            amount = amounts.get(piece.id, Money.zero(self._order.currency))
            if amount or (self._keeps_zeros and piece.part in quantities):
                row = self._row(piece, amount, quantities)
                rows[row.key] = _joined(rows[row.key], row) if row.key in rows else row
        return [row for row in rows.values() if row.amount or (self._keeps_zeros and row.is_goods)]

    def _row(self, piece: Piece, amount: Money, quantities: Mapping[str, Decimal]) -> Row:
        is_goods = piece.kind is PieceKind.GOODS and piece.part in quantities
        key, item = piece.id, piece.item
        is_deferred = bool(self._deferred_item) and piece.is_deferrable
        if piece.kind is PieceKind.TAX:
            key = f"tax/{piece.item}/{piece.memo}"
        elif is_deferred:
            key, item = f"{piece.part}/deferred", self._deferred_item
        return Row(
            key=key,
            item=item,
            quantity=quantities[piece.part] if is_goods else Decimal(1),
            amount=amount,
            dimensions=piece.dimensions,
            memo=piece.memo,
            pieces=frozenset({piece.id}),
            is_goods=is_goods,
            is_deferred=is_deferred,
        )

    def lines(self, rows: Iterable[Row], sources: Sources | None = None) -> list[SalesLine]:
        """The document's lines; with `sources`, each names the order line that it converts."""
        return [line for _, line in self.drawn(rows, sources)]

    def drawn(
        self, rows: Iterable[Row], sources: Sources | None = None
    ) -> list[tuple[Row, SalesLine]]:
        """The same lines, each with the row that it is of."""
        lines: list[tuple[Row, SalesLine]] = []
        for row in rows:
            for quantity, price in units_of(row.quantity, row.amount):
                drawn = sources.draw(row, quantity, price) if sources else [(quantity, None)]
                lines += [
                    (
                        row,
                        SalesLine(
                            item=row.item,
                            quantity=count,
                            unit=self._unit,
                            unit_price=price,
                            dimensions=row.dimensions,
                            memo=row.memo,
                            source_line=position,
                        ),
                    )
                    for count, position in drawn
                ]
        return lines


class Sources:
    """The lines of the sales order that invoices may still convert, drawn from part by part.

    Goods convert by quantity. What is one unit (shipping, discount, tax) converts with the part
    that closes it (`still_open` names the pieces that the part leaves open); earlier parts add
    their share as lines of their own.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        """`rows` are those of the sales order, in the order of its lines."""
        self._left: list[tuple[str, Money, Decimal]] = []
        for row in rows:
            for quantity, price in units_of(row.quantity, row.amount):
                self._left.append((row.key, price, quantity))
        self.still_open: frozenset[str] = frozenset()

    def draw(self, row: Row, quantity: Decimal, price: Money) -> list[tuple[Decimal, int | None]]:
        """Order line positions for that many units, those of the same price first."""
        if not row.is_goods and row.pieces & self.still_open:
            return [(quantity, None)]
        drawn: list[tuple[Decimal, int | None]] = []
        mine = [place for place, (key, _, _) in enumerate(self._left) if key == row.key]
        for place in sorted(mine, key=lambda place: self._left[place][1] != price):
            key, unit_price, left = self._left[place]
            taken = min(left, quantity)
            if taken > 0:
                self._left[place] = (key, unit_price, left - taken)
                drawn.append((taken, place))
                quantity -= taken
        return drawn if quantity <= 0 else [*drawn, (quantity, None)]


def units_of(quantity: Decimal, amount: Money) -> list[tuple[Decimal, Money]]:
    """Quantities and unit prices whose products add up to `amount` exactly.

    10.00 for 3 becomes 2 at 3.33 and 1 at 3.34; a broken quantity that does not divide is one unit.
    """
    unit = Decimal(1).scaleb(-minor_units(amount.currency))
    exact = amount.amount / quantity
    low = exact.quantize(unit, rounding=ROUND_FLOOR)
    if low * quantity == amount.amount:
        return [(quantity, Money(low, amount.currency))]
    if quantity != quantity.to_integral_value():
        return [(Decimal(1), amount)]
    dearer = (amount.amount - low * quantity) / unit
    return [
        (quantity - dearer, Money(low, amount.currency)),
        (dearer, Money(low + unit, amount.currency)),
    ]


def _joined(one: Row, other: Row) -> Row:
    return Row(
        key=one.key,
        item=one.item,
        quantity=one.quantity if one.is_goods else other.quantity,
        amount=one.amount + other.amount,
        dimensions=one.dimensions,
        memo=one.memo,
        pieces=one.pieces | other.pieces,
        is_goods=one.is_goods or other.is_goods,
        is_deferred=one.is_deferred,
    )
