"""Which events of orders a payout pays: to the cent, or everything that stands against it (R-11.5).

Pure. What a payout's rows move on the clearing account for an order must be what events of that
order put there. Events are chosen by their amounts, since carts name transactions and shipments in
other ways than their payouts do: all that wait, else sales for charges and refunds for refunds, the
earliest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from commerce.money import Money, total
from commerce.payouts import PayoutLine, PayoutLineKind
from shared.payouts.chart import PayoutChart
from shared.payouts.entries import row_amounts
from shared.payouts.records import PayoutRecord
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.postings.payout_entries import cleared
from shared.postings.plan import DayEntry

CHOSEN_AMONG = 12
"""From how many events of one order some are chosen; an order with more waits for a person."""

_HINT = (
    "wait for what is missing or correct it in the cart; tried again hourly, or book the payout"
    " without it: ops payout book --even-if-incomplete"
)


@dataclass(frozen=True, slots=True)
class OrderEvents:
    """What one order has for payouts.

    `entries` are its events that no other journal holds, `taken` the names of those that this very
    payout holds already. `is_elsewhere` says that the order is posted by itself or with its days:
    its money stands on the clearing account. `problem` says why nothing of it may be posted now;
    `waiting` what its other events wait for.
    """

    entries: tuple[DayEntry, ...] = ()
    taken: frozenset[str] = frozenset()
    is_elsewhere: bool = False
    problem: str = ""
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """The events that a payout pays, and what of it matches none."""

    entries: tuple[DayEntry, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Rows:
    """What a payout's rows bring of one order, on the clearing account."""

    charges: list[Money] = field(default_factory=list)
    refunds: list[Money] = field(default_factory=list)
    others: list[Money] = field(default_factory=list)

    def worth(self, currency: str) -> Money:
        return total((*self.charges, *self.refunds, *self.others), currency)


def paid_orders(record: PayoutRecord, book: StoreBook) -> tuple[str, ...]:
    """The orders whose money the payout brings or takes, each once, in the order of its rows."""
    return tuple(name for name in _rows(record, book) if name)


def members(
    record: PayoutRecord, book: StoreBook, orders: Mapping[str, OrderEvents | None]
) -> Members:
    """The events that a payout pays.

    Args:
        record: the payout with its lines.
        book: the books of its store.
        orders: what each of `paid_orders` has; None for one that is not known.
    """
    chosen: list[DayEntry] = []
    findings: list[Finding] = []
    for order_id, rows in _rows(record, book).items():
        known = orders.get(order_id) if order_id else None
        if known is not None and known.is_elsewhere:
            continue
        told = _Order(record, book, order_id, rows, known)
        found = told.chosen()
        if found is None:
            findings.append(told.finding())
        else:
            chosen += found
            findings += told.misfits(found)
    return Members(tuple(chosen), tuple(findings))


def _rows(record: PayoutRecord, book: StoreBook) -> dict[str, _Rows]:
    """What moves the clearing account for a sale or a refund, by order; unnamed under no order."""
    chart, found = PayoutChart(book), dict[str, _Rows]()
    for line in record.payout.lines:
        worth = _cleared_by(line, chart, book)
        if worth is None:
            continue
        rows = found.setdefault(line.order_id, _Rows())
        if line.kind is PayoutLineKind.CHARGE:
            rows.charges.append(worth)
        elif line.kind is PayoutLineKind.REFUND:
            rows.refunds.append(worth)
        else:
            rows.others.append(worth)
    return found


def _cleared_by(line: PayoutLine, chart: PayoutChart, book: StoreBook) -> Money | None:
    """What a row settles of buyers' money; None for what is no buyer's."""
    is_tax = line.kind is PayoutLineKind.FACILITATOR_TAX and chart.omits_facilitator_tax
    is_money = line.kind in (PayoutLineKind.CHARGE, PayoutLineKind.REFUND)
    if not line.is_recognized or not (is_money or is_tax):
        return None
    amounts = row_amounts([line], chart, is_settlement=True)
    return total(
        (each.signed for each in amounts if each.account == book.payout_clearing),
        line.amount.currency,
    )


