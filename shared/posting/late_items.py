"""The late-items list: what was posted under another date than its own, and why (R-10.7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from commerce.money import Money, total
from intacct.documents import Side
from shared.postings.calendars import Calendar
from shared.postings.plan import Posting


@dataclass(frozen=True, slots=True)
class LateItem:
    """One posting that was moved out of a closed period; `order_pk` is the order it belongs to.

    It is listed before it is sent, so that none is ever missing: the ledger says whether it is in
    the books.
    """

    order_pk: str
    key: str
    true_on: date
    posted_on: date
    amount: Money | None
    reason: str


class LateItems(Protocol):
    """Keeps the list of each tenant."""

    def add(self, tenant: str, item: LateItem) -> None:
        """List the item; one of the same posting key takes its place."""
        ...

    def all(self, tenant: str) -> Iterator[LateItem]:
        """Every item of the tenant, by posting key."""
        ...


def late_item(order_pk: str, posting: Posting, calendar: Calendar) -> LateItem | None:
    """The posting as an item of the list; None where it is posted under its own date."""
    if posting.posted_on is None or posting.true_on is None:
        return None
    debits = [line.amount for line in posting.effect if line.side is Side.DEBIT]
    return LateItem(
        order_pk=order_pk,
        key=posting.key,
        true_on=posting.true_on,
        posted_on=posting.posted_on,
        amount=total(debits, debits[0].currency) if debits else None,
        reason=f"the books were closed through {calendar.closed_through}",
    )
