"""Which dates an entity's books take.

Sage shows when periods begin and end, and not whether they are open (REST reference §16.11); that
is learned from refusals. Closing a day closes all days before it (R-0.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which ledger dates an entity's books take, as far as is known; nothing is known at first.

    `closed_through` is the last day known to be closed, `begins` the first days of the entity's
    periods in their order, `today` its ledger date now. After `believed_until` the closing is not
    believed any more: somebody may have opened the period again.
    """

    closed_through: date | None = None
    begins: tuple[date, ...] = ()
    today: date | None = None
    believed_until: datetime | None = None

    def is_open(self, day: date) -> bool:
        """Whether the day may be posted to, as far as is known."""
        return self.closed_through is None or day > self.closed_through

    def next_open(self, day: date) -> date | None:
        """The day itself, or the first day of the first open period; None where there is none yet.

        A period that begins after today is in the future, and nothing is posted there (R-10.6).
        """
        if self.is_open(day):
            return day
        open_days = (begin for begin in self.begins if self.is_open(begin))
        first = min(open_days, default=None)
        if first is None or (self.today is not None and first > self.today):
            return None
        return first


UNKNOWN = Calendar()
"""Nothing is known of closed periods: every date may be tried."""
