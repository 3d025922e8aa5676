"""A summary-mode order as lines of the day's journal: cash sales, without receivables (R-11.1).

Money and sale meet on the later of their two days. Sales and refunds are not netted (R-11.3); each
event is one entry, so that a late one belongs to its own day (R-11.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from commerce.money import Money, total
from commerce.orders import Payment
from intacct.statistics import StatisticalLine
from shared.policy.choices import Cogs
from shared.postings.card_discounts import released
from shared.postings.chronicle import capture_id
from shared.postings.day_currencies import currency_findings
from shared.postings.day_fees import day_fees
from shared.postings.effects import Amount, credit, debit, ledger_lines, line_reasons
from shared.postings.fees import FEE, fee_effect
from shared.postings.parts import Credit, Sale
from shared.postings.plan import DayEntry, Finding, Reason
from shared.postings.preparation import Prepared
from shared.postings.returns import CreditWriter
from shared.postings.sales import SalesWriter
from shared.postings.statistics import Counter
from shared.postings.stock_entities import has_foreign_stock
from shared.postings.tills import Tills, least

_Paid = list[tuple[str, Money]]
"""Amounts by the account of the tender that paid them out."""


class DayWriter:
    """Writes one order's events as entries of the daily journal."""

    def __init__(self, prepared: Prepared) -> None:
        """Nothing is written until asked; `findings` and `waiting` grow while writing."""
        self._p = prepared
        self._sales = SalesWriter(prepared)
        self._credits = CreditWriter(prepared, self._sales)
        self._counter = Counter(prepared)
        self._tills = Tills(prepared.takings, prepared.order.currency)
        self.findings: list[Finding] = []
        self.waiting: list[str] = []

    def entries(self) -> list[DayEntry]:
        """Sales, fees, recognitions, costs of goods and refunds of the order, by their time."""
        entries = [entry for item in self._p.life.credits for entry in self._unbilled(item)]
        entries += [entry for sale in self._p.life.billed for entry in self._sale(sale)]
        if self._p.life.is_deferred:
            for sale in self._p.life.recognised:
                recognised = self._p.entries.recognition(sale)
                counts = self._sold(sale, self._p.life.recognised)
                entries += self._entry(f"recognise:{sale.id}", sale.at, recognised, counts)
        for sale in self._p.life.recognised:
            entries += self._entry(f"cogs:{sale.id}", sale.at, self._sales.cost_of(sale.quantities))
        for taking, fee in day_fees(self._p):
            effect = fee_effect(self._p, taking, fee)
            entries += self._entry(f"{FEE}{taking.id}", taking.at, effect)
        for use in released(self._p):
            entries += self._entry(f"card-discount:{use.id}", use.at, use.amounts)
        self._refuse_foreign_stock()
        self.findings += currency_findings(self._p)
        for item in self._p.life.credits:
            if self.waiting:
                self.waiting.append(f"the sale that refund {item.refund.ref.id} takes back")
            else:
                entries += self._refund(item)
        return sorted(entries, key=lambda entry: (entry.occurred_at, entry.event))

    def _refuse_foreign_stock(self) -> None:
        """A day's journal is one entity's: costs of another entity's stock have no place there."""
        if has_foreign_stock(self._p.book) and self._p.book.policy.cogs is not Cogs.OFF:
            finding = Finding(
                Reason.OUT_OF_SCOPE,
                "mapping.stock_entity",
                "a daily journal cannot book costs of another entity's stock",
                "post this channel in detail, or turn cogs off",
            )
            self.findings.append(finding)

    def _unbilled(self, item: Credit) -> list[DayEntry]:
        """Money given back of what was never billed: only what came by another tender is moved."""
        dims = self._p.chart.balance_dimensions
        at = self._credits.booked_at(item)
        amounts: list[Amount] = []
        left = item.unbilled
        for account, amount in self._paid_out(item)[1]:
            used = least(left, amount)
            left -= used
            for part in self._tills.give_back(account, used):
                at = max(at, part.at)
                amounts.append(debit(part.account, part.amount, dims))
                amounts.append(credit(account, part.amount, dims))
        return self._entry(f"returned:{item.refund.ref.id}", at, amounts)

    def _sale(self, sale: Sale) -> list[DayEntry]:
        """A billed part against the money that pays it (J-11.1)."""
        amount = sale.total(self._p.order.currency)
        if self._tills.left < amount:
            self.waiting.append(f"the money for {sale.id}")
            return []
        parts = self._tills.pay(amount)
        at = max([sale.at, *(part.at for part in parts)])
        dims = self._p.chart.balance_dimensions
        paid = [debit(part.account, part.amount, dims) for part in parts]
        order_id = self._p.order.ref.id
        is_whole = sale.id == capture_id(order_id)
        event = f"sale:{order_id}" if is_whole else f"sale:{order_id}:{sale.id}"
        counts = [] if self._p.life.is_deferred else self._sold(sale, self._p.life.billed)
        return self._entry(event, at, [*paid, *self._p.entries.sold(sale.amounts)], counts)

    def _sold(self, sale: Sale, parts: list[Sale]) -> list[StatisticalLine]:
        first = next((part for part in parts if part.amounts), None)
        return self._counter.sold(sale.quantities, is_first=sale is first)

    def _refund(self, item: Credit) -> list[DayEntry]:
        """A refund of what was sold, paid out by the tenders that it went back to (J-11.7)."""
        refund_id = item.refund.ref.id
        at = self._credits.booked_at(item)
        dims = self._p.chart.balance_dimensions
        entries = []
        if item.total:
            paid_out = self._paid_out(item)[0]
            paid = [credit(account, amount, dims) for account, amount in paid_out]
            left = item.total - total((amount for _, amount in paid_out), item.total.currency)
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
            taken_back = self._p.entries.taken_back(item)
            counts = self._counter.refunded()
            entries += self._entry(f"refund:{refund_id}", at, [*taken_back, *paid], counts)
        cost = self._sales.cost_of_returned(item.refund.ref.id, item.returned)
        return [*entries, *self._entry(f"restock:{refund_id}", at, cost)]

    def _money(self, item: Credit) -> tuple[Payment, ...]:
        events = (e for e in self._p.refunds if e.refund.ref.id == item.refund.ref.id)
        return next(event.money.settled for event in events)

    def _paid_out(self, item: Credit) -> tuple[_Paid, _Paid]:
        """The refund's money by account: what pays for the credit, and what is left beside it."""
        left, paying, beside = item.total, [], []
        for payment in self._money(item):
            amount = payment.amount.rounded()
            place = f"refunds[{item.refund.ref.id}]"
            account = self._p.chart.tender(payment.gateway, place, payment.card_id).account
            used = least(left, amount)
            left -= used
            paying.append((account, used))
            beside.append((account, amount - used))
        return paying, beside

    def _entry(
        self,
        event: str,
        at: datetime,
        amounts: Iterable[Amount],
        counts: Iterable[StatisticalLine] = (),
    ) -> list[DayEntry]:
        amounts = list(amounts)
        lines = ledger_lines(amounts)
        if not lines:
            return []
        is_sale = event.startswith("sale:")
        return [
            DayEntry(
                event=self._p.book.named_event(event),
                store=self._p.book.store,
                currency=self._p.order.currency,
                ledger_on=self._p.book.ledger_on(at),
                occurred_at=at,
                lines=lines,
                order_total=self._p.receivable if is_sale else None,
                why=line_reasons(lines, amounts, self._p.chart.usual_hits),
                order_id=self._p.order.ref.id,
                mapping_version=self._p.book.mapping.version,
                counts=tuple(counts),
            )
        ]
