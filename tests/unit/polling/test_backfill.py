"""A range of the past is read once more: in turns, with progress, stopped and gone on with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.polling.backfill import Range
from shared.polling.reports import PollOutcome, PollReport
from shared.polling.schedule import PollRequest, polls
from tests.unit.polling.rig import START, Busy, Rig, Shop, tenant

WEEK = Range(START, START + timedelta(days=7))


def back(rig: Rig, wanted: Range = WEEK, *, seconds: float = 200, **configured: Any) -> PollReport:
    owner = tenant(**configured)
    deadline = rig.clock() + timedelta(seconds=seconds)
    return rig.backfill.run(owner, owner.stores[0], wanted, deadline)


def rig_after(days: int, shop: Shop | None = None) -> Rig:
    rig = Rig(shop)
    rig.clock.pass_time(days * 86400)
    return rig


def test_a_range_is_read_window_by_window_and_no_further() -> None:
    shop = Shop({str(n): START + timedelta(days=n) for n in range(10)})
    rig = rig_after(20, shop)

    report = back(rig)

    assert (report.outcome, report.windows) == (PollOutcome.COMPLETE, 7)
    assert report.read_to == WEEK.until
    assert set(rig.queue.ids) == {str(n) for n in range(7)}
    assert rig.checkpoints.read_to == {}


def test_a_range_that_was_read_is_read_again_under_another_name_only() -> None:
    rig = rig_after(20, Shop({"1": START}))
    back(rig)

    again = back(rig)
    named = back(rig, Range(WEEK.begin, WEEK.until, "second"))

    assert (again.outcome, again.windows) == (PollOutcome.COMPLETE, 0)
    assert named.windows == 7
    assert rig.queue.ids == ["1", "1"]


def test_a_stopped_backfill_goes_on_where_it_was_and_nothing_is_lost() -> None:
    rig = rig_after(20)
    rig.shop = Busy(rig.clock, minutes=600)
    reports = [back(rig, seconds=100)]

    while reports[-1].outcome is PollOutcome.PARTIAL:
        reports.append(back(rig, seconds=100))

    assert reports[-1].outcome is PollOutcome.COMPLETE
    assert len(reports) > 5
    assert set(rig.queue.ids) == {str(n) for n in range(600)}


def test_the_schedule_and_a_backfill_take_turns() -> None:
    rig = rig_after(20, Shop({"1": START}))
    rig.checkpoints.owners["shop"] = "the schedule"

    busy = back(rig)
    del rig.checkpoints.owners["shop"]
    done = back(rig)

    assert (busy.outcome, busy.detail) == (PollOutcome.BUSY, "the store is being read")
    assert done.outcome is PollOutcome.COMPLETE
    assert rig.checkpoints.owners == {}


def test_two_people_do_not_read_one_range_at_once() -> None:
    rig = rig_after(20, Shop())
    back(rig)
    rig.ranges[WEEK.name].owners["shop"] = "somebody else"

    assert back(rig).outcome is PollOutcome.BUSY


def test_a_failure_keeps_what_was_read_before_it() -> None:
    shop = Shop({str(n): START + timedelta(days=n) for n in range(7)})
    rig = rig_after(20, shop)
    back(rig, Range(START, START + timedelta(days=7)), seconds=0)
    shop.fail_on_page = 0

    failed = back(rig)
    shop.fail_on_page = None
    done = back(rig)

    assert failed.outcome is PollOutcome.FAILED
    assert "busy" in failed.detail
    assert done.outcome is PollOutcome.COMPLETE


def test_a_range_up_to_now_leaves_half_written_orders_to_the_schedule() -> None:
    rig = rig_after(2, Shop())

    report = back(rig)

    assert report.read_to == rig.clock() - timedelta(minutes=2)


@pytest.mark.parametrize(
    ("configured", "wanted", "why"),
    [
        ({}, Range(START - timedelta(days=1), START), "before the store's go-live date 2026-04-01"),
        ({}, Range(START, START), "ends before it begins"),
        ({"go_live_on": ""}, WEEK, "no go-live date"),
        ({"is_paused": True}, WEEK, "paused"),
    ],
)
def test_ranges_that_may_not_be_read_are_refused_with_a_reason(
    configured: dict[str, Any], wanted: Range, why: str
) -> None:
    shop = Shop()
    report = back(rig_after(20, shop), wanted, **configured)

    assert report.outcome is PollOutcome.SKIPPED
    assert why in report.detail
    assert shop.windows == []


def test_a_store_without_access_is_not_read() -> None:
    assert back(rig_after(20)).outcome is PollOutcome.SKIPPED


@pytest.mark.parametrize(
    "members",
    [
        {"tenant": "acme", "store": "shop", "begin": "2026-04-01T00:00:00Z"},
        {"begin": "2026-04-01T00:00:00Z", "until": "2026-04-02T00:00:00Z"},
        {"tenant": "a", "store": "s", "begin": "2026-04-01T00:00:00", "until": "2026-04-02T00:00Z"},
        {"seconds": 0},
        {"label": "a#b"},
    ],
)
def test_requests_that_mean_nothing_are_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PollRequest.model_validate(members)


def test_a_request_with_a_range_reads_it_within_the_seconds_it_gives() -> None:
    rig = rig_after(20)
    rig.shop = Busy(rig.clock, minutes=600)

    class Directory:
        def tenant(self, tenant_id: str) -> Any:
            assert tenant_id == "acme"
            return tenant()

        def all(self) -> Any:
            raise AssertionError

    request = PollRequest(
        tenant="acme", store="shop", begin=WEEK.begin, until=WEEK.until, seconds=30
    )
    began = rig.clock()
    (report,) = polls(rig.pollers, Directory(), request, began + timedelta(hours=1))

    assert report.outcome is PollOutcome.PARTIAL
    assert rig.clock() - began < timedelta(seconds=40)
    assert rig.ranges[WEEK.name].owners == {}
