"""Writes the receipts of returned goods, and finds what stands against booking them (R-3.7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from commerce.orders import LineKind, OrderLine
from intacct.stock import StockDocument
from shared.policy.choices import Cogs, Restocking
from shared.postings.articles import article_of_line, cost_place
from shared.postings.book import Shelf
from shared.postings.events import CAME_BACK
from shared.postings.fates import Fate
from shared.postings.in_parts import line_in_cart
from shared.postings.parts import Credit
from shared.postings.pieces import Piece
from shared.postings.plan import Finding, PostingKind, Reason
from shared.postings.preparation import Prepared
from shared.postings.restocking import fate_of, is_kept, receipts_of
from shared.postings.returns import CreditWriter
from shared.postings.sales import Dated, posting
from shared.postings.stock_entities import has_foreign_stock

_STOCK = PostingKind.STOCK


class ReceiptWriter:
    """Writes one order's receipts of returned goods, dated as their refund's credit."""

    def __init__(self, prepared: Prepared, memos: CreditWriter) -> None:
        """`memos` know when a refund is booked."""
        self._p = prepared
        self._memos = memos

    def receipts(self) -> list[Dated]:
        """One inventory document for each line of a refund whose goods are on the shelf again."""
        shelf = self._p.book.shelf
        if shelf is None:
            return []
        return [dated for credit in self._p.life.credits for dated in self._of(shelf, credit)]

    def _of(self, shelf: Shelf, credit: Credit) -> Iterator[Dated]:
        at = self._memos.booked_at(credit)
        needs = [self._memos.key(credit.refund.ref.id)] if credit.total else []
        for receipt in receipts_of(self._p.book, shelf, _sold(self._p), credit):
            document = StockDocument(
                definition=shelf.receive,
                reference=self._p.keys.reference(_STOCK, receipt.purpose),
                dated_on=self._p.book.ledger_on(at),
                lines=(receipt.line,),
                memo=f"Returned, order {self._p.order.number}",
            )
            yield posting(self._p, _STOCK, receipt.purpose, document, at=at, needs=needs)


def receipt_findings(prepared: Prepared) -> Iterator[Finding]:
    """What a person must look at before any of the order's returned goods are received."""
    if prepared.book.policy.restock is not Restocking.BOOK or not prepared.facts.refunds:
        return
    yield from _not_set_up(prepared)
    yield from _too_many(prepared)
    if prepared.book.policy.cogs is Cogs.OFF:
        yield from _worth_nothing(prepared)


def untold_returns(prepared: Prepared) -> Iterator[Finding]:
    """Goods that came back, as far as their line is kept in stock, of which nobody says more.

    They hold nothing back but themselves.
    """
    book = prepared.book
    if book.shelf is None and book.policy.cogs is Cogs.OFF:
        return
    kept = {line.id for line, piece in _sold(prepared) if is_kept(line, piece)}
    for credit in prepared.life.credits:
        refund = credit.refund.ref.id
        for line in dict.fromkeys(
            back.line_id for back in credit.returned if fate_of(book, refund, back) is None
        ):
            if line in kept:
                own = line_in_cart(prepared.order, line)
                yield Finding(
                    Reason.RETURN_UNTOLD,
                    f"refunds[{refund}].lines[{line}]",
                    "what became of the goods is not told; the rest of the refund is booked",
                    f"say it: ops order returned TENANT STORE ORDER {refund} --line {own}"
                    " --as shelved, scrapped or not_back",
                )


def _not_set_up(prepared: Prepared) -> Iterator[Finding]:
    shelf = prepared.book.shelf
    if shelf is None or not (shelf.warehouse and shelf.receive):
        yield Finding(
            Reason.CONFIGURATION_MISSING,
            "policy.restock",
            "where and how returned goods are received is not said",
            "name mapping.warehouse and stock.receive, or set restock to by_hand",
        )
    if has_foreign_stock(prepared.book):
        yield Finding(
            Reason.OUT_OF_SCOPE,
            "mapping.stock_entity",
            "goods of another entity's stock are not received by themselves",
            "set restock to by_hand",
        )


def _too_many(prepared: Prepared) -> Iterator[Finding]:
    """More of a line than was sold, or parts of what is sold whole."""
    for line_id, back in _told_back(prepared).items():
        sold = max(
            (e.pieces.quantities.get(line_id, Decimal(0)) for e in prepared.editions),
            default=Decimal(0),
        )
        is_in_parts = back % 1 != 0 and sold % 1 == 0
        if back > sold or is_in_parts:
            yield Finding(
                Reason.REFUND_EXCEEDS_INVOICE,
                f"returns of line {line_id}",
                f"{back:f} came back of {sold:f} that were sold",
                "compare the refunds with the order in the cart",
            )


def _told_back(prepared: Prepared) -> dict[str, Decimal]:
    """What refunds say came back, by line."""
    back: dict[str, Decimal] = {}
    for event in prepared.refunds:
        for line in event.refund.lines if event.is_effective else ():
            if line.restock in CAME_BACK:
                back[line.line_id] = back.get(line.line_id, Decimal(0)) + line.quantity
    return back


def _worth_nothing(prepared: Prepared) -> Iterator[Finding]:
    """Scrapped goods of which nobody knows what they cost, where Sage's documents booked it."""
    scrapped = {
        back.line_id
        for credit in prepared.life.credits
        for back in credit.returned
        if fate_of(prepared.book, credit.refund.ref.id, back) is Fate.SCRAPPED
    }
    for line, _ in _sold(prepared):
        if line.id not in scrapped or line.kind is not LineKind.PRODUCT:
            continue
        cost = prepared.book.cost_of(line)
        if cost is None or cost.currency != prepared.order.currency:
            yield Finding(
                Reason.CONFIGURATION_MISSING,
                cost_place(prepared.book.store, article_of_line(line)),
                "it was scrapped, and what it cost is not known in the order's currency",
                "import its cost: ops items costs import",
            )


def _sold(prepared: Prepared) -> list[tuple[OrderLine, Piece]]:
    """The order's lines with the pieces of their goods."""
    goods = {piece.id: piece for piece in prepared.pieces.pieces}
    named = ((line, f"{line.id}/goods") for line in prepared.order.sale_lines)
    return [(line, goods[name]) for line, name in named if name in goods]
