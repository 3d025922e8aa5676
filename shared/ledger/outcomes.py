"""What came of applying a plan: everything is in the books, or where and why it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intacct.documents import DocumentResult
from shared.postings.plan import Finding, Posted


class OutcomeKind(StrEnum):
    """What the caller does next.

    COMPLETE: nothing is left. PARKED: come back at `due_at`. HELD: a person must decide, see
    `findings`. STOPPED: the company's credentials were refused, so leave its whole lane alone until
    `due_at` and call a person.
    """

    COMPLETE = "complete"
    PARKED = "parked"
    HELD = "held"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Halt:
    """Why one posting could not be brought into the books now."""

    kind: OutcomeKind
    reason: str
    due_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    is_outage: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of applying postings.

    `results` are all that are in the books now, `done` the keys that this run brought there, `key`
    the posting where it stopped. `is_outage`: Sage could not be reached or asked for a pause, so
    other work of the same company should wait until `due_at` as well.
    """

    kind: OutcomeKind
    results: Posted
    done: tuple[str, ...] = ()
    key: str = ""
    reason: str = ""
    due_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    is_outage: bool = False

    def result(self, key: str) -> DocumentResult | None:
        """What Sage made of that posting, or None while it is not in the books."""
        return self.results.get(key)
