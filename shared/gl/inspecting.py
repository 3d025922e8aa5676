"""What became of a day's journals in Sage: looked at before they are taken back.

A person may have changed, reversed or deleted a journal after it was exported. Taking back what we
posted would then leave the difference behind, so nothing is corrected until a person has seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from intacct.documents import JournalEntry, JournalLine, Side
from intacct.reading import CountLine, Kept, LedgerLine, ReportingPeriod, Standing
from intacct.statistics import StatisticalEntry
from shared.ledger.run import mark_of
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Posted, Posting

Effect = Mapping[tuple[str, str], Decimal]
"""Debits less credits by account and currency, in transaction currency."""


Counts = Mapping[str, Decimal]
"""Quantities by statistical account."""

_LEDGER = "2."
"""The module that posts journal entries (XML reference §13.6)."""


class JournalState(StrEnum):
    """How a journal of ours stands in Sage."""

    POSTED = "posted"
    DRAFT = "draft"
    REVERSED = "reversed"
    GONE = "gone"

    @property
    def is_out(self) -> bool:
        """Whether it has no effect in the books and never will."""
        return self in (JournalState.REVERSED, JournalState.GONE)


@dataclass(frozen=True, slots=True)
class JournalInSage:
    """A journal as Sage has it; `effect` is empty unless it is posted."""

    state: JournalState
    effect: Effect = field(default_factory=dict)


class SageSide(Protocol):
    """Looks at journals and periods of one entity at Sage; may raise `intacct.errors`."""

    def journals(self, keys: Sequence[str], on: date) -> Mapping[str, JournalInSage]:
        """Journals dated `on`, by Sage's keys; what is not there is `GONE`."""
        ...

    def counts(self, keys: Sequence[str]) -> Mapping[str, Counts]:
        """What statistical entries add by account, by Sage's keys; what is gone adds nothing."""
        ...

    def periods(self) -> Sequence[ReportingPeriod]:
        """All periods that have dates."""
        ...


class ReadsJournals(Protocol):
    """What is needed of `intacct.read_router.IntacctReads`."""

    def standings(self, kind: Kept, keys: Iterable[str]) -> list[Standing]:
        """Records as they stand."""
        ...

    def ledger_lines(self, start_on: date, end_on: date) -> Iterable[LedgerLine]:
        """The posted lines of a range of days."""
        ...

    def count_lines(self, keys: Iterable[str]) -> Iterable[CountLine]:
        """The lines of statistical entries."""
        ...

    def periods(self) -> list[ReportingPeriod]:
        """All periods that have dates."""
        ...


class JournalsAtSage:
    """Keeps `SageSide`'s promises with the reads of both protocols."""

    def __init__(self, reads: Callable[[], ReadsJournals], *, base_currency: str) -> None:
        """`reads` are built when something is looked at, which is seldom.

        Lines that name no currency are in `base_currency`.
        """
        self._reads = reads
        self._base_currency = base_currency

    def journals(self, keys: Sequence[str], on: date) -> Mapping[str, JournalInSage]:
        """Journals dated `on`, by Sage's keys; what is not there is `GONE`."""
        reads = self._reads()
        known = {one.key: _state_of(one.state) for one in reads.standings(Kept.JOURNAL_ENTRY, keys)}
        states = {key: known.get(key, JournalState.GONE) for key in keys}
        posted = {key for key, state in states.items() if state is JournalState.POSTED}
        effects: dict[str, dict[tuple[str, str], Decimal]] = {key: {} for key in keys}
        for line in reads.ledger_lines(on, on) if posted else ():
            # Record numbers are each table's own: a payment may have that of a journal.
            if line.module and not line.module.startswith(_LEDGER):
                continue
            key = line.record if line.record in posted else line.batch
            if key in posted:
                place = (line.account, line.currency or self._base_currency)
                known_amount = effects[key].get(place, Decimal(0))
                effects[key][place] = known_amount + line.transaction_amount
        return {key: JournalInSage(state, effects[key]) for key, state in states.items()}

    def counts(self, keys: Sequence[str]) -> Mapping[str, Counts]:
        """What statistical entries add by account, by Sage's keys; what is gone adds nothing."""
        counted: dict[str, dict[str, Decimal]] = {key: {} for key in keys}
        for line in self._reads().count_lines(keys):
            if line.record in counted:
                known = counted[line.record].get(line.account, Decimal(0))
                counted[line.record][line.account] = known + line.quantity
        return counted

    def periods(self) -> Sequence[ReportingPeriod]:
        """All periods that have dates."""
        return self._reads().periods()


