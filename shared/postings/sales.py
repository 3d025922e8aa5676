"""Sales orders, invoices and the journals that follow goods (R-2.1 to R-2.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from commerce.money import Money
from intacct.documents import (
    Document,
    JournalEntry,
    KeyOf,
    SalesDocument,
    SalesLine,
)
from shared.policy.mapping import Role
from shared.postings.effects import Amount, ledger_lines, line_reasons
from shared.postings.fates import Fate
from shared.postings.line_effects import parts_of
from shared.postings.order_versions import is_of_newest, known_orders, order_purpose
from shared.postings.parts import EDIT, Returned, Sale
from shared.postings.plan import Posting, PostingKind
from shared.postings.preparation import Prepared
from shared.postings.rates import DocumentRate, Rates
from shared.postings.restocking import fate_of
from shared.postings.rounding_limit import most_rounding
from shared.postings.sales_lines import SalesRows, Sources
from shared.postings.stock_entities import sides_of

ORDER, INVOICE = PostingKind.SALES_ORDER, PostingKind.INVOICE


@dataclass(frozen=True, slots=True)
class Dated:
    """A posting with the instant of its event, by which a plan is sorted."""

    at: datetime
    posting: Posting


def posting(
    prepared: Prepared,
    kind: PostingKind,
    purpose: str,
    document: Document,
    *,
    at: datetime,
    needs: Iterable[str] = (),
    effect: Iterable[Amount] = (),
) -> Dated:
    """A posting of this order under its key, dated by its event."""
    amounts = list(effect)
    lines = ledger_lines(amounts)
    return Dated(
        at,
        Posting(
            key=prepared.keys.of(kind, purpose),
            kind=kind,
            document=document,
            needs=tuple(dict.fromkeys(needs)),
            effect=lines,
            true_on=prepared.book.ledger_on(at),
            why=line_reasons(lines, amounts, prepared.chart.usual_hits),
        ),
    )


class SalesWriter:
    """Writes one order's sales documents and the journals of its goods."""

    def __init__(self, prepared: Prepared) -> None:
        """Nothing is written until asked."""
        self._p = prepared
        self.entries = prepared.entries
        self.order_purpose = order_purpose(prepared)
        self._mapping = prepared.book.mapping
        deferred = self._mapping.items.deferred if prepared.life.is_deferred else ""
        self._rows = SalesRows(
            prepared.pieces,
            unit=self._mapping.definitions.unit,
            deferred_item=deferred,
            keeps_zeros=prepared.book.policy.post_zero_lines,
        )
        quantities = {line.id: line.quantity for line in prepared.order.sale_lines}
        booked = (piece for piece in prepared.pieces.pieces if not piece.is_omitted)
        whole = {piece.id: piece.amount for piece in booked}
        self._rates = Rates(prepared.book, prepared.order, prepared.chart)
        self._order_rows = self._rows.rows(whole, quantities)

    @property
    def order_key(self) -> str:
        """The posting key of the sales order."""
        return self._p.keys.of(ORDER, self.order_purpose)

    @property
    def is_order_known(self) -> bool:
        """Whether a sales order was begun or is in the books."""
        return bool(known_orders(self._p))

    def sales_order(self) -> Dated:
        """The order as it was placed; it has no ledger effect (R-2.1)."""
        return posting(
            self._p,
            ORDER,
            self.order_purpose,
            self._document(
                self._mapping.definitions.sales_order,
                self._p.keys.reference(ORDER, self.order_purpose),
                self._p.order.placed_at,
                rows=self._rows.lines(self._order_rows),
            ),
            at=self._p.order.placed_at,
        )

    def invoices(self) -> list[Dated]:
        """One invoice for each billed part, converted from the sales order (J-2.2, J-2.6)."""
        sources = Sources(self._order_rows) if self._is_convertible() else None
        written = []
        for sale in self._p.life.billed:
            drawn = None if sale.id.startswith(EDIT) else sources
            if drawn:
                drawn.still_open = sale.still_open
            rows = self._rows.rows(sale.amounts, sale.quantities)
            lines = self._rows.drawn(rows, drawn)
            if not lines:
                continue
            purpose = f"invoice:{sale.id}"
            document = self._document(
                self._mapping.definitions.sales_invoice,
                self._p.keys.reference(INVOICE, purpose),
                sale.at,
                rows=(line for _, line in lines),
                is_invoice=True,
                converts=drawn is not None,
            )
            invoice = posting(
                self._p,
                INVOICE,
                purpose,
                document,
                at=sale.at,
                needs=(self.order_key, *self.earned_by(sale.id)),
                effect=self.entries.invoice(sale),
            )
            if self._rates.is_foreign:
                parts = parts_of(self._p, lines)
                invoice = replace(invoice, posting=replace(invoice.posting, parts=parts))
            written.append(invoice)
        return written

    def recognitions(self) -> list[Dated]:
        """The journal of each delivery that was billed before (J-2.7, J-2.8)."""
        if not self._p.life.is_deferred:
            return []
        first = [sale for sale in self._p.life.billed if not sale.id.startswith(EDIT)]
        needs = tuple(key for sale in first for key in self._invoice_of(sale))
        return [
            self._journal(
                f"recognise:{sale.id}",
                sale.at,
                effect,
                needs,
                "Revenue recognised",
                rate=self._billed_rate,
            )
            for sale in self._p.life.recognised
            if ledger_lines(effect := self.entries.recognition(sale))
        ]

    def earned_by(self, edit: str) -> tuple[str, ...]:
        """The key of the journal by which an edit changes what was recognised, if it does.

        It is posted before the edit's other documents: by that the books tell whether goods had
        left when the order was edited.
        """
        if not self._p.life.is_deferred or not edit.startswith(EDIT):
            return ()
        sales = (sale for sale in self._p.life.recognised if sale.id == edit)
        has_effect = any(ledger_lines(self.entries.recognition(sale)) for sale in sales)
        key = self._p.keys.of(PostingKind.JOURNAL_ENTRY, f"recognise:{edit}")
        return (key,) if has_effect else ()

    @property
    def _billed_rate(self) -> DocumentRate:
        """The rate at which deferred revenue was billed, so that nothing of it is left behind."""
        billed = min(sale.at for sale in self._p.life.billed)
        return self._rates.memo(self._p.book.ledger_on(billed))

    def costs(self) -> list[Dated]:
        """The journal of what the goods cost, where inventory is kept in Sage (J-2.4)."""
        written = []
        for sale in self._p.life.recognised:
            effect = self.cost_of(sale.quantities)
            if ledger_lines(effect):
                needs = () if self._p.life.is_deferred else self._invoice_of(sale)
                purpose, what = f"cogs:{sale.id}", "Cost of goods sold"
                written += self._cost_journals(purpose, sale.at, effect, needs, what)
        return written

    def cost_of(self, quantities: Mapping[str, Decimal]) -> list[Amount]:
        """Cost of goods against inventory for those quantities, at the cart's unit cost."""
        return self._p.costs.booked(quantities)

    def cost_of_returned(self, refund_id: str, returned: Iterable[Returned]) -> list[Amount]:
        """What a return does to inventory: restocked, scrapped, or nothing (J-3.6, J-3.7).

        Where Sage books the cost of goods itself and receipts are booked, what was scrapped is
        taken off that cost by us: nothing comes back that Sage would value.
        """
        chart, book = self._p.chart, self._p.book
        amounts: list[Amount] = []
        for back in returned:
            quantities = {back.line_id: back.quantity}
            fate = fate_of(book, refund_id, back)
            if fate is Fate.SHELVED:
                amounts += [line.reversed() for line in self.cost_of(quantities)]
            elif fate is Fate.SCRAPPED:
                written_down = chart.account(Role.INVENTORY_WRITE_DOWN)
                for line in (
                    self._p.costs.of(quantities) if book.shelf else self.cost_of(quantities)
                ):
                    if line.signed.is_negative:
                        amounts += [
                            Amount(written_down, line.signed, line.dimensions, line.hits),
                            line.reversed(),
                        ]
        return amounts

    def returned_cost(
        self, refund_id: str, at: datetime, back: Iterable[Returned], needs: Iterable[str]
    ) -> list[Dated]:
        """The journal of goods that came back; none before all is known, or without effect."""
        goods = tuple(back)
        is_known = all(fate_of(self._p.book, refund_id, one) for one in goods)
        effect = self.cost_of_returned(refund_id, goods)
        if not is_known or not ledger_lines(effect):
            return []
        what = "Cost of returned goods"
        return self._cost_journals(f"restock:{refund_id}", at, effect, needs, what)

    def _cost_journals(
        self, purpose: str, at: datetime, effect: list[Amount], needs: Iterable[str], what: str
    ) -> list[Dated]:
        """The seller's journal, and that of the entity whose stock the goods left (J-14.1)."""
        sides = sides_of(self._p.book, self._p.chart, effect)
        written = [self._journal(purpose, at, sides.seller, needs, what)]
        if ledger_lines(sides.owner):
            owner = SalesWriter(self._p.of_entity(self._mapping.stock_entity))
            written.append(owner._journal(purpose, at, sides.owner, (), what))
        return written

    def _invoice_of(self, sale: Sale) -> tuple[str, ...]:
        """The key of a part's invoice, if it has one."""
        if not self.entries.is_invoiced(sale):
            return ()
        return (self._p.keys.of(INVOICE, f"invoice:{sale.id}"),)

    def _journal(
        self,
        purpose: str,
        at: datetime,
        effect: Sequence[Amount],
        needs: Iterable[str],
        what: str,
        *,
        rate: DocumentRate = DocumentRate(),  # noqa: B008  # frozen, and empty
    ) -> Dated:
        kind = PostingKind.JOURNAL_ENTRY
        document = JournalEntry(
            reference=self._p.keys.reference(kind, purpose),
            journal=self._mapping.definitions.journal,
            posted_on=self._p.book.ledger_on(at),
            description=f"{what}, order {self._p.order.number}",
            lines=ledger_lines(effect),
            exchange_rate=rate.rate,
            rate_on=rate.on,
        )
        return posting(self._p, kind, purpose, document, at=at, needs=needs, effect=effect)

    def _is_convertible(self) -> bool:
        """Whether the order in the books is still the one we know: an edit changes its lines."""
        result = self._p.posted.get(self.order_key)
        if result is not None and result.total and result.total != self._p.receivable:
            return self._is_taxed_by_sage(result.total)
        return result is None or is_of_newest(self._p, self.order_purpose)

    def _is_taxed_by_sage(self, stated: Money) -> bool:
        """Whether the only edition's total differs by no more than a tax engine may (R-9.5)."""
        most = most_rounding(len(self._order_rows), stated.currency)
        return len(self._p.editions) == 1 and abs(stated - self._p.receivable) <= most

    def _document(
        self,
        definition: str,
        reference: str,
        at: datetime,
        *,
        rows: Iterable[SalesLine],
        is_invoice: bool = False,
        converts: bool = False,
    ) -> SalesDocument:
        dated_on = self._p.book.ledger_on(at)
        is_on_terms = self._p.order.is_b2b
        return SalesDocument(
            definition=definition,
            reference=reference,
            customer=self._p.book.customer_id,
            dated_on=dated_on,
            currency=self._p.order.currency,
            lines=tuple(rows),
            due_on=dated_on if is_invoice and not is_on_terms else None,
            posted_on=dated_on if is_invoice else None,
            customer_po=self._p.order.number,
            memo=f"Order {self._p.order.number}",
            term=self._mapping.term if is_on_terms else "",
            exchange_rate=self._rates.invoice(dated_on).rate,
            source=KeyOf(self.order_key) if converts else "",
        )
