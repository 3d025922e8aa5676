"""What the rows of a payout are worth in the entity's currency, and by which rate (R-8.2).

Pure data, pinned in the payout's history when it is first booked: planning it again gives the same
entries, whatever the rates are by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from commerce.money import Money
from commerce.payouts import Payout, PayoutLine, PayoutLineKind
from shared.policy.choices import ClearingDifferences
from shared.postings.book import StoreBook

_BUYERS = (PayoutLineKind.CHARGE, PayoutLineKind.REFUND)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a row of a buyer's money takes off the clearing account; signed as the row is.

    `taken` is what the order's receipt or refund put there, in its transaction currency, `base`
    what that was worth in the books. `on` is the day of that rate (YYYY-MM-DD), `source` where it
    was read. `is_converted` says that the processor changed the money between the two.
    """

    line_id: str
    taken: Money
    base: Money
    on: str
    source: str
    is_converted: bool = False


@dataclass(frozen=True, slots=True)
class PayoutRate:
    """What one unit of the payout's currency is worth in the entity's, since when, and who says."""

    rate: Decimal
    on: str
    source: str


@dataclass(frozen=True, slots=True)
class Valuation:
    """All amounts of a payout in the entity's currency; no `rate` where it is paid in that."""

    worths: tuple[Worth, ...] = ()
    rate: PayoutRate | None = None

    def covers(self, lines: Sequence[PayoutLine]) -> bool:
        """Whether every row of a buyer's money is valued."""
        known = {worth.line_id for worth in self.worths}
        return all(line.id in known for line in lines if is_buyers(line))


def is_buyers(line: PayoutLine) -> bool:
    """Whether the row brings or takes what a buyer paid, so that it settles a receipt."""
    return line.kind in _BUYERS and line.is_recognized


def is_foreign(payout: Payout, book: StoreBook) -> bool:
    """Whether the payout, or the bank that it reached, is in another currency than the books."""
    bank = payout.bank_amount.currency if payout.bank_amount else payout.currency
    return {payout.currency, bank} != {book.base_currency}


def settles_receipts(payout: Payout, book: StoreBook) -> bool:
    """Whether each row takes off the clearing account what its receipt is worth there.

    A thrifty channel has no receipts of its own: its payouts book them as they pay.
    """
    is_compared = book.policy.clearing_differences is ClearingDifferences.FX
    return (is_compared and not book.is_thrifty) or payout.currency != book.base_currency


def needs_valuation(
    payout: Payout, valuation: Valuation | None, book: StoreBook, *, is_begun: bool
) -> bool:
    """Whether the payout's worth must be found out before it can be planned.

    Args:
        payout: with its lines.
        valuation: what was found out before.
        book: the books of its store.
        is_begun: whether it was booked before, as it was then.
    """
    if valuation is not None:
        return settles_receipts(payout, book) and not valuation.covers(payout.lines)
    if is_foreign(payout, book):
        return True
    return settles_receipts(payout, book) and not is_begun
