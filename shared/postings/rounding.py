"""What Sage's own tax engine makes of an invoice beside the cart's tax, settled within R-9.5.

The cart's amounts are sent as they are (R-9.2, R-5.8). An engine that insists on others shows in
the total that Sage gives back. The buyer owes what the cart says: the difference goes to the
rounding account, as long as it is at most five minor units and at most one for each line of the
document. It stands in a document of its own, dated as the invoice and settled with it, since Sage
posts an invoice that is given another line anew, under another receivable, and taxes it anew, too
(XML reference §11.4). Together both are the entry of J-9.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money
from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    ArInvoice,
    SalesDocument,
    Side,
)
from shared.policy.mapping import Role
from shared.postings.effects import credit, debit
from shared.postings.findings import Finding, Reason
from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.rates import Rates
from shared.postings.rounding_limit import ROUNDING, most_rounding
from shared.postings.sales import Dated, posting


@dataclass(frozen=True, slots=True)
class Rounding:
    """An invoice in the books whose total Sage made itself: `difference` is Sage's less ours.

    `lines` is the number of its lines.
    """

    sale_id: str
    at: datetime
    invoice: str
    difference: Money
    lines: int

    @property
    def purpose(self) -> str:
        """What its document is for, in the posting key."""
        return f"{ROUNDING}{self.sale_id}"

    @property
    def kind(self) -> PostingKind:
        """A credit memo of what Sage billed too much, an invoice of what it billed too little."""
        is_more = not self.difference.is_negative
        return PostingKind.CREDIT_MEMO if is_more else PostingKind.INVOICE

    @property
    def amount(self) -> Money:
        """The rounding line, without its side."""
        return abs(self.difference)

    @property
    def is_allowed(self) -> bool:
        """Whether a rounding line may settle it."""
        return self.amount <= most_rounding(self.lines, self.amount.currency)


def roundings_of(prepared: Prepared, invoices: Iterable[Dated]) -> tuple[Rounding, ...]:
    """Every invoice in the books that Sage taxed otherwise than the cart; allowed or not."""
    found = {
        prepared.keys.of(PostingKind.INVOICE, f"invoice:{sale.id}"): (sale, difference)
        for sale, difference in prepared.in_books.taxed_by_sage(prepared.life)
    }
    return tuple(
        Rounding(sale.id, sale.at, item.posting.key, difference, len(document.lines))
        for item in invoices
        if isinstance(document := item.posting.document, SalesDocument)
        and item.posting.key in found
        for sale, difference in [found[item.posting.key]]
    )


def refusals(roundings: Iterable[Rounding]) -> Iterable[Finding]:
    """A finding for each difference that is no rounding: the order stops, and it is shown."""
    for rounding in roundings:
        if not rounding.is_allowed:
            most = most_rounding(rounding.lines, rounding.amount.currency)
            yield Finding(
                Reason.AMOUNT_MISMATCH,
                f"invoice:{rounding.sale_id}",
                "Sage gave the invoice another total than was sent, by more than the"
                f" {most.plain()} that may be rounded (R-9.5): its tax engine is on (R-5.8)",
                "switch the engine off for this transaction definition, and put the invoice right",
                rounding.difference,
            )


def rounding_documents(prepared: Prepared, roundings: Iterable[Rounding]) -> list[Dated]:
    """The document of each rounding line that is allowed."""
    return [_document(prepared, one) for one in roundings if one.is_allowed]


def _document(prepared: Prepared, rounding: Rounding) -> Dated:
    chart, day = prepared.chart, prepared.book.ledger_on(rounding.at)
    account = chart.account(Role.ROUNDING)
    owed = (chart.account(Role.RECEIVABLE), rounding.amount, chart.balance_dimensions)
    line = (account, rounding.amount, chart.result_dimensions)
    if rounding.kind is PostingKind.CREDIT_MEMO:
        document: Adjustment | ArInvoice = _memo(prepared, rounding, account)
        effect = [debit(*line), credit(*owed)]
    else:
        rate = Rates(prepared.book, prepared.order, chart).invoice(day)
        document = ArInvoice(
            reference=prepared.keys.reference(rounding.kind, rounding.purpose),
            customer=prepared.book.customer_id,
            dated_on=day,
            due_on=day,
            lines=(AccountLine(*line),),
            description=_described(prepared),
            exchange_rate=rate.rate,
            rate_on=rate.on,
        )
        effect = [debit(*owed), credit(*line)]
    return posting(
        prepared,
        rounding.kind,
        rounding.purpose,
        document,
        at=rounding.at,
        needs=[rounding.invoice],
        effect=effect,
    )


def _memo(prepared: Prepared, rounding: Rounding, account: str) -> Adjustment:
    day = prepared.book.ledger_on(rounding.at)
    rate = Rates(prepared.book, prepared.order, prepared.chart).memo(day)
    dimensions = prepared.chart.result_dimensions
    return Adjustment(
        reference=prepared.keys.reference(rounding.kind, rounding.purpose),
        kind=AdjustmentKind.CREDIT,
        customer=prepared.book.customer_id,
        dated_on=day,
        currency=rounding.amount.currency,
        lines=(AdjustmentLine(account, Side.DEBIT, rounding.amount, dimensions),),
        description=_described(prepared),
        exchange_rate=rate.rate,
        rate_on=rate.on,
    )


def _described(prepared: Prepared) -> str:
    return f"Tax rounding, order {prepared.order.number}"
