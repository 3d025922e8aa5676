"""The proof book's rows: what one order, payout or day has and should have in the books.

A row is made from facts, ledger and mapping, and remembers what Sage said of each document. Only
what changed is made anew; balances are the sum of all rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.reconciliation.differences import Difference
from shared.reconciliation.documents import BookedDocument


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that the cart says moved: at the account of its tender, receipts positive."""

    account: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Settled:
    """What a payout took of an order's money on a clearing account."""

    order_id: str
    account: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Awaited:
    """An event that the payout of its money will bring into the books; `amount` is its debits."""

    event: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """One subject of a store: an order, a payout, or a day of a summary channel.

    `version` is that of the facts it was made from. `money` is what the cart says, apart from how
    it is booked. `differences` are those between facts and ledger; those with Sage stand at the
    documents. `days` are the currencies and days of a summary channel's day books that hold events
    of it. `awaited` are events that payouts will bring into the books. `is_waiting` says that
    nothing is wrong and more is to come.
    """

    store: str
    name: str
    version: int
    currency: str
    documents: tuple[BookedDocument, ...] = ()
    money: tuple[Moved, ...] = ()
    settled: tuple[Settled, ...] = ()
    differences: tuple[Difference, ...] = ()
    days: tuple[tuple[str, date], ...] = ()
    is_waiting: bool = False
    awaited: tuple[Awaited, ...] = ()

    @property
    def subject(self) -> str:
        """What people call it: `order 1001`, `payout 77`, `day 2026-03-02 USD`."""
        return self.name.replace("#", " ")

    @property
    def is_open(self) -> bool:
        """Whether it is made anew although its facts did not change: the ledger may have."""
        is_under_way = any(not one.is_posted for one in self.documents)
        return bool(self.differences or self.awaited) or is_under_way

    def all_differences(self) -> Iterator[Difference]:
        """Those between facts and ledger, and those between ledger and Sage."""
        yield from self.differences
        for document in self.documents:
            yield from document.troubles


def order_name(order_id: str) -> str:
    """The name of an order's row."""
    return f"order#{order_id}"


def payout_name(payout_id: str) -> str:
    """The name of a payout's row."""
    return f"payout#{payout_id}"


def day_name(currency: str, on: date) -> str:
    """The name of the row of a summary channel's day."""
    return f"day#{on.isoformat()}#{currency}"
