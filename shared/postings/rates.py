"""The exchange rate that a document in another currency than its entity's is posted at (R-8.3).

With Sage's daily rate nothing is said of an invoice, and of a credit memo only the day: that of the
invoice that it takes back, so that both are worth the same. Receipts and refunds always take the
rate of their own day; what that differs by is Sage's to book (R-8.4).

A cart's rate is one that it keeps with the order, of the day on which that was placed. The ratio of
two totals is none: each was rounded, and a processor's price may be in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from commerce.orders import Order
from shared.policy.choices import FxRate
from shared.policy.mapping import RateRow
from shared.postings.book import StoreBook
from shared.postings.chart import Chart
from shared.postings.plan import Reason

_RATE_UNIT = Decimal("0.0000000001")
"""Ten decimals are all that Sage keeps of a rate."""


@dataclass(frozen=True, slots=True)
class DocumentRate:
    """A rate of its own, or the day whose daily rate counts; neither leaves it to Sage."""

    rate: Decimal | None = None
    on: date | None = None


class Rates:
    """The rates of one order's documents; what the table lacks is a finding of the chart."""

    def __init__(self, book: StoreBook, order: Order, chart: Chart) -> None:
        """The rates of `order`, at its latest edition."""
        self._book = book
        self._order = order
        self._currency = order.currency
        self._chart = chart

    @property
    def is_foreign(self) -> bool:
        """Whether the order is in another currency than its entity's books."""
        return self._currency != self._book.base_currency

    def invoice(self, on: date) -> DocumentRate:
        """The rate of a sales document of that day."""
        if not self.is_foreign or self._book.policy.fx_rate is FxRate.ERP_DAILY:
            return DocumentRate()
        if self._book.policy.fx_rate is FxRate.CART:
            return DocumentRate(self._of_cart(), self._book.ledger_on(self._order.placed_at))
        return DocumentRate(self._of_table(on), on)

    def memo(self, invoiced_on: date) -> DocumentRate:
        """The rate of a credit memo: that of the invoice which it takes back."""
        if not self.is_foreign:
            return DocumentRate()
        if self._book.policy.fx_rate is FxRate.ERP_DAILY:
            return DocumentRate(on=invoiced_on)
        return self.invoice(invoiced_on)

    def _of_cart(self) -> Decimal | None:
        """The order's own rate, turned into what one unit of its currency is worth (R-8.3)."""
        told, base = self._order.exchange_rate, self._book.base_currency
        if told is not None and told > 0 and self._order.rate_currency == base:
            return (1 / told).quantize(_RATE_UNIT)
        self._chart.miss(
            Reason.CONFIGURATION_MISSING,
            "policy.fx_rate",
            f"the order tells no rate from {self._currency} to {base}",
            "let Sage's daily rate count (erp_daily), or add rates to the mapping (table)",
        )
        return None

    def _of_table(self, on: date) -> Decimal | None:
        found = table_rate(self._book.mapping.fx_rates, self._currency, on)
        if found is None:
            self._chart.miss(
                Reason.MAPPING_MISSING,
                f"mapping.fx_rates[{self._currency}]",
                f"no rate of {self._currency} on or before {on.isoformat()}",
                "add the rate, or let Sage's daily rate count (fx_rate erp_daily)",
            )
        return found


def table_rate(rows: tuple[RateRow, ...], currency: str, on: date) -> Decimal | None:
    """The newest rate of a currency up to a day; None where the table has none."""
    known = [
        (row.from_on, row.rate)
        for row in rows
        if row.currency == currency and row.from_on <= on.isoformat()
    ]
    return Decimal(max(known)[1]) if known else None
