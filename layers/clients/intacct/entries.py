"""Entries beside the order's own, in neither protocol: deposits and mirrored journals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from intacct.documents import JournalEntry, Reference, Side


@dataclass(frozen=True, slots=True)
class Deposit:
    """Receipts that lay undeposited go to a bank account together.

    `reference` is the deposit's id, our mark; `receipts` are the Sage keys of the payments.
    """

    reference: str
    deposited_on: date
    bank_account: str
    receipts: tuple[Reference, ...]
    description: str = ""


def mirrored(entry: JournalEntry, *, reference: str, posted_on: date) -> JournalEntry:
    """The entry that undoes this one: the same lines with their sides exchanged.

    REST has no reverse workflow for journal entries (REST reference §16.10); the mirror is an entry
    of its own, with a mark of its own.
    """
    other = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}
    return replace(
        entry,
        reference=reference,
        posted_on=posted_on,
        lines=tuple(replace(line, side=other[line.side]) for line in entry.lines),
        reverses_on=None,
    )
