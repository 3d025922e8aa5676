"""What became of the days that were to be exported, as an operator or a schedule reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.gl.days import DayKey


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
    """One journal that is in the books: its mark, Sage's key, and what it holds."""

    reference: str
    key: str
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
                    "sequence": journal.sequence,
                    "events": journal.members,
                    "debits": journal.debits,
                }
                for journal in self.journals
            ],
            "reasons": list(self.reasons),
        }
