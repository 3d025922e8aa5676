"""Reading what changed, over and over, without losing a change or handling one twice.

Stamps have whole seconds, several rows share one, and rows become visible late: so each reading
starts a while before the newest stamp handled, and what was handled is told apart by key and stamp
(REST reference §8.5, XML reference §11.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

OVERLAP = timedelta(minutes=10)
"""How far a reading goes back: longer than a transaction is open and clocks differ."""

Stamp = tuple[str, datetime]
"""A row as it was handled: its key and when it was modified."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far changes were handled: `reached_at`, and the rows of the overlap before it.

    A watermark without an instant stands before everything.
    """

    reached_at: datetime | None = None
    handled: frozenset[Stamp] = frozenset()


class Reading:
    """One reading of what changed since a watermark; its `watermark` is kept when it is through."""

    def __init__(
        self, since: Watermark, *, started_at: datetime, overlap: timedelta = OVERLAP
    ) -> None:
        """`started_at` is now, aware: a reading never claims to have seen what came later."""
        self._since = since
        self._started_at = started_at
        self._overlap = overlap
        self._newest = since.reached_at
        self._handled: set[Stamp] = set()

    @property
    def starts_at(self) -> datetime | None:
        """The oldest stamp to ask for; None asks for everything."""
        reached = self._since.reached_at
        return None if reached is None else reached - self._overlap

    def is_new(self, key: str, modified_at: datetime) -> bool:
        """Whether the row was not handled as it stands; from now on it counts as handled."""
        stamp = (key, modified_at)
        is_known = stamp in self._since.handled or stamp in self._handled
        self._handled.add(stamp)
        if self._newest is None or modified_at > self._newest:
            self._newest = modified_at
        return not is_known

    @property
    def watermark(self) -> Watermark:
        """Where the next reading goes on, once all rows of this one are handled.

        Never past the start of the reading: a row that changed behind our back while later rows
        were read is older than the newest stamp, and may be older than the overlap.
        """
        if self._newest is None:
            return self._since
        reached = min(self._newest, self._started_at)
        if self._since.reached_at is not None:
            reached = max(reached, self._since.reached_at)
        oldest = reached - self._overlap
        kept = (*self._since.handled, *self._handled)
        return Watermark(reached, frozenset(stamp for stamp in kept if stamp[1] >= oldest))
