"""Credit memos: what a refund gives back of what was billed, line by line (R-3.1 to R-3.9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from intacct.documents import Adjustment, AdjustmentKind, AdjustmentLine, JournalLine
from shared.policy.choices import CreditOn
from shared.postings.effects import ledger_lines
from shared.postings.events import RefundEvent
from shared.postings.parts import Correction, Credit
from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.rates import DocumentRate, Rates
from shared.postings.sales import Dated, SalesWriter, posting

CREDIT = PostingKind.CREDIT_MEMO


class CreditWriter:
    """Writes one order's credit memos and the journals of its returned goods."""

    def __init__(self, prepared: Prepared, sales: SalesWriter) -> None:
        """`sales` knows the cost of goods."""
        self._p = prepared
        self._sales = sales
        self._entries = prepared.entries
        self._events = {event.refund.ref.id: event for event in prepared.refunds}

    def key(self, refund_id: str) -> str:
        """The posting key of a refund's credit memo."""
        return self._p.keys.of(CREDIT, f"credit:{refund_id}")

    def booked_at(self, item: Credit) -> datetime:
        """When the refund was processed, or created where the policy credits at once (R-10.3)."""
        event: RefundEvent = self._events[item.refund.ref.id]
        if self._p.book.policy.credit_on is CreditOn.REFUND_CREATED:
            return item.refund.created_at
        return event.money.settled_at or item.refund.created_at

    def memos(self) -> list[Dated]:
        """One credit memo for each refund of billed amounts, and its effect on inventory."""
        written: list[Dated] = []
        for item in self._p.life.credits:
            refund_id = item.refund.ref.id
            at = self.booked_at(item)
            needs = [self.key(refund_id)] if item.total else []
            written += self._sales.returned_cost(refund_id, at, item.returned, needs)
            if not item.total:
                continue
            lines = ledger_lines(self._entries.taken_back(item))
            rate = self._rate(item)
            document = Adjustment(
                reference=self._p.keys.reference(CREDIT, f"credit:{refund_id}"),
                kind=AdjustmentKind.CREDIT,
                customer=self._p.book.customer_id,
                dated_on=self._p.book.ledger_on(at),
                currency=self._p.order.currency,
                lines=adjustment_lines(lines),
                exchange_rate=rate.rate,
                rate_on=rate.on,
                description=f"Refund, order {self._p.order.number}",
            )
            effect = self._entries.credit_memo(item)
            needs = self._invoices_before(item)
            purpose = f"credit:{refund_id}"
            written.append(
                posting(self._p, CREDIT, purpose, document, at=at, needs=needs, effect=effect)
            )
        return written

    def corrections(self) -> list[Dated]:
        """One credit memo for each edit that took something off what was billed before it."""
        return [self._correction(item) for item in self._p.life.corrections]

    def correction_key(self, item: Correction) -> str:
        """The posting key of an edit's credit memo."""
        return self.key(item.purpose)

    def _correction(self, item: Correction) -> Dated:
        purpose = f"credit:{item.purpose}"
        document = Adjustment(
            reference=self._p.keys.reference(CREDIT, purpose),
            kind=AdjustmentKind.CREDIT,
            customer=self._p.book.customer_id,
            dated_on=self._p.book.ledger_on(item.at),
            currency=self._p.order.currency,
            lines=adjustment_lines(ledger_lines(self._entries.never_sold(item.amounts))),
            description=f"Edited, order {self._p.order.number}",
        )
        needs = [
            self._p.keys.of(PostingKind.INVOICE, f"invoice:{sale.id}")
            for sale in self._p.life.billed
            if sale.at <= item.at and self._entries.is_invoiced(sale)
        ]
        needs += self._sales.earned_by(item.purpose)
        effect = self._entries.correction(item)
        return posting(self._p, CREDIT, purpose, document, at=item.at, needs=needs, effect=effect)

    def _rate(self, item: Credit) -> DocumentRate:
        """The rate of the invoice that is taken back: the first, where there are several."""
        order, book = self._p.order, self._p.book
        rates = Rates(book, order, self._p.chart)
        before = [sale.at for sale in self._p.life.billed if self._entries.is_invoiced(sale)]
        return rates.memo(book.ledger_on(min(before, default=item.refund.created_at)))

    def _invoices_before(self, item: Credit) -> list[str]:
        return [
            self._p.keys.of(PostingKind.INVOICE, f"invoice:{sale.id}")
            for sale in self._p.life.billed
            if sale.at <= item.refund.created_at and self._entries.is_invoiced(sale)
        ]


def adjustment_lines(lines: Iterable[JournalLine]) -> tuple[AdjustmentLine, ...]:
    """Ledger lines as lines of a credit or debit memo."""
    return tuple(
        AdjustmentLine(
            account=line.account, side=line.side, amount=line.amount, dimensions=line.dimensions
        )
        for line in lines
    )
