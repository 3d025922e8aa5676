"""A day too long for one document: its parts share the key, and all of them post or none counts."""

from __future__ import annotations

from decimal import Decimal

from intacct.errors import RejectedError
from shared.gl.export import day_subject
from shared.gl.reports import DayState
from shared.gl.revisions import BatchState
from tests.unit.gl_export.rig import KEY, ON, Rig, entry


def long_day() -> Rig:
    """Twelve hundred sales, each on an account of its own: two journals."""
    rig = Rig()
    rig.enter(*(entry(f"sale:{n:04d}", "1.00", account=f"A{n:04d}") for n in range(1200)))
    return rig


def test_the_parts_of_a_day_share_its_key_and_its_date() -> None:
    rig = long_day()

    (report,) = rig.due()

    first, second = rig.journals()
    assert [one.sequence for one in report.journals] == [1, 1]
    assert {first.posted_on, second.posted_on} == {ON}
    assert (first.description[-6:], second.description[-6:]) == ("part 1", "part 2")
    assert rig.balances()[ON, "1100"] == "1200.00"


def test_a_day_of_which_a_part_is_refused_does_not_count_as_posted() -> None:
    rig = long_day()
    rig.books.faults = [None]
    rig.books.fail("before", RejectedError("an account is inactive"))

    (report,) = rig.due()

    findings = rig.reviews.records["acme", day_subject(KEY)].findings
    assert report.state is DayState.HELD
    assert rig.days.head(KEY).batches[0].state is BatchState.SEALED
    assert findings[-1].message.startswith("1 of 2 journals that belong together")


def test_the_part_that_was_refused_follows_when_a_person_releases_the_day() -> None:
    rig = long_day()
    rig.books.faults = [None]
    rig.books.fail("before", RejectedError("an account is inactive"))
    rig.due()
    rig.clock.pass_time(1801)

    report = rig.by_hand(release_by="ops:kim")

    assert report.state is DayState.POSTED
    assert len(rig.journals()) == 2
    assert rig.balances()[ON, "1100"] == "1200.00"


def test_all_parts_of_a_corrected_day_are_taken_back() -> None:
    rig = long_day()
    rig.due()
    rig.enter(entry("sale:9999", "5.00"))

    (report,) = rig.due()

    assert [one.what for one in report.journals] == ["day", "day", "reversal", "reversal"]
    assert len({one.reference for one in rig.journals()}) == 6
    assert Decimal(rig.balances()[ON, "1100"]) == Decimal("1205.00")
    assert rig.balances()[ON, "A0007"] == "-1.00"