def _state_of(word: str) -> JournalState:
    if word in ("draft", "submitted", "partiallyApproved", "approved", "declined"):
        return JournalState.DRAFT
    return JournalState.REVERSED if word in ("reversed", "reversalPending") else JournalState.POSTED


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: `findings` stop the correction; `are_out` where nothing is to be taken back.

    `findings` that a person may pass over are told with `may_pass`.
    """

    findings: tuple[Finding, ...] = ()
    are_out: bool = False
    may_pass: bool = False


def inspect(
    side: SageSide, made: Iterable[Posting], results: Posted, on: date, *, is_draft: bool
) -> Inspection:
    """Compare the journals of a batch, and its counts, with what Sage has of them.

    Args:
        side: the entity's books.
        made: the postings of the batch.
        results: what Sage made of them.
        on: the date of its journals.
        is_draft: whether they were left to a person to post, who may as well delete them.
    """
    made = tuple(made)
    journals = {
        results[posting.key].key: (mark_of(posting.document), posting.document.lines)
        for posting in made
        if isinstance(posting.document, JournalEntry)
    }
    counts = tuple(_changed_counts(side, made, results))
    if not journals:
        return Inspection(counts, may_pass=True)
    found = side.journals(tuple(journals), on)
    states = {found[key].state for key in journals}
    if all(state.is_out for state in states):
        return _out(journals, found, is_draft=is_draft)
    if states != {JournalState.POSTED}:
        return Inspection(tuple(_unposted(journals, found)))
    findings = [
        _differs(mark, account, ours, theirs)
        for key, (mark, lines) in journals.items()
        for account, ours, theirs in _differences(lines, found[key].effect)
    ]
    return Inspection((*findings, *counts), may_pass=True)


def _changed_counts(side: SageSide, made: Iterable[Posting], results: Posted) -> Iterable[Finding]:
    """Where a statistical entry counts something else than was posted (R-12.2)."""
    entries = {
        results[posting.key].key: posting.document
        for posting in made
        if isinstance(posting.document, StatisticalEntry)
    }
    counted = side.counts(tuple(entries)) if entries else {}
    for key, entry in entries.items():
        ours: dict[str, Decimal] = {}
        for line in entry.lines:
            signed = line.quantity if line.side is Side.DEBIT else -line.quantity
            ours[line.account] = ours.get(line.account, Decimal(0)) + signed
        for account in sorted({*ours, *counted[key]}):
            posted, there = ours.get(account, Decimal(0)), counted[key].get(account, Decimal(0))
            if posted != there:
                yield _differs(entry.reference, account, posted, there)


_Journals = Mapping[str, tuple[str, tuple[JournalLine, ...]]]


def _out(journals: _Journals, found: Mapping[str, JournalInSage], *, is_draft: bool) -> Inspection:
    """A draft that was deleted was never in the books; anything else a person must confirm."""
    if is_draft:
        return Inspection(are_out=True)
    findings = [
        Finding(
            reason=Reason.READBACK_DIFFERS,
            place=mark,
            message=f"this journal is to be corrected and is {found[key].state.value} in Sage",
            hint="release the day to post it anew, or dismiss this",
        )
        for key, (mark, _) in journals.items()
    ]
    return Inspection(tuple(findings), are_out=True, may_pass=True)


def _unposted(journals: _Journals, found: Mapping[str, JournalInSage]) -> Iterable[Finding]:
    for key, (mark, _) in journals.items():
        state = found[key].state
        if state is not JournalState.POSTED:
            yield Finding(
                reason=Reason.READBACK_DIFFERS,
                place=mark,
                message=f"this journal is to be corrected and is {state.value} in Sage",
                hint="post the draft or delete it in Sage; then the day is exported by itself",
            )


def _differs(mark: str, account: str, ours: Decimal, theirs: Decimal) -> Finding:
    return Finding(
        reason=Reason.READBACK_DIFFERS,
        place=f"{mark} account {account}",
        message=f"it was changed in Sage: we posted {ours:f}, there is {theirs:f}",
        hint="put it back in Sage, or release the day: then what was changed by hand stays",
    )


def _differences(
    lines: Iterable[JournalLine], effect: Effect
) -> Iterable[tuple[str, Decimal, Decimal]]:
    ours: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        place = (line.account, line.amount.currency)
        signed = line.amount.amount if line.side is Side.DEBIT else -line.amount.amount
        ours[place] = ours.get(place, Decimal(0)) + signed
    for place in sorted({*ours, *effect}):
        posted, there = ours.get(place, Decimal(0)), effect.get(place, Decimal(0))
        if posted != there:
            yield place[0], posted, there
