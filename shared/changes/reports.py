"""What became of reading a company's changes, in ids and counts that a log may hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.changes.pace import Place


class Outcome(StrEnum):
    """What became of one kind of records of one entity; each is a metric of its own.

    COMPLETE: read and handled up to now. PARTIAL: time ran out; what is left is read by the next
    run. BUSY: somebody else reads it. UNSEEN: the role does not cover the kind. BUDGET: the month's
    background reads are used up. FAILED: it could not be read or handled; the checkpoint stands.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    BUSY = "busy"
    UNSEEN = "unseen"
    BUDGET = "budget"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PlaceReport:
    """What became of one place.

    `changes` were told to handlers, `compared` keys were looked for, `gone` records were told to be
    gone, `back` to be there again, and `held` wait for a person's word.
    """

    tenant: str
    place: Place
    outcome: Outcome
    changes: int = 0
    compared: int = 0
    gone: int = 0
    back: int = 0
    held: int = 0
    reached_at: datetime | None = None
    detail: str = ""

    def counts(self) -> Counter[str]:
        """What is counted as metrics, by their names; what is nothing is left out."""
        told = Counter(
            {
                "ChangesTold": self.changes,
                "KeysCompared": self.compared,
                "RecordsGone": self.gone,
                "RecordsBack": self.back,
                "RecordsHeld": self.held,
            }
        )
        told[f"Changes{self.outcome.value.title()}"] += 1
        return +told

    def as_json(self) -> dict[str, Any]:
        """For the function's answer."""
        return {
            "tenant": self.tenant,
            "entity": self.place.entity,
            "kind": self.place.kind.value,
            "outcome": self.outcome.value,
            "changes": self.changes,
            "compared": self.compared,
            "gone": self.gone,
            "back": self.back,
            "held": self.held,
            "reached_at": self.reached_at.isoformat() if self.reached_at else "",
            "detail": self.detail,
        }
