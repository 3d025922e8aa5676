"""Which money of a summary channel paid which sale: cash sales know no receivable (R-11.1).

Money that went back before its sale was booked never belonged to a sale: it is set aside first,
from the tender that it went back to. What went back to another tender than it came by is a transfer
between the two, so that each gateway's account holds captures less refunds as in detail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from commerce.money import Money, total
from shared.postings.takings import Taking


@dataclass(slots=True)
class Till:
    """Money of one receipt that no sale has used yet."""

    account: str
    at: datetime
    left: Money


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what a receipt brought: the tender's account, when it came, and how much."""

    account: str
    at: datetime
    amount: Money


class Tills:
    """The receipts of one order, used up in the order of time."""

    def __init__(self, takings: Iterable[Taking], currency: str) -> None:
        """All of `takings` is there to be used."""
        self._currency = currency
        self._tills = [Till(each.tender.account, each.at, each.amount) for each in takings]

    @property
    def left(self) -> Money:
        """What no sale has used yet."""
        return total((till.left for till in self._tills), self._currency)

    def pay(self, amount: Money) -> list[Part]:
        """Use the earliest money for a sale; there must be enough of it."""
        return _used(self._tills, amount)

    def give_back(self, account: str, amount: Money) -> list[Part]:
        """Set money aside that went back by a tender; the parts that had come by another one."""
        latest_first = self._tills[::-1]
        own = _used([till for till in latest_first if till.account == account], amount)
        rest = amount - total((part.amount for part in own), self._currency)
        return _used(latest_first, rest)


def least(one: Money, other: Money) -> Money:
    """The smaller of two amounts, and nothing where it is below zero."""
    return max(Money.zero(one.currency), min(one, other))


def _used(tills: Iterable[Till], amount: Money) -> list[Part]:
    parts = []
    for till in tills:
        used = least(amount, till.left)
        if used:
            till.left -= used
            amount -= used
            parts.append(Part(till.account, till.at, used))
    return parts
