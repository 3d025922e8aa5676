"""The rows of a payout in the journals that it has with its sales (R-6.2, J-6.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from commerce.money import Money, total
from intacct.documents import Side
from shared.explain.lines import ExplainedEntry, ExplainedLine, Part
from shared.gl.corrections import OTHER
from shared.gl.payout_days import PAYOUT_EVENT


def opened(
    journal: ExplainedEntry, payout_id: str, own: Sequence[ExplainedEntry]
) -> ExplainedEntry:
    """A journal with the payout's own money taken apart into its rows, where they come to it.

    Args:
        journal: one of a payout in `summary_payout`, its own money one part of each line.
        payout_id: the payout.
        own: that money as entries of its own, line by line from its rows: one for each month.
    """
    of_day = [entry for entry in own if entry.posted_on == journal.posted_on]
    tellings = [of_day, *([entry] for entry in own), own]
    lines = tuple(
        replace(line, parts=tuple(_parts(line, f"{PAYOUT_EVENT}{payout_id}", tellings)))
        for line in journal.lines
    )
    return replace(journal, lines=lines)


def _parts(
    line: ExplainedLine, event: str, tellings: Iterable[Sequence[ExplainedEntry]]
) -> Iterator[Part]:
    for part in line.parts:
        found: Iterable[list[Part]] = ()
        if part.what == event and isinstance(part.amount, Money):
            found = (_rows(line, part.amount, telling) for telling in tellings)
        yield from next((rows for rows in found if rows), [part])


def _rows(line: ExplainedLine, wanted: Money, own: Sequence[ExplainedEntry]) -> list[Part]:
    """The rows that come to `wanted` on a line, or to its opposite where it is taken back.

    An account stands gross, side by side, or netted on one line: each is tried.
    """
    there = [other for entry in own for other in entry.lines if other.account == line.account]
    for sides in ({line.side}, {OTHER[line.side]}, set(Side)):
        rows = [
            (part, part.amount if other.side is line.side else -part.amount)
            for other in there
            if other.side in sides
            for part in other.parts
            if isinstance(part.amount, Money)
        ]
        whole = total((amount for _, amount in rows), wanted.currency)
        if rows and abs(whole) == abs(wanted):
            sign = 1 if whole == wanted else -1
            return [replace(part, amount=amount * sign) for part, amount in rows]
    return []
