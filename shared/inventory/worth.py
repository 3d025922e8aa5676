"""What stock is worth by Sage's inventory sub-ledger, and how far rounding leads astray: pure.

Sage shows the cost of a unit with few digits, and may cut zeros off: the longest cost that is shown
tells how many there are. What a warehouse holds is worth its quantity by that
cost, so that the product may be off by half of the cost's last digit for every unit, and by half a
cent where Sage rounded the movement that made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from intacct.stock import StockCost, StockLevel

_CENT = Decimal("0.01")
_HALF = Decimal("0.5")
_FEWEST = -2


@dataclass(frozen=True, slots=True)
class Worth:
    """What stock comes to in the currency of the books.

    `slack` is how much of a difference rounding alone explains; `unpriced` are the items that lie
    somewhere at no cost that Sage tells. `places` counts items by warehouse.
    """

    amount: Decimal
    slack: Decimal
    unpriced: tuple[str, ...]
    places: int


def worth_of(levels: Iterable[StockLevel], costs: Iterable[StockCost]) -> Worth:
    """What the levels come to at their warehouse's average cost, else at its standard cost."""
    held = {(one.item, one.warehouse): one.on_hand for one in levels if one.on_hand}
    priced: dict[tuple[str, str], Decimal] = {}
    digits = _FEWEST
    for cost in costs:
        place = (cost.item, cost.warehouse)
        unit = cost.average if cost.average is not None else cost.standard
        if unit is not None:
            digits = min(digits, int(unit.as_tuple().exponent))
            if place in held:
                priced[place] = unit
    amount = sum((held[place] * unit for place, unit in priced.items()), Decimal(0))
    units = sum((abs(held[place]) for place in priced), Decimal(0))
    slack = units * _HALF.scaleb(digits) + len(priced) * _HALF * _CENT
    unpriced = tuple(sorted({item for item, _ in held.keys() - priced.keys()}))
    return Worth(amount.quantize(_CENT, ROUND_HALF_EVEN), slack, unpriced, len(held))
