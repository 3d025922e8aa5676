"""The daily journal of a summary-mode channel, from its entries (R-11.2 to R-11.4, R-11.10).

Pure: which entries belong to it is decided elsewhere; here they are grouped, hashed and, where one
document would be too long, split into parts that each balance.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from commerce.money import Money
from intacct.documents import JournalEntry, JournalLine, Side
from shared.postings.effects import imbalance, ledger_lines, signed
from shared.postings.plan import DayEntry


class SummaryError(ValueError):
    """Entries that cannot make one journal: mixed days or currencies, or they do not balance."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One day of one store in one currency, ready to be posted.

    `lines` are grouped by account, side and dimensions, not netted, and balance. `membership` is
    the digest of exactly the entries in it.
    """

    store: str
    currency: str
    ledger_on: date
    events: tuple[str, ...]
    membership: str
    lines: tuple[JournalLine, ...]

    @property
    def debits(self) -> Money:
        """The sum of the debit side, which is that of the credit side."""
        zero = Money.zero(self.currency)
        return sum((x.amount for x in self.lines if x.side is Side.DEBIT), start=zero)


def membership_hash(entries: Iterable[DayEntry]) -> str:
    """SHA-256 of the entries' events and lines, whatever order they come in (R-11.4)."""
    told = sorted(
        [
            entry.event,
            entry.currency,
            entry.ledger_on.isoformat(),
            sorted(
                [line.account, line.side.value, line.amount.plain(), repr(line.dimensions)]
                for line in entry.lines
            ),
        ]
        for entry in entries
    )
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()


def summarise(entries: Sequence[DayEntry]) -> Summary:
    """Group the entries of one store, day and currency into the lines of one journal.

    Each event counts once, however often it is given.

    Raises:
        SummaryError: there are none, they mix stores, days or currencies, two of one event differ,
            or an entry does not balance.
    """
    once: dict[str, DayEntry] = {}
    for entry in entries:
        if once.setdefault(entry.event, entry) != entry:
            message = f"the event {entry.event} is there twice with different content"
            raise SummaryError(message)
        if imbalance(entry.lines, entry.currency):
            message = f"the event {entry.event} does not balance"
            raise SummaryError(message)
    keys = {(entry.store, entry.currency, entry.ledger_on) for entry in once.values()}
    if len(keys) != 1:
        message = "a journal has the events of exactly one store, day and currency"
        raise SummaryError(message)
    store, currency, ledger_on = keys.pop()
    lines = ledger_lines(amount for event in sorted(once) for amount in signed(once[event].lines))
    return Summary(
        store=store,
        currency=currency,
        ledger_on=ledger_on,
        events=tuple(sorted(once)),
        membership=membership_hash(once.values()),
        lines=lines,
    )


def journal_entry(
    summary: Summary, *, reference: str, journal: str, description: str
) -> JournalEntry:
    """The summary as one GLBATCH; `reference` is the mark it is looked up by."""
    return JournalEntry(
        reference=reference,
        journal=journal,
        posted_on=summary.ledger_on,
        description=description,
        lines=summary.lines,
        is_batch=True,
    )


def split(entries: Sequence[DayEntry], *, lines_max: int) -> list[list[DayEntry]]:
    """Entries in parts whose grouped lines are at most `lines_max` each (R-11.10).

    Entries are kept whole, so each part balances. One entry that is longer makes a part of its own.
    """
    parts: list[list[DayEntry]] = []
    seen: set[tuple[str, Side, str]] = set()
    for entry in sorted(entries, key=lambda entry: (entry.occurred_at, entry.event)):
        kinds = {(line.account, line.side, repr(line.dimensions)) for line in entry.lines}
        if not parts or len(seen | kinds) > lines_max:
            parts.append([])
            seen = set()
        parts[-1].append(entry)
        seen |= kinds
    return parts
