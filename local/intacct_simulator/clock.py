"""The simulator's clock: real time until someone sets it, then a time that only moves on order."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta


class Clock:
    """Tells the company's time in UTC; tests set, freeze and advance it."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still until `advance` or `run`."""
        return self._frozen_at is not None

    def now(self) -> datetime:
        """Give the present instant, aware, UTC, with microseconds."""
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.fromtimestamp(self._wall(), tz=UTC) + self._offset

    def stamp(self) -> datetime:
        """Give the present instant in whole seconds, as audit fields carry it."""
        return self.now().replace(microsecond=0)

    def today(self) -> date:
        """Give the present UTC date."""
        return self.now().date()

    def set(self, instant: datetime, *, freeze: bool = False) -> None:
        """Move to an aware instant; with `freeze` time stands still there."""
        instant = instant.astimezone(UTC)
        self._frozen_at = instant if freeze else None
        self._offset = instant - datetime.fromtimestamp(self._wall(), tz=UTC)

    def advance(self, seconds: float) -> None:
        """Move forward (or back, when negative) by so many seconds."""
        if self._frozen_at is not None:
            self._frozen_at += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)

    def run(self) -> None:
        """Return to real time."""
        self._frozen_at = None
        self._offset = timedelta(0)
