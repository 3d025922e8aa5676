"""What an edit of an order changes of an event that is in a day book, by account (R-11.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from commerce.money import Money
from intacct.documents import Dimensions, JournalLine, Side
from intacct.statistics import StatisticalLine
from shared.gl.contents import count_lines
from shared.gl.days import KeptEntry
from shared.postings.effects import Amount, ledger_lines, signed
from shared.postings.hits import LineReason
from shared.postings.plan import DayEntry

_Place = tuple[str, Dimensions]
_OTHER = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}


def changed_by_edit(known: KeptEntry, wanted: DayEntry, event: str) -> DayEntry:
    """The event of an edit: what is missing of `wanted` beside what is booked of it.

    It has the day and moment of `wanted`, and of each account and dimension set one line.
    """
    booked = (known.entry, *known.edits)
    return replace(
        wanted,
        event=event,
        edits=wanted.event,
        order_total=None,
        lines=(lines := _less(wanted.lines, [entry.lines for entry in booked])),
        counts=_counts_less(wanted.counts, [entry.counts for entry in booked]),
        why=_reasons(lines, (wanted, *booked)),
    )


def beside(known: KeptEntry, wanted: DayEntry) -> DayEntry:
    """The edited event made anew, so that with its edits as they stand it comes to `wanted`.

    It stays in its day, and is as it was where that is so already.
    """
    entry = known.entry
    change = changed_by_edit(known, wanted, entry.event)
    if not (change.lines or change.counts):
        return entry
    lines = _less(wanted.lines, [edit.lines for edit in known.edits])
    return replace(
        wanted,
        lines=lines,
        counts=_counts_less(wanted.counts, [edit.counts for edit in known.edits]),
        why=_reasons(lines, (wanted, entry, *known.edits)),
        ledger_on=entry.ledger_on,
        occurred_at=entry.occurred_at,
    )


def as_booked(known: KeptEntry) -> DayEntry:
    """An event with its edits in one, as the journals of their days hold it: no line is netted."""
    if not known.edits:
        return known.entry
    booked = (known.entry, *known.edits)
    lines = ledger_lines(amount for entry in booked for amount in signed(entry.lines))
    back = [[replace(line, side=_OTHER[line.side]) for line in one.counts] for one in booked]
    return replace(
        known.entry, lines=lines, counts=_counts_less((), back), why=_reasons(lines, booked)
    )


def _less(
    wanted: Sequence[JournalLine], booked: Iterable[Sequence[JournalLine]]
) -> tuple[JournalLine, ...]:
    amounts = signed(wanted)
    amounts += [amount.reversed() for lines in booked for amount in signed(lines)]
    sums: dict[_Place, Money] = {}
    for amount in amounts:
        place = (amount.account, amount.dimensions)
        sums[place] = sums[place] + amount.signed if place in sums else amount.signed
    return ledger_lines(Amount(account, left, dims) for (account, dims), left in sums.items())


def _counts_less(
    wanted: Sequence[StatisticalLine], booked: Iterable[Sequence[StatisticalLine]]
) -> tuple[StatisticalLine, ...]:
    sums: dict[_Place, Decimal] = {}
    told = [(line, 1) for line in wanted]
    told += [(line, -1) for lines in booked for line in lines]
    for line, sign in told:
        place = (line.account, line.dimensions)
        quantity = line.quantity if line.side is Side.DEBIT else -line.quantity
        sums[place] = sums.get(place, Decimal(0)) + sign * quantity
    return count_lines(sums)


def _reasons(lines: Iterable[JournalLine], told: Iterable[DayEntry]) -> tuple[LineReason, ...]:
    """The rules behind each line: those that chose its account and dimensions before."""
    known = {(why.account, why.dimensions): why.hits for entry in told for why in entry.why}
    return tuple(
        LineReason(
            line.account, line.side, line.dimensions, known.get((line.account, line.dimensions), ())
        )
        for line in lines
    )
