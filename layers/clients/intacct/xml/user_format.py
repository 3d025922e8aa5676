"""Dates and times as the API user's preferences have them (§10, §11.2).

Answers and filters of the gateway follow the user's format, clock and zone, not UTC: a WHENMODIFIED
read wrongly by one hour loses an hour of changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from intacct.xml.elements import Element, text_at

_PARTS = {"m": "%m", "d": "%d", "y": "%y", "Y": "%Y"}
_FORMAT_LENGTH = 4
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})")
_CLOCKS = {"24": "%H:%M:%S", "12": "%I:%M:%S %p"}


class UserFormatError(ValueError):
    """The user's formatting is none that we can read back without doubt."""


@dataclass(frozen=True, slots=True)
class UserFormat:
    """How one user writes dates and times; the default is what the documentation's samples show.

    `date_format` and `time_format` are patterns of `strftime`; `offset` is the zone's distance from
    UTC when it was read, so it is to be read again at least at each change of the clocks.
    """

    date_format: str = "%m/%d/%Y"
    time_format: str = _CLOCKS["24"]
    offset: timedelta = timedelta(0)

    def date_text(self, day: date) -> str:
        """A date as this user's filters want it."""
        return day.strftime(self.date_format)

    def timestamp_text(self, instant: datetime) -> str:
        """An instant as this user's filters want it."""
        return instant.astimezone(timezone(self.offset)).strftime(self._timestamp)

    def day(self, text: str) -> date | None:
        """The date that an answer shows; None when it is none."""
        try:
            return datetime.strptime(text.strip(), self.date_format).replace(tzinfo=UTC).date()
        except ValueError:
            return None

    def instant(self, text: str) -> datetime | None:
        """The instant (UTC) that an answer shows; None when it is none.

        Platform objects show ISO 8601 whatever the user prefers (§10).
        """
        text = text.strip()
        try:
            read = datetime.strptime(text, self._timestamp)  # noqa: DTZ007  # the zone follows
        except ValueError:
            try:
                read = datetime.fromisoformat(text)
            except ValueError:
                return None
        zoned = read if read.tzinfo else read.replace(tzinfo=timezone(self.offset))
        return zoned.astimezone(UTC)

    @property
    def _timestamp(self) -> str:
        return f"{self.date_format} {self.time_format}"


def user_format_from(row: Element) -> UserFormat:
    """The formatting that `readUserFormatting` answers: `/mdY` is mm/dd/yyyy (§10).

    Raises:
        UserFormatError: a part is missing or unknown; a guess would misread every change.
    """
    order = text_at(row, "dateformat")
    offset = _OFFSET.fullmatch(text_at(row, "gmtoffset"))
    clock = _CLOCKS.get(text_at(row, "clock"))
    letters = order[1:]
    if len(order) != _FORMAT_LENGTH or sorted(letters.lower()) != ["d", "m", "y"]:
        message = "the user's date format is not a separator and an order of day, month and year"
        raise UserFormatError(message)
    if any(letter not in _PARTS for letter in letters) or offset is None or clock is None:
        message = "the user's date format, clock or zone is unknown"
        raise UserFormatError(message)
    sign, hours, minutes = offset.groups()
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    return UserFormat(
        date_format=order[0].join(_PARTS[letter] for letter in letters),
        time_format=clock,
        offset=-distance if sign == "-" else distance,
    )
