"""What an order's life comes to: parts that were billed, recognised, credited and corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from commerce.money import Money, total
from commerce.orders import Refund, RefundAdjustment, Restock
from shared.postings.meter import Amounts
from shared.postings.refunds import Excess

EDIT = "edit:"
"""What the id of a part begins with that an edit billed; the edition's id follows."""

REST = "rest:"
"""What the id of a part begins with that closed the order; the order's id follows."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A part of the order that was billed or recognised, with its amounts by piece id.

    `still_open` holds the pieces of which something is left after it.
    """

    id: str
    at: datetime
    quantities: Mapping[str, Decimal]
    amounts: Amounts
    still_open: frozenset[str] = frozenset()

    def total(self, currency: str) -> Money:
        """What the part comes to."""
        return total(self.amounts.values(), currency)


@dataclass(frozen=True, slots=True)
class Returned:
    """Goods of a refund that had left: how many of a line, and what became of them (R-3.7)."""

    line_id: str
    quantity: Decimal
    restock: Restock


@dataclass(frozen=True, slots=True)
class Credit:
    """What a refund takes back of what was billed.

    `recognised` and `deferred` are amounts by piece id, signed as the pieces; `undone` is what of
    `recognised` belongs to goods that never left: it was sold a cent too early, and nothing came
    back. `adjustments` are the refund's parts without lines; `unbilled` is what it gives back of
    what was never billed, `omitted` of what is never booked.
    """

    refund: Refund
    recognised: Amounts
    deferred: Amounts
    adjustments: tuple[RefundAdjustment, ...]
    returned: tuple[Returned, ...]
    unbilled: Money
    omitted: Money | None = None
    undone: Amounts = field(default_factory=dict)

    @property
    def total(self) -> Money:
        """What the buyer no longer owes."""
        currency = self.refund.currency
        parts = (*self.recognised.values(), *self.deferred.values())
        fees = (adjustment.amount for adjustment in self.adjustments)
        return total((*parts, *fees), currency)


@dataclass(frozen=True, slots=True)
class Correction:
    """What an edit took off what was billed before it, by piece id, signed as the pieces' change.

    `edition` names the edition that the order had from then on.
    """

    edition: str
    at: datetime
    amounts: Amounts

    @property
    def purpose(self) -> str:
        """What its credit memo is for, in the posting key."""
        return f"{EDIT}{self.edition}"

    def total(self, currency: str) -> Money:
        """What the buyer no longer owes."""
        return -total(self.amounts.values(), currency)


@dataclass(slots=True)
class Life:
    """The answer: parts in the order in which they came to be, and what stands in the way."""

    billed: list[Sale] = field(default_factory=list)
    recognised: list[Sale] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    unclear: list[Excess] = field(default_factory=list)
    excesses: list[Excess] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    open_lines: tuple[str, ...] = ()
    is_deferred: bool = False
