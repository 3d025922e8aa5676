"""The journals of payouts that bring their sales into the books, as the proof wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.gl.days import DayBook
from shared.gl.payout_days import PayoutDays
from shared.ledger.records import Record
from shared.payouts.records import PayoutRecord
from shared.payouts.summary_parts import is_summed
from shared.postings.book import StoreBook
from shared.postings.plan import Posting
from shared.reconciliation.days import free_events, wanted_journals
from shared.reconciliation.differences import Difference


@dataclass(frozen=True, slots=True)
class PayoutJournals:
    """What a payout's journals should be.

    `orders` are those whose events are in them; `differences` are events that are in no sealed
    journal, and journals whose events are not those that were sealed.
    """

    postings: tuple[Posting, ...] = ()
    orders: frozenset[str] = frozenset()
    differences: tuple[Difference, ...] = ()
    is_gathered: bool = False


def payout_journals(
    record: PayoutRecord,
    chain: Mapping[str, Record],
    book: StoreBook,
    days: DayBook,
    claims: PayoutDays,
) -> PayoutJournals | None:
    """The journals of a payout, from its events; None where it is posted by itself.

    Args:
        record: the payout.
        chain: its ledger partition.
        book: the books of its store.
        days: the day books.
        claims: which events payouts took.
    """
    if not is_summed(record, chain, book):
        return None
    ref = record.payout.ref
    parts = claims.parts(record.tenant, book.store, ref.id)
    wanted: list[Posting] = []
    orders: set[str] = set()
    differences: list[Difference] = []
    for key in parts.keys if parts else ():
        day = days.read(key)
        subject = f"payout {ref.id}"
        journals, broken = wanted_journals(day, subject)
        wanted += journals
        orders |= {kept.entry.order_id for kept in day.entries if kept.entry.order_id}
        differences += [*broken, *free_events(day, subject)]
    return PayoutJournals(
        tuple(wanted), frozenset(orders), tuple(differences), parts is not None and parts.is_whole
    )
