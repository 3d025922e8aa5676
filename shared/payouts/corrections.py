"""Entries that lead from what a payout was booked as to what its source tells now. Pure.

What is in the books stays there. Of each entry that was booked before a person took the change
over, the difference per account is posted beside it, on the date of that entry, so that both
together are the entry that would be made today; what was not booked yet is made of the new lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from commerce.money import Money
from commerce.payouts import Payout
from intacct.documents import Dimensions, JournalEntry, JournalLine, Side
from shared.payouts.records import PayoutRecord
from shared.postings.effects import Amount, ledger_lines
from shared.postings.keys import document_number
from shared.postings.plan import Posting

CORRECTION = ":correction:"
"""What the purposes of these entries have between the corrected one's and their number."""


class Entry(Protocol):
    """An entry of a payout in an entity's books, as `shared.payouts.planner` makes them."""

    @property
    def entity(self) -> str:
        """The entity whose books it belongs to."""
        ...

    @property
    def posting(self) -> Posting:
        """The journal entry."""
        ...

    @property
    def purpose(self) -> str:
        """What of the payout it is."""
        ...


_E = TypeVar("_E", bound=Entry)


def with_corrections(
    record: PayoutRecord,
    entries_of: Callable[[PayoutRecord], Sequence[_E]],
    made: Callable[[str, Posting], _E],
) -> list[_E]:
    """All entries of a payout, those that correct others among them, in the order of booking.

    Args:
        record: the payout with its lines.
        entries_of: the entries of a payout as if it had always said what it says.
        made: an entry of that entity.
    """
    editions = record.history.editions
    contents = [*(edition.payout for edition in editions), record.payout]
    told = [
        {entry.purpose: entry for entry in entries_of(_as_said(record, content))}
        for content in contents
    ]
    booked: dict[str, None] = {}
    found: list[_E] = []
    for number, edition in enumerate(editions, start=1):
        before, after = told[number - 1], told[number]
        new = [name for name in before if name in edition.purposes and name not in booked]
        booked.update(dict.fromkeys(new))
        found += [before[name] for name in new]
        for name in booked:
            entry = after.get(name) or before.get(name)
            posting = _correction(record, before.get(name), after.get(name), number)
            if entry is not None and posting is not None:
                found.append(made(entry.entity, posting))
    return [*found, *(entry for name, entry in told[-1].items() if name not in booked)]


def _as_said(record: PayoutRecord, content: Payout) -> PayoutRecord:
    payout = replace(record.payout, lines=content.lines, amount=content.amount)
    return replace(record, payout=payout, history=replace(record.history, editions=()))


def _correction(
    record: PayoutRecord, before: Entry | None, after: Entry | None, number: int
) -> Posting | None:
    """What leads from one entry to another; None where they say the same."""
    entry = after or before
    if entry is None:
        return None
    posting, document = entry.posting, entry.posting.document
    assert isinstance(document, JournalEntry), "payouts are journal entries"  # noqa: S101
    lines = _difference(_lines(before), _lines(after))
    if not lines:
        return None
    memo = document.lines[0].memo
    told = tuple(replace(line, memo=memo) for line in lines)
    key = f"{posting.key}{CORRECTION}{number}"
    corrected = replace(
        document,
        reference=document_number(key, posting.kind, record.payout.ref.id),
        description=f"{document.description}{CORRECTION}{number}",
        lines=told,
    )
    return replace(posting, key=key, document=corrected, effect=told, needs=(posting.key,))


def _lines(entry: Entry | None) -> tuple[JournalLine, ...]:
    return entry.posting.effect if entry is not None else ()


def _difference(
    before: Iterable[JournalLine], after: Iterable[JournalLine]
) -> tuple[JournalLine, ...]:
    sums: dict[tuple[str, Dimensions], Money] = {}
    for sign, lines in ((-1, before), (1, after)):
        for line in lines:
            signed = (line.amount if line.side is Side.CREDIT else -line.amount) * sign
            key = (line.account, line.dimensions)
            sums[key] = sums[key] + signed if key in sums else signed
    return ledger_lines(Amount(account, amount, dims) for (account, dims), amount in sums.items())
