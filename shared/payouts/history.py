"""What a payout went through beside what its source says: what people decided, what was pinned.

Pure data, stored with the payout (`shared.payouts.store`), so that planning it again gives what is
in the books, whatever policy, orders or the source say by then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money
from commerce.payouts import Payout, PayoutStatus
from shared.payouts.worths import Valuation


@dataclass(frozen=True, slots=True)
class Step:
    """A state that the payout was seen in, and since when: the source's instant where it tells one.

    Where it tells none, as of a failure, it is when we first heard of it; kept, so that it never
    moves (R-10.3).
    """

    status: PayoutStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class TaxShare:
    """What a lost dispute takes off the tax that is owed on an account (R-7.3)."""

    account: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Loss:
    """A dispute that was lost for good: its row, when, and the tax that is not owed any more."""

    line_id: str
    lost_at: datetime
    taxes: tuple[TaxShare, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderFee:
    """What of a charge's fee its order had booked when the payout was booked; zero for nothing."""

    line_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Edition:
    """What a payout said before its source changed it, and which entries it was booked with.

    `purposes` name those entries: all that the ledger had begun when a person took the change over.
    """

    payout: Payout
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Everything about a payout that no source tells.

    `valuation` is what it is worth in the entity's currency, where that had to be found out.
    `losses` are its disputes that were lost. `passed` are the rows of disputes on refunded orders
    that a person let into the books (R-7.2). `fees` are its charges of which it was looked up what
    their orders booked (R-6.3). `told` is what its source says now, where that is at odds with what
    is booked; `editions` is what it said before people took such changes over, the oldest first.
    """

    losses: tuple[Loss, ...] = ()
    passed: tuple[str, ...] = ()
    valuation: Valuation | None = None
    fees: tuple[OrderFee, ...] = ()
    told: Payout | None = None
    editions: tuple[Edition, ...] = ()

    def loss_of(self, line_id: str) -> Loss | None:
        """What was said of the dispute of that row; None where it is still open."""
        return next((loss for loss in self.losses if loss.line_id == line_id), None)


NOTHING = History()
"""Of a payout that nobody decided anything about."""
