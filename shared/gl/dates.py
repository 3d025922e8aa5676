"""The ledger date of an instant: decided once, from the entity's own calendar (R-10.1, R-10.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo


@cache
def cut_off(day_ends_at: str) -> timedelta:
    """How long after midnight the day still belongs to the one before; `day_ends_at` is HH:MM.

    Raises:
        ValueError: it is no time of day, or later than 06:00 (R-10.2).
    """
    hours, separator, minutes = day_ends_at.partition(":")
    if not (separator and hours.isdecimal() and minutes.isdecimal()):
        message = f"{day_ends_at!r} is no time of day written as HH:MM"
        raise ValueError(message)
    late = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or late > timedelta(hours=6):  # noqa: PLR2004  # minutes in an hour, R-10.2
        message = f"a day cannot end at {day_ends_at}: between 00:00 and 06:00 only"
        raise ValueError(message)
    return late


def ledger_date(instant: datetime, zone: str, day_ends_at: str = "00:00") -> date:
    """The day in the books on which `instant` falls in `zone` (IANA name), after the cut-off.

    The cut-off is read off the wall clock, so a day of 23 or 25 hours ends at the same hour as any.

    Raises:
        ValueError: `instant` has no offset, so nobody knows when it was.
        zoneinfo.ZoneInfoNotFoundError: the zone does not exist.
    """
    if instant.tzinfo is None:
        message = "an instant without offset has no ledger date"
        raise ValueError(message)
    wall_clock = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return (wall_clock - cut_off(day_ends_at)).date()
