"""A summary-mode order as lines of the day's journal: cash sales, without receivables (R-11.1).

Money and sale meet on the later of their two days. Sales and refunds are not netted (R-11.3); each
event is one entry, so that a late one belongs to its own day (R-11.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money, total
from commerce.orders import Payment
from shared.postings.chronicle import capture_id
from shared.postings.effects import Amount, credit, debit, ledger_lines, line_reasons
from shared.postings.life import Credit, Sale
from shared.postings.plan import DayEntry, Finding, Reason
from shared.postings.preparation import Prepared
from shared.postings.returns import CreditWriter
from shared.postings.sales import SalesWriter


@dataclass(slots=True)
class _Till:
    """Money of one tender that no sale has used yet."""

    account: str
    at: datetime
    left: Money


class DayWriter:
    """Writes one order's events as entries of the daily journal."""

    def __init__(self, prepared: Prepared) -> None:
        """Nothing is written until asked; `findings` and `waiting` grow while writing."""
        self._p = prepared
        self._sales = SalesWriter(prepared)
        self._credits = CreditWriter(prepared, self._sales)
        self._tills = [
            _Till(taking.tender.account, taking.at, taking.amount) for taking in prepared.takings
        ]
        self.findings: list[Finding] = []
        self.waiting: list[str] = []

    def entries(self) -> list[DayEntry]:
        """Sales, recognitions, cost of goods and refunds of the order, in the order of time."""
        self._set_unbilled_refunds_aside()
        entries = [entry for sale in self._p.life.billed for entry in self._sale(sale)]
        if self._p.life.is_deferred:
            for sale in self._p.life.recognised:
                recognised = self._sales.recognised(sale)
                entries += self._entry(f"recognise:{sale.id}", sale.at, recognised)
        for sale in self._p.life.recognised:
            entries += self._entry(f"cogs:{sale.id}", sale.at, self._sales.cost_of(sale.quantities))
        for item in self._p.life.credits:
            if self.waiting:
                self.waiting.append(f"the sale that refund {item.refund.ref.id} takes back")
            else:
                entries += self._refund(item)
        return sorted(entries, key=lambda entry: (entry.occurred_at, entry.event))

    def _set_unbilled_refunds_aside(self) -> None:
        """Money given back before its sale was booked never belonged to a sale."""
        for item in self._p.life.credits:
            left = _least(item.unbilled, self._refunded(item))
            for till in reversed(self._tills):
                used = _least(left, till.left)
                till.left -= used
                left -= used

    def _sale(self, sale: Sale) -> list[DayEntry]:
        """A billed part against the money that pays it (J-11.1)."""
        amount = sale.total(self._p.order.currency)
        if total((till.left for till in self._tills), amount.currency) < amount:
            self.waiting.append(f"the money for {sale.id}")
            return []
        at, paid, left = sale.at, [], amount
        for till in self._tills:
            used = _least(left, till.left)
            if used:
                till.left -= used
                left -= used
                at = max(at, till.at)
                paid.append(debit(till.account, used, self._p.chart.balance_dimensions))
        order_id = self._p.order.ref.id
        is_whole = sale.id == capture_id(order_id)
        event = f"sale:{order_id}" if is_whole else f"sale:{order_id}:{sale.id}"
        return self._entry(event, at, [*paid, *self._sales.sold(sale.amounts)])

    def _refund(self, item: Credit) -> list[DayEntry]:
        """A refund of what was sold, paid out by the tenders that it went back to (J-11.7)."""
        refund_id = item.refund.ref.id
        at = self._credits.booked_at(item)
        entries = []
        if item.total:
            left, paid = item.total, []
            for payment in self._money(item):
                used = _least(left, payment.amount.rounded())
                left -= used
                account = self._p.chart.tender(payment.gateway, f"refunds[{refund_id}]").account
                paid.append(credit(account, used, self._p.chart.balance_dimensions))
            if left:
                self.findings.append(
                    Finding(
                        Reason.OUT_OF_SCOPE,
                        f"refunds[{refund_id}]",
                        "a credit without money has no place in a daily journal of cash sales",
                        "post this channel in detail, or book the credit by hand",
                        left,
                    )
                )
                return []
            taken_back = self._credits.taken_back(item)
            entries += self._entry(f"refund:{refund_id}", at, [*taken_back, *paid])
        cost = self._sales.cost_of_returned(item.returned)
        return [*entries, *self._entry(f"restock:{refund_id}", at, cost)]

    def _money(self, item: Credit) -> tuple[Payment, ...]:
        events = (e for e in self._p.refunds if e.refund.ref.id == item.refund.ref.id)
        return next(event.money.settled for event in events)

    def _refunded(self, item: Credit) -> Money:
        return total((p.amount.rounded() for p in self._money(item)), item.refund.currency)

    def _entry(self, event: str, at: datetime, amounts: Iterable[Amount]) -> list[DayEntry]:
        amounts = list(amounts)
        lines = ledger_lines(amounts)
        if not lines:
            return []
        is_sale = event.startswith("sale:")
        return [
            DayEntry(
                event=event,
                store=self._p.book.store,
                currency=self._p.order.currency,
                ledger_on=self._p.book.ledger_on(at),
                occurred_at=at,
                lines=lines,
                order_total=self._p.receivable if is_sale else None,
                why=line_reasons(amounts, self._p.chart.usual_hits),
                order_id=self._p.order.ref.id,
                mapping_version=self._p.book.mapping.version,
            )
        ]


def _least(one: Money, other: Money) -> Money:
    zero = Money.zero(one.currency)
    return max(zero, min(one, other, key=lambda m: m.amount), key=lambda m: m.amount)
