"""The ledger date of an instant: every row of the accounting reference's table (R-10.3)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from shared.gl.dates import cut_off, ledger_date


@pytest.mark.parametrize(
    ("instant", "zone", "day_ends_at", "expected"),
    [
        ("2026-04-01T06:30:00+00:00", "America/Los_Angeles", "00:00", "2026-03-31"),
        ("2026-04-01T06:30:00+00:00", "Europe/Berlin", "00:00", "2026-04-01"),
        ("2026-03-31T23:30:00+00:00", "Europe/London", "00:00", "2026-04-01"),
        ("2026-03-31T15:30:00+00:00", "Asia/Tokyo", "00:00", "2026-04-01"),
        ("2026-03-08T10:30:00+00:00", "America/Los_Angeles", "00:00", "2026-03-08"),
        ("2026-11-02T07:30:00+00:00", "America/Los_Angeles", "00:00", "2026-11-01"),
        ("2026-12-31T23:59:59+00:00", "America/New_York", "00:00", "2026-12-31"),
        ("2026-04-01T02:10:00-04:00", "America/New_York", "03:00", "2026-03-31"),
        ("2026-04-01T03:00:00-04:00", "America/New_York", "03:00", "2026-04-01"),
        # The night of the spring change: 03:30 on the wall is half past the cut-off, though only
        # two and a half hours went by since midnight.
        ("2026-03-08T03:30:00-04:00", "America/New_York", "03:00", "2026-03-08"),
        ("2026-11-01T01:30:00-05:00", "America/New_York", "03:00", "2026-10-31"),
    ],
)
def test_an_instant_falls_on_the_day_of_the_entity(
    instant: str, zone: str, day_ends_at: str, expected: str
) -> None:
    found = ledger_date(datetime.fromisoformat(instant), zone, day_ends_at)
    assert found == date.fromisoformat(expected)


def test_an_instant_without_offset_has_no_date() -> None:
    with pytest.raises(ValueError, match="without offset"):
        ledger_date(datetime.fromisoformat("2026-04-01T06:30:00"), "Europe/Berlin")


def test_an_unknown_zone_is_refused() -> None:
    instant = datetime.fromisoformat("2026-04-01T06:30:00+00:00")
    with pytest.raises(ZoneInfoNotFoundError):
        ledger_date(instant, "Europe/Atlantis")


@pytest.mark.parametrize("text", ["", "3", "03", "3h", "06:01", "05:60", "-1:00", "24:00"])
def test_a_day_ends_between_midnight_and_six(text: str) -> None:
    with pytest.raises(ValueError, match=r"end|time of day"):
        cut_off(text)
