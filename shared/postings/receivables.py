"""Invoices of a thrifty channel: made in Accounts Receivable, without order and without items.

One transaction each and nothing to read back: what Sage owes us is named by the invoice's own key.
"""

from __future__ import annotations

from datetime import datetime

from intacct.documents import AccountLine, ArInvoice, JournalLine, Side
from shared.postings.effects import ledger_lines
from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.rates import Rates
from shared.postings.sales import Dated, posting

INVOICE = PostingKind.INVOICE


def receivable_invoices(prepared: Prepared) -> list[Dated]:
    """One invoice for each billed part; it stays open until a payout's payment settles it."""
    written = []
    for sale in prepared.life.billed:
        lines = ledger_lines(prepared.entries.sold(sale.amounts))
        if lines:
            purpose = f"invoice:{sale.id}"
            document = _document(prepared, sale.at, purpose, lines)
            effect = prepared.entries.invoice(sale)
            written.append(posting(prepared, INVOICE, purpose, document, at=sale.at, effect=effect))
    return written


def _document(
    prepared: Prepared, at: datetime, purpose: str, lines: tuple[JournalLine, ...]
) -> ArInvoice:
    billed_on = prepared.book.ledger_on(at)
    rate = Rates(prepared.book, prepared.order, prepared.chart).invoice(billed_on)
    return ArInvoice(
        reference=prepared.keys.reference(INVOICE, purpose),
        customer=prepared.book.customer_id,
        dated_on=billed_on,
        due_on=billed_on,
        lines=tuple(_line(line) for line in lines),
        description=f"Order {prepared.order.number}",
        exchange_rate=rate.rate,
        rate_on=rate.on,
    )


def _line(line: JournalLine) -> AccountLine:
    """A credit raises what the buyer owes; a discount, on the debit side, lowers it."""
    amount = line.amount if line.side is Side.CREDIT else -line.amount
    return AccountLine(line.account, amount, line.dimensions)
