"""Which events of a channel in `summary_payout` wait for the payout that pays them (R-11.1).

An event whose money passes the account that payouts clear belongs to its payout. What no payout
brings, as a bank deposit, a gift card that paid for everything or a cost of goods, would wait for
ever: it is posted with its day.
"""

from __future__ import annotations

from collections.abc import Iterable

from commerce.money import Money, total
from intacct.documents import Side
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry


def by_payout(
    entries: Iterable[DayEntry], book: StoreBook
) -> tuple[tuple[DayEntry, ...], tuple[DayEntry, ...]]:
    """The events of an order that belong to their days, and those that belong to payouts."""
    daily: list[DayEntry] = []
    paid: list[DayEntry] = []
    for entry in entries:
        passes = any(line.account == book.payout_clearing for line in entry.lines)
        (paid if passes else daily).append(entry)
    return tuple(daily), tuple(paid)


def cleared(entry: DayEntry, account: str) -> Money:
    """What an event puts on an account, debits positive: what its payout must bring for it."""
    amounts = (
        line.amount if line.side is Side.DEBIT else -line.amount
        for line in entry.lines
        if line.account == account
    )
    return total(amounts, entry.currency)
