"""Returned goods that are on the shelf again, as lines of stock that Sage is to receive (R-3.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from commerce.money import Money
from commerce.orders import LineKind, OrderLine, Restock
from intacct.stock import StockLine
from shared.policy.choices import UntoldReturns
from shared.postings.book import Shelf, StoreBook
from shared.postings.fates import Fate, fate_key
from shared.postings.parts import Credit, Returned
from shared.postings.pieces import Piece

RECEIVED = "received:"
"""What the purposes of receipts of returned goods begin with; refund and line follow."""

_DIGITS = Decimal("0.000001")
"""To what the cost of a unit is rounded where a SKU contains several of Sage's."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods of one line of a refund that are on the shelf again, under their purpose."""

    purpose: str
    line: StockLine


_TOLD = {
    Restock.RETURN: Fate.SHELVED,
    Restock.SCRAP: Fate.SCRAPPED,
    # What is cancelled never left, though it may have been booked as sold with a capture.
    Restock.CANCEL: Fate.SHELVED,
}
_ASSUMED = {
    UntoldReturns.RESTOCKED: Fate.SHELVED,
    UntoldReturns.NOT_RESTOCKED: Fate.NOT_BACK,
}


def fate_of(book: StoreBook, refund_id: str, back: Returned) -> Fate | None:
    """What became of goods of a refund; None where a person must say it.

    Where the cart does not tell, a person's word counts, and then the policy's `untold_returns`.
    """
    if back.restock is not Restock.NONE:
        return _TOLD[back.restock]
    said = book.fates.get(fate_key(refund_id, back.line_id))
    return said or _ASSUMED.get(book.policy.untold_returns)


def is_kept(line: OrderLine, piece: Piece) -> bool:
    """Whether Sage may keep stock of a line: of goods, unless the catch-all sells them."""
    is_catch_all = any(hit.field == "item" and hit.rule == "items.default" for hit in piece.hits)
    return line.kind is LineKind.PRODUCT and not is_catch_all


def receipts_of(
    book: StoreBook, shelf: Shelf, sold: Iterable[tuple[OrderLine, Piece]], credit: Credit
) -> Iterator[Receipt]:
    """What of a refund is received: each line once, however often the refund names it.

    Args:
        book: the order's.
        shelf: where it is received.
        sold: the order's lines with the pieces of their goods.
        credit: what the refund gives back.
    """
    back = _restocked(book, credit)
    for line, piece in sold:
        quantity = back.get(line.id, Decimal(0))
        if quantity > 0 and is_kept(line, piece):
            purpose = f"{RECEIVED}{credit.refund.ref.id}:{line.id}"
            yield Receipt(purpose, _stock_line(book, shelf, line, piece, quantity))


def _restocked(book: StoreBook, credit: Credit) -> dict[str, Decimal]:
    quantities: dict[str, Decimal] = {}
    for back in credit.returned:
        if fate_of(book, credit.refund.ref.id, back) is Fate.SHELVED:
            quantities[back.line_id] = quantities.get(back.line_id, Decimal(0)) + back.quantity
    return quantities


def _stock_line(
    book: StoreBook, shelf: Shelf, line: OrderLine, piece: Piece, quantity: Decimal
) -> StockLine:
    """In Sage's units, with the dimensions of its sale (R-3.8)."""
    contains = shelf.contains.get(line.sku, Decimal(1))
    return StockLine(
        item=piece.item,
        warehouse=shelf.warehouse,
        quantity=quantity * contains,
        unit=book.mapping.definitions.unit,
        unit_cost=_unit_cost(book, line, contains),
        dimensions=replace(piece.dimensions, warehouse=""),
    )


def _unit_cost(book: StoreBook, line: OrderLine, contains: Decimal) -> Money | None:
    """What a unit cost when it was sold (J-3.6), in the currency of the books; else Sage's own."""
    cost = book.cost_of(line)
    if cost is None or cost.currency != book.base_currency:
        return None
    if contains == 1:
        return cost
    return Money((cost.amount / contains).quantize(_DIGITS), cost.currency)
