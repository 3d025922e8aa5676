"""Money of a thrifty channel that is booked with the payout that brings it, not by itself.

The order's planner says what each receipt or refund settles; `shared.payouts` posts one payment for
all of a payout. A receipt that settles an invoice only in part, or none yet, is posted on its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from commerce.money import Money, total


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A receipt or a refund that a payout brings, and what it settles.

    `id` is the transaction's; `settles` are posting keys of invoices (of credit memos, for a
    refund) with the amounts. `not_before` is the ledger date of the latest of them. `is_refund`
    says which way the money went.
    """

    id: str
    amount: Money
    settles: tuple[tuple[str, Money], ...]
    not_before: date
    is_refund: bool = False

    @property
    def rest(self) -> Money:
        """What settles nothing that is in the books or about to be."""
        return self.amount - total((amount for _, amount in self.settles), self.amount.currency)


@dataclass(slots=True)
class Settled:
    """What one receipt or refund settles, and when that came to be."""

    parts: list[tuple[str, Money]] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def add(self, key: str, amount: Money, at: datetime) -> None:
        """An amount of the document of that posting key."""
        self.parts.append((key, amount))
        self.moments.append(at)
