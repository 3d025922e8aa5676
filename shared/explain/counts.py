"""The statistical entries of a summary channel's day, line by line from its events (R-12.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from intacct.documents import Dimensions, Side
from intacct.statistics import StatisticalEntry, StatisticalLine
from shared.explain.lines import ExplainedLine, Part, Quantity
from shared.postings.plan import DayEntry


@dataclass(frozen=True, slots=True)
class Counted:
    """An event whose counts are in an entry; `sign` is -1 where they are taken back."""

    entry: DayEntry
    sign: int = 1


def difference(now: Mapping[str, DayEntry], before: Mapping[str, DayEntry]) -> Iterator[Counted]:
    """What events count now less what they counted before."""
    for sign, mine, other in ((1, now, before), (-1, before, now)):
        for event, entry in mine.items():
            if event not in other or other[event].counts != entry.counts:
                yield Counted(entry, sign)


def explained_counts(
    document: StatisticalEntry, events: Iterable[Counted]
) -> tuple[ExplainedLine, ...]:
    """The lines of a statistical entry, each with the events that it counts."""
    told: dict[tuple[str, Dimensions], list[tuple[Counted, Decimal]]] = {}
    for counted in sorted(events, key=lambda one: one.entry.event):
        for line in counted.entry.counts:
            place = (line.account, line.dimensions)
            told.setdefault(place, []).append((counted, counted.sign * _signed(line)))
    return tuple(
        ExplainedLine(
            number,
            line.account,
            line.side,
            Quantity(line.quantity),
            line.dimensions,
            tuple(_parts(line, told.get((line.account, line.dimensions), ()))),
        )
        for number, line in enumerate(document.lines, start=1)
    )


def _parts(line: StatisticalLine, told: Iterable[tuple[Counted, Decimal]]) -> Iterator[Part]:
    for counted, quantity in told:
        entry = counted.entry
        yield Part(
            what=entry.event,
            amount=Quantity(quantity if line.side is Side.DEBIT else -quantity),
            order_id=entry.order_id,
            mapping_version=entry.mapping_version,
        )


def _signed(line: StatisticalLine) -> Decimal:
    return line.quantity if line.side is Side.DEBIT else -line.quantity
