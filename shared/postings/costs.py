"""What goods cost that leave, at the unit cost of the cart or of the cost file (J-2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from commerce.money import Money
from commerce.orders import LineKind, Order
from shared.policy.choices import Cogs
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.chart import Chart
from shared.postings.effects import Amount, credit, debit
from shared.postings.pieces import OrderPieces


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of one order's goods, as signed amounts."""

    order: Order
    pieces: OrderPieces
    book: StoreBook
    chart: Chart

    def booked(self, quantities: Mapping[str, Decimal]) -> list[Amount]:
        """Cost of goods against inventory for those quantities; none where we book no costs."""
        return [] if self.book.policy.cogs is Cogs.OFF else self.of(quantities)

    def of(self, quantities: Mapping[str, Decimal]) -> list[Amount]:
        """Cost of goods against inventory for those quantities, whoever books it."""
        dimensions = {piece.id: piece.dimensions for piece in self.pieces.pieces}
        amounts = []
        for line_id, cost in self._each(quantities):
            goods = dimensions[f"{line_id}/goods"]
            amounts.append(debit(self.chart.account(Role.COST_OF_GOODS), cost, goods))
            inventory = self.chart.account(Role.INVENTORY)
            amounts.append(credit(inventory, cost, self.chart.balance_dimensions))
        return amounts

    def _each(self, quantities: Mapping[str, Decimal]) -> Iterator[tuple[str, Money]]:
        for line in self.order.sale_lines:
            if line.id not in quantities or line.kind is not LineKind.PRODUCT:
                continue
            cost = self.book.cost_of(line)
            if cost is not None:
                yield line.id, (cost * quantities[line.id]).rounded()
