"""What an average day of a summary channel writes: journals, those of fees, counts, corrections.

The planner and the export's own grouping are asked, so that fees at capture, statistical journals,
currencies and journals split for their size count as they are posted (R-11.3, R-11.10).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from commerce.orders import Facts
from shared.gl.contents import contents_of
from shared.gl.days import DayKey
from shared.gl.revisions import Batch
from shared.policy.choices import CustomerMode, FeesOn, PostingDepth, PostingMode
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry
from shared.postings.planner import plan

JOURNALS, FEES, STATISTICS = "journals of days", "journals of fees", "statistics of days"
CORRECTIONS = "corrections of days"
_ANYBODY = "-"
"""The channel's customer while days are only counted."""


@dataclass(frozen=True, slots=True)
class DayMix:
    """What an average day writes, by what it is; `days` is how many were counted, 0 for none."""

    documents: tuple[tuple[str, Decimal], ...]
    days: int = 0


ASSUMED = DayMix(((JOURNALS, Decimal(1)), (STATISTICS, Decimal(1))))
"""A day of a channel of which nothing is known."""

Batches = Callable[[DayKey], Sequence[Batch]]
"""The batches of a day: what was exported, and what corrected it."""


def never_exported(_key: DayKey) -> Sequence[Batch]:
    """The batches of a channel that was never posted by the day."""
    return ()


def day_mix(orders: Iterable[Facts], book: StoreBook, batches: Batches = never_exported) -> DayMix:
    """What the days of these orders write, were the channel posted by the day.

    Corrections are those that its days really had; nobody foretells what comes late.

    Args:
        orders: facts that may be booked.
        book: the store's books, at whatever depth it is posted now.
        batches: of a day, where the channel is posted by the day already.
    """
    by_day: dict[DayKey, dict[str, DayEntry]] = defaultdict(dict)
    daily = _daily(book)
    for facts in orders:
        for entry in plan(facts, {}, daily).day_entries:
            key = DayKey(book.tenant, entry.store, entry.currency, entry.ledger_on)
            by_day[key][entry.event] = entry
    if not by_day:
        return _configured(daily)
    counted: Counter[str] = Counter()
    for key, entries in by_day.items():
        counted.update(_written(key, entries.values(), daily))
        corrected = (batch for batch in batches(key) if batch.replaces)
        counted[CORRECTIONS] += sum(len(batch.results or ()) for batch in corrected)
    days: set[date] = {key.on for key in by_day}
    shares = (
        (what, Decimal(count) / len(days)) for what, count in sorted(counted.items()) if count
    )
    return DayMix(tuple(shares), len(days))


def _written(key: DayKey, entries: Iterable[DayEntry], book: StoreBook) -> Iterator[str]:
    """What one day is exported as."""
    contents = contents_of(entries, key.store, key.currency, key.on)
    for part in contents.parts:
        yield FEES if part.is_fees else JOURNALS
    if contents.counts and book.mapping.definitions.statistical_journal:
        yield STATISTICS


def _configured(book: StoreBook) -> DayMix:
    """A day as the policy wants it, where no order tells of one."""
    documents = [(JOURNALS, Decimal(1))]
    if book.policy.fees_on is FeesOn.CAPTURE:
        documents.append((FEES, Decimal(1)))
    if book.mapping.definitions.statistical_journal:
        documents.append((STATISTICS, Decimal(1)))
    return DayMix(tuple(documents))


def _daily(book: StoreBook) -> StoreBook:
    """The book as it would be by the day."""
    policy = replace(
        book.policy,
        posting_mode=PostingMode.SUMMARY_DAILY,
        posting_mode_from="",
        posting_depth=PostingDepth.FULL,
        posting_depth_from="",
        customer_mode=CustomerMode.CHANNEL,
    )
    customer = book.mapping.channel_customer or _ANYBODY
    return replace(book, policy=policy, mapping=replace(book.mapping, channel_customer=customer))
