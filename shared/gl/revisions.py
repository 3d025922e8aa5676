"""The batches of a day: which journals they make, which they replace, how far they are (R-11.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intacct.statistics import StatisticalLine
from shared.postings.plan import Posted


class BatchState(StrEnum):
    """OPEN: its membership is being frozen. SEALED: frozen, to be posted. DONE: in the books.

    VOID: nothing of it was ever posted, and another batch took its events over.
    """

    OPEN = "open"
    SEALED = "sealed"
    DONE = "done"
    VOID = "void"

    @property
    def is_unfinished(self) -> bool:
        """Whether an export has something left to do with it."""
        return self in (BatchState.OPEN, BatchState.SEALED)


class BatchKind(StrEnum):
    """What a batch puts into the books (R-11.7).

    REVISION: the whole day, in place of the journals of the batch it replaces. DELTA: only what the
    day differs by from the batch before, because that one's period is closed.
    """

    REVISION = "revision"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class Batch:
    """A day's journals: which events they hold, and that these did not change since (R-11.4).

    `replaces` is the number of the batch in the books that this one corrects, 0 for the first one;
    `replaced_by` that of the one that corrects it. `posted_on` is the date of its journals where
    that is not the day's own. `frozen` counts the events that were frozen into this very batch,
    `members` all that it counts. `takes_back` is false where what it replaces is not in the books
    any more, because a person took it out. `membership_hash`, `debits` and `counts` are those of
    all members, whatever the kind. `mapping_version`, `entity`, `journal`, `statistical_journal`,
    `is_draft` and `netted`, the account whose debits and credits cancel out in a payout's journal,
    say how it was sealed, so that a later run posts the same.
    """

    sequence: int
    state: BatchState
    kind: BatchKind = BatchKind.REVISION
    replaces: int = 0
    replaced_by: int = 0
    posted_on: date | None = None
    takes_back: bool = True
    frozen: int = 0
    members: int = 0
    membership_hash: str = ""
    debits: str = ""
    counts: tuple[StatisticalLine, ...] = ()
    mapping_version: str = ""
    entity: str = ""
    journal: str = ""
    statistical_journal: str = ""
    is_draft: bool = False
    netted: str = ""
    results: Posted | None = None

    @property
    def name(self) -> str:
        """What its members point to."""
        return f"BATCH#{self.sequence:04d}"
