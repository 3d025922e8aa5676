"""What became of an order that was to be posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.postings.findings import Finding, Reason


class PostingState(StrEnum):
    """How the order stands after this run; each is a metric of its own.

    POSTED: all that should be in the books is. PARKED: the sweeper brings it back at `due_at`.
    HELD: a person must decide. STOPPED: the company's credentials were refused. BROKEN: it broke
    off for a reason that only a log tells; a person sees it and it is tried again. IDLE: there is
    nothing to post (yet). UNDONE: nothing of it is in the books any more, as a person wanted.
    """

    POSTED = "posted"
    PARKED = "parked"
    HELD = "held"
    STOPPED = "stopped"
    BROKEN = "broken"
    IDLE = "idle"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class PostingReport:
    """One order's run: `done` are the keys that came into the books, `reason` a code for logs.

    `entered` counts the events that were added to a day's journal of a summary-mode channel.
    """

    state: PostingState
    done: tuple[str, ...] = ()
    entered: int = 0
    reason: str = ""
    due_at: datetime | None = None


def broken_off(error: Exception) -> Finding:
    """What a person is told of an order whose posting broke off."""
    return Finding(
        reason=Reason.UNKNOWN,
        place="the order",
        message=f"posting it broke off: {type(error).__name__}",
        hint="read the log of the posting function for this order",
    )


class EndedError(Exception):
    """The run of an order ended before its plan was applied; `report` says how."""

    def __init__(self, report: PostingReport) -> None:
        """Keep the report."""
        super().__init__(report.reason)
        self.report = report
