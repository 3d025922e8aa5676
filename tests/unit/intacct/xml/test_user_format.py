"""Dates and times in the API user's own format, clock and zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct.xml.elements import add, element
from intacct.xml.user_format import UserFormat, UserFormatError, user_format_from

INSTANT = datetime(2026, 1, 15, 22, 5, 9, tzinfo=UTC)
SEPARATORS = st.sampled_from("/-.")
ORDERS = st.permutations(["m", "d", "Y"]) | st.permutations(["m", "d", "y"])
OFFSETS = st.sampled_from(["+00:00", "-08:00", "+09:30", "+05:45", "-03:30", "+14:00"])


def told(dateformat: str, offset: str, clock: str) -> UserFormat:
    row = element("userformatting")
    add(row, "dateformat", dateformat)
    add(row, "gmtoffset", offset)
    add(row, "clock", clock)
    return user_format_from(row)


@pytest.mark.parametrize(
    ("dateformat", "offset", "clock", "text"),
    [
        ("/mdY", "+00:00", "24", "01/15/2026 22:05:09"),
        ("/mdY", "-08:00", "24", "01/15/2026 14:05:09"),
        ("-dmY", "+09:30", "24", "16-01-2026 07:35:09"),
        (".dmy", "+00:00", "24", "15.01.26 22:05:09"),
        ("/mdY", "+00:00", "12", "01/15/2026 10:05:09 PM"),
    ],
)
def test_an_instant_is_written_and_read_as_the_user_does(
    dateformat: str, offset: str, clock: str, text: str
) -> None:
    user_format = told(dateformat, offset, clock)

    assert user_format.timestamp_text(INSTANT) == text
    assert user_format.instant(text) == INSTANT


@given(
    separator=SEPARATORS,
    order=ORDERS,
    offset=OFFSETS,
    clock=st.sampled_from(["12", "24"]),
    instant=st.datetimes(datetime(2000, 1, 2), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_what_is_written_is_read_back(
    separator: str, order: list[str], offset: str, clock: str, instant: datetime
) -> None:
    user_format = told(separator + "".join(order), offset, clock)
    second = instant.replace(microsecond=0)

    assert user_format.instant(user_format.timestamp_text(second)) == second
    assert user_format.day(user_format.date_text(second.date())) == second.date()


def test_the_default_is_that_of_the_documentations_samples() -> None:
    assert told("/mdY", "+00:00", "24") == UserFormat()
    assert UserFormat().day("01/31/2026") == date(2026, 1, 31)


def test_platform_objects_show_iso_whatever_the_user_prefers() -> None:
    user_format = UserFormat(offset=timedelta(hours=-8))

    assert user_format.instant("2026-01-15T22:05:09+00:00") == INSTANT
    assert user_format.instant("2026-01-15T14:05:09") == INSTANT


def test_what_is_no_time_is_nothing() -> None:
    assert UserFormat().instant("") is None
    assert UserFormat().instant("yesterday") is None
    assert UserFormat().day("31/01/2026") is None


@pytest.mark.parametrize(
    ("dateformat", "offset", "clock"),
    [
        ("", "+00:00", "24"),
        ("/mmY", "+00:00", "24"),
        ("/MdY", "+00:00", "24"),
        ("/mdY", "Pacific", "24"),
        ("/mdY", "", "24"),
        ("/mdY", "+00:00", "13"),
    ],
)
def test_a_format_that_is_unknown_is_not_guessed(dateformat: str, offset: str, clock: str) -> None:
    with pytest.raises(UserFormatError):
        told(dateformat, offset, clock)
