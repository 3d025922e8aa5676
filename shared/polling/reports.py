"""What became of reading a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PollOutcome(StrEnum):
    """What became of polling a store.

    COMPLETE: read up to now. PARTIAL: time ran out, the next run goes on. BUSY: somebody else is at
    it. FAILED: the cart's API did not answer as it should. SKIPPED: no access was given, or the
    tenant is paused, or no start is configured.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    BUSY = "busy"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class PollReport:
    """What became of polling one store, in ids that a log may hold."""

    tenant: str
    store: str
    outcome: PollOutcome
    hints: int = 0
    windows: int = 0
    read_to: datetime | None = None
    detail: str = ""