@dataclass(frozen=True, slots=True)
class _Order:
    """One order's rows beside its events."""

    record: PayoutRecord
    book: StoreBook
    order_id: str
    rows: _Rows
    known: OrderEvents | None

    @property
    def currency(self) -> str:
        return self.record.payout.currency

    @property
    def worth(self) -> Money:
        return self.rows.worth(self.currency)

    def chosen(self) -> list[DayEntry] | None:
        """The events whose amounts are those of the rows; None where there are none such."""
        if self.known is None or self.known.problem:
            return None
        events = sorted(self.known.entries, key=lambda one: (one.occurred_at, one.event))
        if any(one.currency != self.currency for one in events):
            return None
        if self._sum(events) == self.worth:
            return events
        if not self.rows.others:
            apart = self._apart(events)
            if apart is not None:
                return apart
        return self._picked(events, self.worth)

    def finding(self) -> Finding:
        """Why the order's rows match no events."""
        place = f"payout {self.record.payout.ref.id} order {self.order_id or '(none)'}"
        if self.known is None or self.known.problem:
            problem = self.known.problem if self.known else "it is not known here"
            if not self.order_id:
                problem = "its rows name no order"
            message = f"{self.worth.plain()} of it belong to no sale: {problem}"
            return Finding(Reason.DAY_INCOMPLETE, place, message, _HINT, self.worth)
        events = self.known.entries
        if any(one.currency != self.currency for one in events):
            message = f"the order is in another currency than the payout in {self.currency}"
            return Finding(Reason.OUT_OF_SCOPE, place, message, _HINT, self.worth)
        there = self._sum(events)
        told = ", ".join(f"{one.event} {self._worth_of(one).plain()}" for one in events) or "none"
        message = f"the payout brings {self.worth.plain()}, the order's events are {told}"
        if self.known.waiting:
            message += f"; it waits for {', '.join(self.known.waiting)}"
        return Finding(Reason.PAYMENT_UNDECIDED, place, message, _HINT, self.worth - there)

    def misfits(self, events: Iterable[DayEntry]) -> Iterator[Finding]:
        """Money that reached the bank beside the payout: its journal has one line of the bank."""
        banks = {self.book.mapping.accounts.get(role) for role in (Role.BANK,)}
        for event in events:
            if any(line.account in banks for line in event.lines):
                yield Finding(
                    Reason.OUT_OF_SCOPE,
                    f"payout {self.record.payout.ref.id} {event.event}",
                    "a part of it was paid into the bank, beside the payout",
                    "give that tender an account of its own in the mapping",
                )

    def _apart(self, events: Sequence[DayEntry]) -> list[DayEntry] | None:
        sales = [one for one in events if not self._worth_of(one).is_negative]
        returns = [one for one in events if self._worth_of(one).is_negative]
        found = (
            self._picked(sales, total(self.rows.charges, self.currency)),
            self._picked(returns, total(self.rows.refunds, self.currency)),
        )
        return None if None in found else [one for part in found if part for one in part]

    def _picked(self, events: Sequence[DayEntry], worth: Money) -> list[DayEntry] | None:
        """The fewest and earliest of the events that come to it, with all that are taken."""
        assert self.known is not None, "asked for known orders only"  # noqa: S101
        taken = [one for one in events if one.event in self.known.taken]
        free = [one for one in events if one.event not in self.known.taken]
        if len(free) > CHOSEN_AMONG:
            return None
        wanted = worth - self._sum(taken)
        for count in range(len(free) + 1):
            for some in combinations(free, count):
                if self._sum(some) == wanted:
                    return [*taken, *some]
        return None

    def _sum(self, events: Iterable[DayEntry]) -> Money:
        return total((self._worth_of(one) for one in events), self.currency)

    def _worth_of(self, event: DayEntry) -> Money:
        return cleared(event, self.book.payout_clearing)
