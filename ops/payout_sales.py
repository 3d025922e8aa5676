"""What orders of a channel in `summary_payout` have in payouts' journals, and what still waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ops.desk import Desk
from ops.order_books import days_of, order_book
from ops.stored_orders import stored_orders
from shared.facts.record import FactsRecord, FactsStatus
from shared.ledger.apply import results_of
from shared.policy.choices import PostingMode
from shared.posting.doubts import begun
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry
from shared.postings.planner import plan


@dataclass(frozen=True, slots=True)
class PayoutSales:
    """The events of one order that pass the clearing account: in a journal, and waiting."""

    brought: tuple[DayEntry, ...] = ()
    awaited: tuple[DayEntry, ...] = ()


def is_brought_by_payouts(known: FactsRecord, book: StoreBook) -> bool:
    """Whether payouts bring the order's sales into the books."""
    order = known.known.order
    if order is None:
        return False
    placed_on = book.ledger_on(order.placed_at)
    return book.policy.mode_on(placed_on) is PostingMode.SUMMARY_PAYOUT


def sales_of(desk: Desk, known: FactsRecord) -> PayoutSales:
    """What one order has in payouts' journals, and what still waits; nothing of a held one.

    Raises:
        OpsError: its configuration cannot be read.
    """
    chain = desk.ledger.chain(known.pk)
    planned = plan(known.facts, results_of(chain), order_book(desk, known, chain), begun(chain))
    entered = days_of(desk).entered(known.pk)
    events = planned.payout_entries
    return PayoutSales(
        tuple(entry for entry in events if entry.event in entered),
        tuple(entry for entry in events if entry.event not in entered),
    )


def awaited_sales(desk: Desk, tenant: str, store: str, book: StoreBook) -> Iterator[DayEntry]:
    """Every event of the store that waits for its payout; reads the whole orders table."""
    for known in stored_orders(desk, tenant, store):
        if known.status is FactsStatus.READY and is_brought_by_payouts(known, book):
            yield from sales_of(desk, known).awaited
