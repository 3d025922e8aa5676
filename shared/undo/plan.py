"""The undo of an order as postings: each has a key of its own and goes through the ledger.

Pure: what is in the books and how it was written down always give the same undo. Sage itself
reverses what it can (refunds, applications, payments, advances, memos). An invoice that Order Entry
made is undone by a credit memo of the opposite lines that is applied to it, since Sage lets nobody
reverse it in receivables; a journal entry by its mirror (REST reference §16.10 has no reversal), a
receipt of goods by a document that takes them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.postings.findings import Finding
from shared.postings.plan import DayEntry, Posting


class Way(StrEnum):
    """How a posting is undone."""

    REVERSAL = "reversed by Sage"
    CREDIT_MEMO = "credited whole"
    APPLICATION = "the credit applied to it"
    MIRROR = "mirrored"
    CLOSED = "closed"
    TAKEN_OUT = "taken out of the warehouse"


@dataclass(frozen=True, slots=True)
class Undone:
    """One posting of the undo, its ledger date, and `undoes`: the key of what it undoes."""

    undoes: str
    way: Way
    posting: Posting
    dated_on: date

    @property
    def is_shifted(self) -> bool:
        """Whether it is dated later than what it undoes, whose period is closed."""
        return self.posting.posted_on is not None


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What takes an order out of the books, in the order in which it must be done.

    With findings nothing of it may be posted. `doubts` are the numbers of postings that were sent
    and never confirmed: they are looked up before all else. `left` says what stays, in words for
    people.
    """

    items: tuple[Undone, ...] = ()
    day_entries: tuple[DayEntry, ...] = ()
    findings: tuple[Finding, ...] = ()
    left: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def postings(self) -> Sequence[Posting]:
        """The postings in dependency order."""
        return [item.posting for item in self.items]


@dataclass(frozen=True, slots=True)
class Memory:
    """What we know of an order's documents beside their ledger records.

    `written` are the documents as the facts tell of them, `entries` the events of a summary channel
    and `entered` the digests of the lines under which they were entered in a day's journal;
    `number` is the cart's order number.
    """

    number: str
    written: Mapping[str, Posting]
    entries: tuple[DayEntry, ...] = ()
    entered: Mapping[str, str] | None = None
