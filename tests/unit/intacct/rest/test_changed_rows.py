"""Reading changes again and again: nothing is lost, nothing is handled twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intacct.deletions import ImplausibleDeletionsError, compare
from intacct.errors import RejectedError
from intacct.rest.changed_rows import changed_rows, instant
from intacct.rest.query import Query, equal
from intacct.watermarks import OVERLAP, Reading, Stamp, Watermark
from tests.unit.intacct.rest.support import Server, client, page

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CUSTOMERS = Query("accounts-receivable/customer", ("id",))


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def row(key: str, moment: datetime) -> dict[str, str]:
    return {"key": key, "id": f"C-{key}", "audit.modifiedDateTime": instant(moment)}


def read(server: Server, reading: Reading, query: Query = CUSTOMERS) -> list[str]:
    return [found["key"] for found in changed_rows(client(server), query, reading)]


def test_the_first_reading_asks_for_everything() -> None:
    server = Server(page([row("1", at(0)), row("2", at(5))]))
    reading = Reading(Watermark(), started_at=at(60))

    assert read(server, reading) == ["1", "2"]
    assert server.bodies()[0]["filters"] == []
    assert reading.watermark.reached_at == at(5)


def test_the_next_reading_goes_back_and_leaves_out_what_was_handled() -> None:
    first = Reading(Watermark(), started_at=at(60))
    read(Server(page([row("1", at(0)), row("2", at(5))])), first)
    server = Server(page([row("1", at(0)), row("2", at(9)), row("3", at(5))]))

    second = Reading(first.watermark, started_at=at(120))

    assert read(server, second) == ["2", "3"]
    since = {"audit.modifiedDateTime": instant(at(5) - OVERLAP)}
    assert server.bodies()[0]["filters"] == [{"$gte": since}]
    assert second.watermark.reached_at == at(9)


def test_a_query_keeps_its_own_conditions_beside_the_stamp() -> None:
    query = Query(
        "accounts-receivable/customer",
        ("id",),
        (equal("status", "active"), equal("status", "inactive")),
        expression="1 or 2",
    )
    server = Server(page([]))
    read(server, Reading(Watermark(NOON), started_at=at(60)), query)
    assert server.bodies()[0]["filterExpression"] == "(1 or 2) and 3"


def test_a_reading_never_claims_to_have_seen_what_came_after_it_began() -> None:
    reading = Reading(Watermark(), started_at=at(10))
    read(Server(page([row("1", at(500))])), reading)
    assert reading.watermark.reached_at == at(10)


def test_a_reading_of_nothing_changes_nothing() -> None:
    since = Watermark(NOON, frozenset({("1", NOON)}))
    reading = Reading(since, started_at=at(60))
    assert read(Server(page([])), reading) == []
    assert reading.watermark == since


def test_a_clock_that_went_back_takes_the_watermark_nowhere() -> None:
    reading = Reading(Watermark(NOON), started_at=at(-3600))
    reading.is_new("1", at(-3000))
    assert reading.watermark.reached_at == NOON


def test_what_lies_before_the_overlap_is_forgotten() -> None:
    old, new = ("1", NOON), ("2", NOON + 3 * OVERLAP)
    reading = Reading(Watermark(NOON, frozenset({old})), started_at=NOON + 4 * OVERLAP)
    reading.is_new(*new)
    assert reading.watermark.handled == frozenset({new})


def test_a_row_without_a_stamp_is_no_change_that_can_be_followed() -> None:
    server = Server(page([{"key": "1", "id": "C-1", "audit.modifiedDateTime": None}]))
    with pytest.raises(RejectedError, match="modification time"):
        read(server, Reading(Watermark(), started_at=NOON))


def test_an_instant_is_written_in_utc_and_never_rounded_up() -> None:
    eastern = datetime.fromisoformat("2026-11-20T07:00:00.999-05:00")
    assert instant(eastern) == "2026-11-20T12:00:00Z"
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 11, 20))  # noqa: DTZ001  # the case itself


# A change: which record, when it is stamped, and how long until readers see it.
CHANGES = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(0, 3000),
        st.integers(0, int(OVERLAP.total_seconds()) - 1),
    ),
    max_size=25,
)
READINGS = st.lists(st.integers(0, 3600), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(changes=CHANGES, readings=READINGS)
def test_whatever_changes_and_however_late_it_shows_each_change_is_handled_once(
    changes: list[tuple[int, int, int]], readings: list[int]
) -> None:
    """A change that a later one of the same record overtook before any reader saw it is gone."""
    watermark = Watermark()
    handled: list[Stamp] = []
    for moment in (*sorted(readings), 10_000):
        shown: dict[str, datetime] = {}
        for number, changed, lag in sorted(changes, key=lambda change: change[1]):
            if changed + lag <= moment:
                shown[str(number)] = max(at(changed), shown.get(str(number), at(changed)))
        reading = Reading(watermark, started_at=at(moment))
        for key, stamp in sorted(shown.items()):
            if reading.starts_at is not None and stamp < reading.starts_at:
                continue
            if reading.is_new(key, stamp):
                handled.append((key, stamp))
        watermark = reading.watermark

    assert len(handled) == len(set(handled))
    last = {str(key): at(changed) for key, changed, _ in sorted(changes, key=lambda one: one[1])}
    assert set(last.items()) <= set(handled)


def test_keys_that_are_not_shown_any_more_are_deleted_and_new_ones_are_told() -> None:
    found = compare(["1", "2", "3"], ["2", "3", "4"])
    assert (found.deleted, found.unknown) == (frozenset({"1"}), frozenset({"4"}))


def test_a_view_that_lost_most_of_its_records_proves_no_deletions() -> None:
    known = [str(number) for number in range(200)]
    assert len(compare(known, known[40:]).deleted) == 40
    with pytest.raises(ImplausibleDeletionsError, match="41 of 200"):
        compare(known, known[41:])
    with pytest.raises(ImplausibleDeletionsError):
        compare(known, [])
