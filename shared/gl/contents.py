"""What a day's journals hold, added up event by event (R-11.2 to R-11.4, R-11.10, R-12.1).

A day may have a hundred thousand events: they pass by once, and only sums by account, side and
dimensions are kept, so that memory does not grow with the day. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from intacct.statistics import StatisticalLine
from shared.postings.day_fees import is_fee
from shared.postings.plan import DayEntry

LINES_MAX = 900
"""Grouped lines of one GLBATCH; a longer day is split into parts that each balance (R-11.10)."""

Group = tuple[Side, str, Dimensions]
"""What lines are added up by: side, account and the full set of dimensions (R-11.3)."""

_Count = tuple[str, Dimensions]


class SummaryError(ValueError):
    """Entries that cannot make one journal: mixed days or currencies, or they do not balance."""


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of one journal; they balance. `number` is from 1; fees stand apart (R-11.3)."""

    number: int
    lines: tuple[JournalLine, ...]
    is_fees: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a frozen membership comes to.

    `membership` is the digest of exactly the events in it, `debits` the sum of the debit side,
    which is that of the credit side. `counts` are its statistics.
    """

    members: int
    membership: str
    debits: Money
    parts: tuple[Part, ...]
    counts: tuple[StatisticalLine, ...]
    mapping_version: str


class Membership:
    """The digest of a day's events and their lines, told in the order of their names (R-11.4)."""

    def __init__(self) -> None:
        """No event was told yet."""
        self._digest = hashlib.sha256(b"[")
        self._last: str | None = None

    def add(self, entry: DayEntry) -> None:
        """Take in the next event.

        Raises:
            SummaryError: it does not come after the one before: an event counts once.
        """
        if self._last is not None and entry.event <= self._last:
            message = f"the event {entry.event} is there twice, or out of order"
            raise SummaryError(message)
        told = [
            entry.event,
            entry.currency,
            entry.ledger_on.isoformat(),
            sorted(
                [line.account, line.side.value, line.amount.plain(), repr(line.dimensions)]
                for line in entry.lines
            ),
        ]
        self._digest.update(b"" if self._last is None else b",")
        self._digest.update(json.dumps(told, separators=(",", ":")).encode())
        self._last = entry.event

    def hexdigest(self) -> str:
        """The digest of what was told so far."""
        whole = self._digest.copy()
        whole.update(b"]")
        return whole.hexdigest()


def membership_hash(entries: Iterable[DayEntry]) -> str:
    """SHA-256 of the entries' events and lines, whatever order they come in (R-11.4)."""
    membership = Membership()
    for entry in sorted(entries, key=lambda entry: entry.event):
        membership.add(entry)
    return membership.hexdigest()


@dataclass(slots=True)
class _Sums:
    """The lines of one journal while it grows."""

    is_fees: bool = False
    groups: dict[Group, Money] = field(default_factory=dict)

    def misses(self, groups: Mapping[Group, Money]) -> int:
        """How many lines would be new."""
        return sum(group not in self.groups for group in groups)

    def add(self, groups: Mapping[Group, Money]) -> None:
        for group, amount in groups.items():
            known = self.groups.get(group)
            self.groups[group] = amount if known is None else known + amount


