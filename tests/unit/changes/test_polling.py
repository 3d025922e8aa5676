"""Changes of each kind are told once each, and nothing is passed by a failure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intacct.errors import CredentialsError, NotSentError, OutcomeUnknownError
from intacct.reading import Kept
from shared.changes.checkpoints import SETTLING
from shared.changes.pace import Place
from shared.changes.poller import RETRY, Wanted
from shared.changes.reports import Outcome
from shared.policy.changes import ChangePolicy
from tests.unit.changes.memory import MemoryChangeCheckpoints
from tests.unit.changes.rig import Rig

HOUR = 3600.0
CUSTOMERS = Place("", Kept.CUSTOMER)


@pytest.fixture
def rig() -> Rig:
    return Rig(frozenset({Kept.CUSTOMER, Kept.AR_INVOICE}))


def test_a_change_is_told_once_with_who_and_when(rig: Rig) -> None:
    rig.company.write(Kept.CUSTOMER, "1", id="C-1")
    rig.clock.pass_time(SETTLING.total_seconds() + 1)

    rig.run()
    rig.clock.pass_time(3 * HOUR)
    rig.run()

    ((entity, change),) = rig.handler.heard
    assert (entity, change.key, change.id, change.state) == ("", "1", "C-1", "active")
    assert (change.modified_by, change.modified_at) == (
        "7",
        rig.clock() - timedelta(hours=3, seconds=121),
    )


def test_a_second_change_within_its_second_is_told_too(rig: Rig) -> None:
    rig.company.write(Kept.CUSTOMER, "1")
    rig.run()
    rig.company.write(Kept.CUSTOMER, "1", "inactive")

    for _ in range(3):
        rig.clock.pass_time(3 * HOUR)
        rig.run()

    assert [change.state for _, change in rig.handler.heard] == ["active", "inactive"]


def test_masters_are_read_at_the_top_level_and_documents_at_each_entity_with_stores(
    rig: Rig,
) -> None:
    assert [str(one.place) for one in rig.run()] == ["top level customer", "100 ar_invoice"]


def test_a_kind_is_left_alone_until_it_is_due(rig: Rig) -> None:
    rig.run()
    rig.clock.pass_time(HOUR)
    assert rig.run() == []

    rig.clock.pass_time(HOUR)

    assert rig.outcomes() == {"top level customer": "complete"}
    assert rig.outcomes(Wanted(kind=Kept.AR_INVOICE, is_forced=True)) == {
        "100 ar_invoice": "complete"
    }


def test_what_a_handler_failed_at_is_told_again(rig: Rig) -> None:
    rig.company.write(Kept.CUSTOMER, "1")
    rig.handler.failures = 1

    failed = {one.place: one for one in rig.run()}[CUSTOMERS]
    assert (failed.outcome, failed.detail) == (Outcome.FAILED, "OSError")
    assert [place for place, _ in rig.failures] == [CUSTOMERS]
    assert CUSTOMERS not in {one.place for one in rig.run()}
    rig.clock.pass_time(RETRY.total_seconds())
    rig.run()

    assert rig.handler.told == ["1"]


def test_one_kind_that_cannot_be_read_does_not_stop_the_others(rig: Rig) -> None:
    rig.company.broken = OutcomeUnknownError("timed out")

    assert rig.outcomes() == {"top level customer": "failed", "100 ar_invoice": "failed"}


@pytest.mark.parametrize("error", [CredentialsError("refused"), NotSentError("paused")])
def test_what_stops_the_company_stops_its_run(rig: Rig, error: NotSentError) -> None:
    rig.company.broken = error

    (only,) = rig.run()
    assert only.outcome is Outcome.FAILED
    rig.company.broken = None

    assert set(rig.outcomes().values()) == {"complete"}


def test_a_first_reading_that_fails_for_days_loses_nothing_of_them(rig: Rig) -> None:
    rig.company.write(Kept.CUSTOMER, "1")
    rig.company.broken = OutcomeUnknownError("timed out")
    for _ in range(5):
        rig.run()
        rig.clock.pass_time(25 * HOUR)

    rig.company.broken = None
    rig.run()

    assert rig.handler.told == ["1"]


def test_a_reading_that_time_ran_out_for_goes_on_behind_what_it_told(rig: Rig) -> None:
    for number in range(600):
        rig.company.write(Kept.CUSTOMER, str(number))
    rig.clock.pass_time(HOUR)

    rig.handler.seconds = 300
    first = rig.run()
    rig.handler.seconds = 0
    rig.clock.pass_time(900)
    second = rig.run()

    assert [one.outcome for one in first] == [Outcome.PARTIAL, Outcome.PARTIAL]
    assert {one.outcome for one in second} == {Outcome.COMPLETE}
    assert len(rig.handler.told) == len(set(rig.handler.told)) == 600


def test_a_reading_far_back_that_takes_too_long_keeps_no_usual_one_waiting(rig: Rig) -> None:
    for number in range(600):
        rig.company.write(Kept.CUSTOMER, str(number))
    rig.clock.pass_time(HOUR)
    rig.run()
    rig.clock.pass_time(25 * HOUR)
    rig.handler.seconds = 300
    assert rig.run()[0].outcome is Outcome.PARTIAL
    rig.company.write(Kept.CUSTOMER, "new")
    rig.clock.pass_time(900)

    outcomes = rig.outcomes()

    assert outcomes["top level customer"] == "complete"
    assert rig.handler.told[-1] == "new"
    progress = rig.checkpoints.of_entity("acme", "")[Kept.CUSTOMER]
    assert progress.partial_at is None


def test_two_pollers_never_read_one_kind_at_once(rig: Rig) -> None:
    other = MemoryChangeCheckpoints("other", rig.checkpoints)
    held = other.acquire("acme", CUSTOMERS, now=rig.clock())
    rig.company.write(Kept.CUSTOMER, "1")

    assert rig.outcomes()["top level customer"] == "busy"
    other.release(held)

    assert rig.outcomes()["top level customer"] == "complete"
    assert rig.handler.told == ["1"]


def test_without_reads_left_nothing_is_asked_and_it_is_said(rig: Rig) -> None:
    rig.background.remaining = 0

    assert set(rig.outcomes().values()) == {"budget"}
    assert not rig.company.asked


def test_a_tenant_may_go_without(rig: Rig) -> None:
    rig.tenant = rig.tenant.model_copy(update={"changes": ChangePolicy(is_polled=False)})

    assert rig.run() == []


def test_a_kind_that_the_role_does_not_cover_is_one_review_until_it_does(rig: Rig) -> None:
    rig.company.denied = {Kept.CUSTOMER}
    rig.company.write(Kept.CUSTOMER, "1")

    assert rig.outcomes()["top level customer"] == "unseen"
    assert rig.reviews.is_open("acme", "changes::customer")
    assert rig.run() == []
    rig.clock.pass_time(25 * HOUR)
    rig.company.denied = set()
    rig.run()

    assert not rig.reviews.is_open("acme", "changes::customer")


def test_what_a_clock_that_was_set_back_hid_is_found_within_a_day(rig: Rig) -> None:
    rig.company.write(Kept.CUSTOMER, "1")
    rig.clock.pass_time(SETTLING.total_seconds() + 1)
    rig.run()
    rig.clock.pass_time(-2 * HOUR)
    rig.company.write(Kept.CUSTOMER, "2")
    rig.clock.pass_time(4 * HOUR)
    rig.run()
    assert rig.handler.told == ["1"]

    rig.clock.pass_time(23 * HOUR)
    rig.run()

    assert "2" in rig.handler.told


def test_our_own_clock_set_back_moves_no_watermark_back(rig: Rig) -> None:
    rig.company.write(Kept.CUSTOMER, "1")
    rig.clock.pass_time(2 * HOUR)
    rig.run()
    reached = rig.checkpoints.of_entity("acme", "")[Kept.CUSTOMER].watermark.reached_at

    rig.clock.pass_time(-HOUR)
    rig.run(Wanted(is_forced=True))

    assert rig.checkpoints.of_entity("acme", "")[Kept.CUSTOMER].watermark.reached_at == reached
    assert rig.handler.told == ["1"]
