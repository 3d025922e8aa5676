"""When a day of the books is over, from the entity's own calendar (R-10.1, R-10.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.gl.dates import cut_off


def day_end(on: date, zone: str, day_ends_at: str = "00:00") -> datetime:
    """The first instant (UTC) that belongs to the day after `on`.

    A wall-clock time that comes twice that night is read as its second occurrence, so that no day
    is closed while `ledger_date` still gives events to it.

    Raises:
        ValueError: `day_ends_at` is no hour a day may end at.
    """
    wall_clock = datetime.combine(on + timedelta(days=1), time()) + cut_off(day_ends_at)
    later = wall_clock.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    first = wall_clock.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    return max(first, later)
