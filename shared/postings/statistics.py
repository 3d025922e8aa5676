"""Counts beside the money of a summary channel: orders, units and refunds (R-12.1).

A count stands on the day and carries the dimensions of the money that it explains, so that revenue
divided by orders is the day's average order (R-12.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from commerce.orders import LineKind
from intacct.documents import Dimensions, Side
from intacct.statistics import StatisticalLine
from shared.policy.mapping import Role
from shared.postings.pieces import PieceKind
from shared.postings.preparation import Prepared


class Counter:
    """Counts the events of one order; nothing where the mapping names no statistical journal."""

    def __init__(self, prepared: Prepared) -> None:
        """Accounts that are missing become findings of the chart."""
        self._p = prepared
        self._is_on = bool(prepared.book.mapping.definitions.statistical_journal)
        self._goods = {
            line.id: line.quantity
            for line in prepared.order.sale_lines
            if line.kind is LineKind.PRODUCT
        }

    def sold(self, quantities: Mapping[str, Decimal], *, is_first: bool) -> list[StatisticalLine]:
        """The units of a part of the order, and the order itself with its first part."""
        if not self._is_on:
            return []
        lines = [
            self._line(Role.STATISTICAL_UNITS, quantity, self._dimensions(line_id))
            for line_id, quantity in quantities.items()
            if line_id in self._goods and quantity
        ]
        if is_first:
            usual = self._p.chart.result_dimensions
            lines.append(self._line(Role.STATISTICAL_ORDERS, Decimal(1), usual))
        return lines

    def refunded(self) -> list[StatisticalLine]:
        """One refund; what came back is not taken off the units that were sold (R-11.3)."""
        if not self._is_on:
            return []
        usual = self._p.chart.result_dimensions
        return [self._line(Role.STATISTICAL_REFUNDS, Decimal(1), usual)]

    def _dimensions(self, line_id: str) -> Dimensions:
        return self._p.pieces.of_part(line_id, PieceKind.GOODS)[0].dimensions

    def _line(self, role: Role, quantity: Decimal, dims: Dimensions) -> StatisticalLine:
        return StatisticalLine(self._p.chart.account(role), Side.DEBIT, quantity, dims)
