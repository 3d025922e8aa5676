"""Counts beside the money: they have one side, no currency and no balance (R-12.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from intacct.dimensions import NO_DIMENSIONS, Dimensions, Side


@dataclass(frozen=True, slots=True)
class StatisticalLine:
    """A quantity on a statistical account; a debit adds, a credit takes away."""

    account: str
    side: Side
    quantity: Decimal
    dimensions: Dimensions = NO_DIMENSIONS
    memo: str = ""


@dataclass(frozen=True, slots=True)
class StatisticalEntry:
    """Counts beside the money (orders, units): a statistical journal knows no balance."""

    reference: str
    journal: str
    posted_on: date
    description: str
    lines: tuple[StatisticalLine, ...]
    is_draft: bool = False
