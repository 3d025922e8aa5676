"""How a day that is in the books is corrected (R-11.7, R-12.2): pure.

Where its period is open, the old journals are taken back by their mirror and the whole day is
posted anew; where it is closed, only the difference is posted, in a later period.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from intacct.statistics import StatisticalLine
from shared.gl.contents import Group, Part, count_lines, grouped, lines_of

OTHER = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}
"""The opposite side."""


def difference(before: Iterable[Part], after: Iterable[Part]) -> tuple[JournalLine, ...]:
    """The lines that lead from one content of a day to another (J-10.2, J-11.6).

    Sums are compared by account, side and dimensions; what became less goes to the other side.
    """
    old = grouped(line for part in before for line in part.lines)
    new = grouped(line for part in after for line in part.lines)
    delta: dict[Group, Money] = {}
    for group in {**old, **new}:
        side, account, dimensions = group
        changed = _less(new.get(group), old.get(group))
        if changed.is_negative:
            side, changed = OTHER[side], -changed
        key = (side, account, dimensions)
        delta[key] = delta[key] + changed if key in delta else changed
    return lines_of(delta)


def part_differences(before: Iterable[Part], after: Iterable[Part]) -> list[Part]:
    """The journals that lead from one content of a day to another: fees stand apart (R-11.3)."""
    old, new, found = tuple(before), tuple(after), list[Part]()
    for is_fees in (False, True):
        lines = difference(
            (part for part in old if part.is_fees is is_fees),
            (part for part in new if part.is_fees is is_fees),
        )
        if lines:
            found.append(Part(len(found) + 1, lines, is_fees))
    return found


def count_difference(
    before: Iterable[StatisticalLine], after: Iterable[StatisticalLine]
) -> tuple[StatisticalLine, ...]:
    """The counts that lead from one content of a day to another."""
    counts: dict[tuple[str, Dimensions], Decimal] = {}
    for sign, lines in ((-1, before), (1, after)):
        for line in lines:
            key = (line.account, line.dimensions)
            quantity = line.quantity if line.side is Side.DEBIT else -line.quantity
            counts[key] = counts.get(key, Decimal(0)) + sign * quantity
    return count_lines(counts)


def mirrored_counts(lines: Iterable[StatisticalLine]) -> tuple[StatisticalLine, ...]:
    """The counts that take these back (S-12.2)."""
    return tuple(replace(line, side=OTHER[line.side]) for line in lines)


def _less(one: Money | None, other: Money | None) -> Money:
    if one is None:
        assert other is not None, "one of the two has the group"  # noqa: S101
        return -other
    return one if other is None else one - other
