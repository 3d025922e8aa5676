"""How many Sage transactions a month of orders costs, for each posting depth of a channel.

Pure. A transaction is what Sage bills: each record written and each page or record read (XML
reference §7.2). What is counted here per document is held by a test to what the clients really
send to the simulator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from shared.budgets.day_journals import ASSUMED, DayMix
from shared.postings.plan import PostingKind

BACKGROUND_READS_MOST = 5_000
"""Reads a month and company that no order needs: polls, proofs, look-ups by hand."""

_DAYS = 30
_PAYOUT_ENTRIES = 2
SUMMARY_MOST_PER_PAYOUT = 3
"""Transactions of a payout with its sales: journal, an earlier month's part, statistics."""


class Depth(StrEnum):
    """How deep a channel is posted.

    FULL: customer, sales order, invoice, money and credits of each order. THRIFTY: one customer for
    the store, an invoice for each order, one payment for each payout. SUMMARY: a journal a day.
    SUMMARY_PAYOUT: a journal for each payout, and the days of what no payout brings.
    """

    FULL = "full"
    THRIFTY = "thrifty"
    SUMMARY = "summary"
    SUMMARY_PAYOUT = "summary_payout"


@dataclass(frozen=True, slots=True)
class Mix:
    """What an average order of a channel becomes in full detail.

    `orders` is how many orders were counted; 0 says that the mix is an assumption. `new_customers`
    is the share of orders whose buyer had none before, `documents` how many of each kind there are
    for an order. `not_planned` counts orders left out because they cannot be posted now. `day` is
    what its average day would write by the day.
    """

    orders: int
    new_customers: Decimal
    documents: Mapping[PostingKind, Decimal]
    not_planned: int = 0
    day: DayMix = ASSUMED

    def of(self, *kinds: PostingKind) -> Decimal:
        """How many documents of these kinds an order has."""
        return sum((self.documents.get(kind, Decimal(0)) for kind in kinds), start=Decimal(0))


DEFAULT_MIX = Mix(
    orders=0,
    new_customers=Decimal("0.60"),
    documents={
        PostingKind.SALES_ORDER: Decimal(1),
        PostingKind.INVOICE: Decimal(1),
        PostingKind.ADVANCE: Decimal("0.50"),
        PostingKind.ADVANCE_APPLICATION: Decimal("0.50"),
        PostingKind.PAYMENT: Decimal("0.50"),
        PostingKind.CREDIT_MEMO: Decimal("0.08"),
        PostingKind.CUSTOMER_REFUND: Decimal("0.08"),
    },
)
"""The mix where no order is stored yet: an assumption, to be told as one.

Six buyers of ten are new, every second order is captured before it ships, eight of a hundred are
refunded once, and none is edited after it was posted.
"""


@dataclass(frozen=True, slots=True)
class Volume:
    """A month of a channel: how many orders and days, and how many orders share a request.

    `batch` lowers the reads that documents need; a written record counts for itself (U19).
    """

    orders: int
    days: int = _DAYS
    payouts: int = _DAYS
    batch: int = 1


@dataclass(frozen=True, slots=True)
class Cost:
    """What a month costs at one depth, by what is written or read."""

    depth: Depth
    parts: tuple[tuple[str, Decimal], ...]
    orders: int

    @property
    def transactions(self) -> int:
        """All of them, rounded up."""
        found = sum((count for _, count in self.parts), start=Decimal(0))
        return int(found.to_integral_value(ROUND_CEILING))

    @property
    def per_order(self) -> Decimal:
        """Transactions for one order, to two decimals."""
        if not self.orders:
            return Decimal(0)
        return (Decimal(self.transactions) / self.orders).quantize(Decimal("0.01"))


def cost_of(depth: Depth, mix: Mix, volume: Volume) -> Cost:
    """What a month of a channel costs at a depth."""
    parts = _orders_at(depth, mix, volume)
    if depth is not Depth.SUMMARY_PAYOUT:
        parts.append(("entries of payouts", Decimal(_PAYOUT_ENTRIES * volume.payouts)))
    return Cost(depth, tuple((name, count) for name, count in parts if count), volume.orders)


def _orders_at(depth: Depth, mix: Mix, volume: Volume) -> list[tuple[str, Decimal]]:
    match depth:
        case Depth.FULL:
            return _full(mix, volume)
        case Depth.THRIFTY:
            return _thrifty(mix, volume)
        case Depth.SUMMARY:
            return [(what, count * volume.days) for what, count in mix.day.documents]
        case Depth.SUMMARY_PAYOUT:
            return [("journals of payouts", Decimal(SUMMARY_MOST_PER_PAYOUT * volume.payouts))]


def _full(mix: Mix, volume: Volume) -> list[tuple[str, Decimal]]:
    """Every document is written once; an invoice reads its order's lines and is read back."""
    orders = Decimal(volume.orders)
    written = [(kind.value, count * orders) for kind, count in sorted(mix.documents.items())]
    reads = 2 * mix.of(PostingKind.INVOICE) * orders / volume.batch
    return [("CUSTOMER", mix.new_customers * orders), *written, ("reads", reads)]


_PER_SALE = (PostingKind.INVOICE, PostingKind.CREDIT_MEMO, PostingKind.JOURNAL_ENTRY)


def _thrifty(mix: Mix, volume: Volume) -> list[tuple[str, Decimal]]:
    """Invoices and credits, with nothing to read; the money comes with the payouts."""
    orders = Decimal(volume.orders)
    written = [(kind.value, mix.of(kind) * orders) for kind in _PER_SALE]
    return [*written, ("payments of payouts", Decimal(volume.payouts))]


def mix_of(orders: Iterable[Mapping[PostingKind, int] | None], buyers: int) -> Mix:
    """The average of what orders become in full detail.

    Args:
        orders: how many documents of each kind; None for an order that cannot be planned.
        buyers: how many different buyers the planned ones have.
    """
    planned = not_planned = 0
    sums: dict[PostingKind, int] = {}
    for documents in orders:
        if documents is None:
            not_planned += 1
            continue
        planned += 1
        for kind, count in documents.items():
            sums[kind] = sums.get(kind, 0) + count
    if not planned:
        return Mix(0, DEFAULT_MIX.new_customers, DEFAULT_MIX.documents, not_planned)
    averages = {kind: Decimal(count) / planned for kind, count in sums.items()}
    return Mix(planned, Decimal(buyers) / planned, averages, not_planned)
