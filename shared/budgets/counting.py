"""What stored orders become in full detail: the mix that prices are made of.

The planner itself is asked, so that captures, part shipments, refunds and edits count as they are
posted, whatever depth their channel has today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from commerce.orders import Facts
from shared.budgets.day_journals import Batches, day_mix, never_exported
from shared.budgets.depths import Depth, Mix, mix_of
from shared.customers.identity import customer_key
from shared.policy.choices import CustomerMode, PostingDepth, PostingMode
from shared.policy.switches import PostingPolicy
from shared.postings.book import StoreBook
from shared.postings.plan import PostingKind
from shared.postings.planner import plan

_ANYBODY = "-"
"""A buyer's customer while plans are only counted."""


def mix_of_orders(
    orders: Iterable[Facts], book: StoreBook, batches: Batches = never_exported
) -> Mix:
    """The mix of a store's orders; orders that are not to be posted yet are left out.

    Args:
        orders: facts that may be booked.
        book: the store's books, at whatever depth it is posted now.
        batches: of its days, where it is posted by the day.
    """
    orders = list(orders)
    counted: list[Mapping[PostingKind, int] | None] = []
    buyers: set[str] = set()
    full = _in_full(book)
    for facts in orders:
        made = plan(facts, {}, full)
        if made.findings:
            counted.append(None)
        elif made.postings and facts.order is not None:
            counted.append(Counter(posting.kind for posting in made.postings))
            buyers.add(customer_key(book.store, facts.order))
    is_channel = full.policy.customer_mode is CustomerMode.CHANNEL
    mix = mix_of(counted, 0 if is_channel else len(buyers))
    return replace(mix, day=day_mix(orders, book, batches))


def depth_of(policy: PostingPolicy) -> Depth:
    """How deep a channel of that policy is posted."""
    if policy.posting_mode is PostingMode.SUMMARY_PAYOUT:
        return Depth.SUMMARY_PAYOUT
    if policy.posting_mode is PostingMode.SUMMARY_DAILY:
        return Depth.SUMMARY
    is_thrifty = policy.posting_depth is PostingDepth.THRIFTY
    return Depth.THRIFTY if is_thrifty else Depth.FULL


def _in_full(book: StoreBook) -> StoreBook:
    """The book as it would be in full detail; a channel that is not posted so gets customers."""
    if depth_of(book.policy) is Depth.FULL and not book.policy.posting_depth_from:
        return book.for_customer(book.customer or _ANYBODY)
    policy = replace(
        book.policy,
        posting_mode=PostingMode.DETAIL,
        posting_mode_from="",
        posting_depth=PostingDepth.FULL,
        posting_depth_from="",
        customer_mode=CustomerMode.REAL,
    )
    return replace(book, policy=policy).for_customer(_ANYBODY)
