"""What became of the days that were to be exported, as an operator or a schedule reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from intacct.documents import JournalEntry
from intacct.statistics import StatisticalEntry
from shared.gl.days import DayKey
from shared.gl.revisions import Batch
from shared.ledger.run import mark_of
from shared.postings.plan import Posted, Posting


class DayState(StrEnum):
    """How a day stands after this run; each is a metric of its own.

    POSTED: everything of it is in the books. NOTHING: it holds nothing that is not. NOT_OVER: it
    goes on in the entity's zone. INCOMPLETE: events of it may be missing, see the reasons. PARKED:
    the next run goes on. HELD: a person must decide. STOPPED: the company's credentials were
    refused. FAILED: the run broke off, the log says why, and the next one goes on.
    """

    POSTED = "posted"
    NOTHING = "nothing"
    NOT_OVER = "not_over"
    INCOMPLETE = "incomplete"
    PARKED = "parked"
    HELD = "held"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JournalReport:
    """One entry that is in the books: its mark, Sage's key, its date, and what its batch holds.

    `what` is `day`, `difference`, `statistics` or `reversal`; `posted_on` differs from the day
    where the period was closed (R-10.7).
    """

    reference: str
    key: str
    what: str
    posted_on: date
    sequence: int
    members: int
    debits: str


@dataclass(frozen=True, slots=True)
class DayReport:
    """One day's run; `journals` are those that came into the books now."""

    day: DayKey
    state: DayState
    journals: tuple[JournalReport, ...] = ()
    reasons: tuple[str, ...] = ()
    due_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The report as plain data, the answer of the function."""
        return {
            "tenant": self.day.tenant,
            "store": self.day.store,
            "currency": self.day.currency,
            "date": self.day.on.isoformat(),
            "state": self.state.value,
            "journals": [
                {
                    "reference": journal.reference,
                    "key": journal.key,
                    "what": journal.what,
                    "posted_on": journal.posted_on.isoformat(),
                    "sequence": journal.sequence,
                    "events": journal.members,
                    "debits": journal.debits,
                }
                for journal in self.journals
            ],
            "reasons": list(self.reasons),
        }


def journal_reports(
    batch: Batch, planned: Sequence[Posting], results: Posted
) -> tuple[JournalReport, ...]:
    """One report for each posting of a batch that is in the books."""
    reports = []
    for posting in planned:
        document = posting.document
        assert isinstance(document, JournalEntry | StatisticalEntry), "nothing else"  # noqa: S101
        reports.append(
            JournalReport(
                reference=mark_of(document),
                key=results[posting.key].key,
                what=_what(batch, posting),
                posted_on=document.posted_on,
                sequence=batch.sequence,
                members=batch.members,
                debits=batch.debits,
            )
        )
    return tuple(reports)


def _what(batch: Batch, posting: Posting) -> str:
    if ":reversal:" in posting.key:
        return "reversal"
    if isinstance(posting.document, StatisticalEntry):
        return "statistics"
    return "difference" if batch.kind.value == "delta" else "day"