class Adder:
    """Adds up the events of one day, in the order of their names."""

    def __init__(
        self,
        store: str,
        currency: str,
        on: date | None,
        *,
        netted: str = "",
        lines_max: int = LINES_MAX,
    ) -> None:
        """All events must be of that store, currency and, where it is given, day.

        `netted` is the account on which debits and credits cancel out: where a payout's money and
        the sales that it pays meet.
        """
        self._wanted = (store, currency, on)
        self._netted = netted
        self._lines_max = lines_max
        self._membership = Membership()
        self._members = 0
        self._sums: list[_Sums] = []
        self._counts: dict[_Count, Decimal] = {}
        self._versions: set[str] = set()

    def add(self, entry: DayEntry) -> int:
        """Take in the next event; its lines stay together, so that each journal balances.

        Returns:
            The number of the part that holds its lines, 0 where it has none.

        Raises:
            SummaryError: it is of another store, day or currency, does not balance, or comes twice.
        """
        store, currency, on = self._wanted
        if (entry.store, entry.currency, on or entry.ledger_on) != (
            store,
            currency,
            entry.ledger_on,
        ):
            message = "a journal has the events of exactly one store, day and currency"
            raise SummaryError(message)
        groups = grouped(entry.lines)
        if _debits(groups, entry.currency) != _credits(groups, entry.currency):
            message = f"the event {entry.event} does not balance"
            raise SummaryError(message)
        self._membership.add(entry)
        self._members += 1
        self._versions.add(entry.mapping_version)
        part = self._part_for(groups, is_fees=is_fee(entry.event)) if groups else 0
        if part:
            self._sums[part - 1].add(groups)
        for count in entry.counts:
            signed = count.quantity if count.side is Side.DEBIT else -count.quantity
            key = (count.account, count.dimensions)
            self._counts[key] = self._counts.get(key, Decimal(0)) + signed
        return part

    def contents(self) -> Contents:
        """What was added up so far."""
        _, currency, _ = self._wanted
        told = [without(sums.groups, self._netted) for sums in self._sums]
        parts = tuple(
            Part(number, lines, sums.is_fees)
            for number, (sums, groups) in enumerate(zip(self._sums, told, strict=True), 1)
            if (lines := lines_of(groups))
        )
        debits = sum((_debits(groups, currency) for groups in told), start=Money.zero(currency))
        return Contents(
            members=self._members,
            membership=self._membership.hexdigest(),
            debits=debits,
            parts=parts,
            counts=count_lines(self._counts),
            mapping_version=", ".join(sorted(self._versions - {""})),
        )

    def _part_for(self, groups: Mapping[Group, Money], *, is_fees: bool) -> int:
        """The journal that has all these lines already, else the first that has room for them."""
        room = [
            (misses, number)
            for number, sums in enumerate(self._sums, start=1)
            if sums.is_fees is is_fees
            and (
                (misses := sums.misses(groups)) == 0 or len(sums.groups) + misses <= self._lines_max
            )
        ]
        if not room:
            self._sums.append(_Sums(is_fees))
            return len(self._sums)
        return min(room, key=lambda one: (one[0] > 0, one[1]))[1]


def contents_of(
    entries: Iterable[DayEntry],
    store: str,
    currency: str,
    on: date | None,
    *,
    netted: str = "",
    lines_max: int = LINES_MAX,
) -> Contents:
    """What entries come to that are at hand all together, in whatever order.

    Raises:
        SummaryError: as `Adder.add`.
    """
    adder = Adder(store, currency, on, netted=netted, lines_max=lines_max)
    for entry in sorted(entries, key=lambda entry: entry.event):
        adder.add(entry)
    return adder.contents()


def grouped(lines: Iterable[JournalLine]) -> dict[Group, Money]:
    """Lines added up by account, side and dimensions: never netted (R-11.3)."""
    sums = _Sums()
    for line in lines:
        sums.add({(line.side, line.account, line.dimensions): line.amount})
    return sums.groups


def without(groups: Mapping[Group, Money], netted: str) -> dict[Group, Money]:
    """The groups with one account netted over all its dimensions; nothing of it where it is zero.

    What is left stands where its side has most.
    """
    kept = {group: amount for group, amount in groups.items() if group[1] != netted}
    mine = {group: amount for group, amount in groups.items() if group[1] == netted}
    if not netted or not mine:
        return dict(groups)
    currency = next(iter(mine.values())).currency
    left = _debits(mine, currency) - _credits(mine, currency)
    side = Side.CREDIT if left.is_negative else Side.DEBIT
    if left:
        places = [group for group in mine if group[0] is side]
        place = min(places, key=lambda group: (-mine[group].amount, repr(group[2])))
        kept[place] = abs(left)
    return kept


def lines_of(groups: Mapping[Group, Money]) -> tuple[JournalLine, ...]:
    """Groups as lines: debits first, then by account; zero lines dropped (R-0.5)."""
    ordered = sorted(groups, key=lambda key: (key[0] is Side.CREDIT, key[1], repr(key[2])))
    return tuple(
        JournalLine(account, side, groups[side, account, dimensions].rounded(), dimensions)
        for side, account, dimensions in ordered
        if groups[side, account, dimensions]
    )


def count_lines(counts: Mapping[_Count, Decimal]) -> tuple[StatisticalLine, ...]:
    """Net counts as statistical lines: a debit adds, a credit takes away; none of zero."""
    return tuple(
        StatisticalLine(
            account,
            Side.DEBIT if counts[account, dimensions] > 0 else Side.CREDIT,
            abs(counts[account, dimensions]),
            dimensions,
        )
        for account, dimensions in sorted(counts, key=lambda key: (key[0], repr(key[1])))
        if counts[account, dimensions]
    )


def _debits(groups: Mapping[Group, Money], currency: str) -> Money:
    return _of_side(groups, Side.DEBIT, currency)


def _credits(groups: Mapping[Group, Money], currency: str) -> Money:
    return _of_side(groups, Side.CREDIT, currency)


def _of_side(groups: Mapping[Group, Money], wanted: Side, currency: str) -> Money:
    zero = Money.zero(currency)
    return sum((amount for (side, _, _), amount in groups.items() if side is wanted), start=zero)
