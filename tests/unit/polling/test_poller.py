"""Polling loses nothing: windows meet, failures move no checkpoint, one poller at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.adapter import ChangedOrder
from shared.intake.archive import NotKeptError
from shared.polling.reports import PollOutcome, PollReport
from shared.polling.windows import SHORTEST_WINDOW
from shared.tenants.models import Tenant
from tests.unit.polling.rig import LAG, LONGEST_WINDOW, OVERLAP, START, Busy, Rig, Shop, tenant


def test_the_first_poll_starts_at_go_live_in_the_entitys_zone_and_ends_before_now() -> None:
    shop = Shop({"1": START, "2": START + timedelta(hours=1)})
    rig = Rig(shop)

    report = rig.poll()

    end = rig.clock() - LAG
    assert shop.windows == [(START - OVERLAP, end)]
    assert report == PollReport("acme", "shop", PollOutcome.COMPLETE, 2, 1, end)
    assert rig.checkpoints.read_to["shop"] == end
    assert rig.queue.ids == ["1", "2"]


def test_a_hint_names_the_order_and_how_new_it_is_and_nothing_else() -> None:
    rig = Rig(Shop({"1": START}))

    rig.poll()

    (hint,) = rig.queue.events
    assert (hint.resource_id, hint.as_of, hint.topic) == ("1", START, "orders/polled")
    assert hint.raw_key == ""


def test_one_version_seen_by_two_polls_is_one_delivery_and_a_newer_one_another() -> None:
    rig = Rig()
    moment = rig.clock() - timedelta(minutes=4)
    shop = Shop({"1": moment})
    rig.shop = shop
    rig.poll()
    rig.clock.pass_time(60)
    rig.poll()
    shop.updates["1"] = moment + timedelta(minutes=1)

    rig.clock.pass_time(60)
    rig.poll()

    first, again, newer = (event.delivery for event in rig.queue.events)
    assert first == again
    assert newer != first


def test_the_next_poll_reaches_back_a_little() -> None:
    shop = Shop()
    rig = Rig(shop)
    rig.poll()
    end = rig.clock() - LAG
    rig.clock.pass_time(300)

    rig.poll()

    assert shop.windows[-1] == (end - OVERLAP, rig.clock() - LAG)


def test_after_a_long_downtime_it_walks_day_by_day() -> None:
    shop = Shop()
    rig = Rig(shop)
    rig.clock.pass_time(3 * 86400)

    report = rig.poll()

    assert report.windows == 4
    spans = [until - since for since, until in shop.windows]
    assert max(spans) == LONGEST_WINDOW + OVERLAP
    for (_, until), (since, _) in zip(shop.windows, shop.windows[1:], strict=False):
        assert since == until - OVERLAP


@pytest.mark.parametrize("failing_page", [0, 1])
def test_a_failure_on_any_page_leaves_the_checkpoint_and_nothing_is_lost(
    failing_page: int,
) -> None:
    shop = Shop({str(n): START + timedelta(minutes=n) for n in range(4)})
    rig = Rig(shop)
    shop.fail_on_page = failing_page

    failed = rig.poll()
    shop.fail_on_page = None
    done = rig.poll()

    assert (failed.outcome, failed.read_to) == (PollOutcome.FAILED, None)
    assert "busy" in failed.detail
    assert done.outcome is PollOutcome.COMPLETE
    assert set(rig.queue.ids) == {"0", "1", "2", "3"}


def test_a_hint_that_could_not_be_queued_leaves_the_checkpoint_and_frees_the_lease() -> None:
    rig = Rig(Shop({"1": START}))
    rig.queue.is_down = True

    with pytest.raises(NotKeptError):
        rig.poll()

    assert rig.checkpoints.read_to == {}
    assert rig.checkpoints.owners == {}


def test_one_poller_per_store() -> None:
    rig = Rig(Shop({"1": START}))
    rig.checkpoints.owners["shop"] = "somebody else"

    report = rig.poll()

    assert report.outcome is PollOutcome.BUSY
    assert rig.queue.ids == []


def test_a_poller_that_lost_its_lease_stops_and_moves_nothing() -> None:
    rig = Rig()

    class Slow(Shop):
        def changed_orders(self, **window: Any) -> Iterator[Sequence[ChangedOrder]]:
            rig.checkpoints.owners["shop"] = "somebody else"
            return super().changed_orders(**window)

    rig.shop = Slow({"1": START})

    assert rig.poll().outcome is PollOutcome.BUSY
    assert rig.checkpoints.read_to == {}
    assert rig.checkpoints.owners == {"shop": "somebody else"}


def test_when_time_runs_out_the_next_run_goes_on_where_it_stopped() -> None:
    rig = Rig()

    class Slow(Shop):
        def changed_orders(self, **window: Any) -> Iterator[Sequence[ChangedOrder]]:
            rig.clock.pass_time(50)
            return super().changed_orders(**window)

    shop = Slow()
    rig.shop = shop
    rig.clock.pass_time(5 * 86400)

    first = rig.poll()
    second = rig.poll(seconds=1000)

    assert (first.outcome, first.windows) == (PollOutcome.PARTIAL, 2)
    assert second.outcome is PollOutcome.COMPLETE
    assert first.read_to is not None
    assert shop.windows[2][0] == first.read_to - OVERLAP


@pytest.mark.parametrize(
    ("configured", "shop", "why"),
    [
        (tenant(), None, "no access"),
        (tenant(is_paused=True), Shop(), "paused"),
        (tenant(go_live_on=""), Shop(), "go-live"),
    ],
)
def test_what_cannot_be_polled_is_skipped_with_a_reason(
    configured: Tenant, shop: Shop | None, why: str
) -> None:
    report = Rig(shop).poll(configured)

    assert report.outcome is PollOutcome.SKIPPED
    assert why in report.detail


@settings(max_examples=60)
@given(
    updates=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4000)), max_size=20),
    runs=st.lists(st.tuples(st.integers(60, 90_000), st.booleans()), min_size=1, max_size=6),
)
def test_every_update_is_hinted_whatever_fails_in_between(
    updates: list[tuple[int, int]], runs: list[tuple[int, bool]]
) -> None:
    shop = Shop()
    rig = Rig(shop)
    history = [(START + timedelta(minutes=at), str(n)) for n, at in updates]
    for seconds, fails in (*runs, (10 * 86400, False)):
        rig.clock.pass_time(seconds)
        shop.fail_on_page = 0 if fails else None
        visible = sorted(entry for entry in history if entry[0] <= rig.clock())
        shop.updates = {order_id: at for at, order_id in visible}
        rig.poll(seconds=10_000)

    hinted = {(event.resource_id, event.as_of) for event in rig.queue.events}

    latest = {order_id: at for at, order_id in sorted(history)}
    assert set(latest.items()) <= hinted


def test_windows_too_long_for_a_run_are_halved_until_they_fit_and_nothing_is_lost() -> None:
    rig = Rig()
    rig.shop = Busy(rig.clock, minutes=600)
    rig.clock.pass_time(10 * 3600)

    reports = [rig.poll(seconds=200) for _ in range(30)]

    assert reports[0].outcome is PollOutcome.PARTIAL
    assert "half" in reports[0].detail
    assert reports[-1].outcome is PollOutcome.COMPLETE
    assert set(rig.queue.ids) == {str(n) for n in range(600)}


def test_windows_that_fit_grow_back_to_their_usual_length() -> None:
    shop = Shop()
    rig = Rig(shop)
    rig.checkpoints.spans["shop"] = timedelta(hours=5)
    rig.clock.pass_time(4 * 86400)

    rig.poll(seconds=200)

    lengths = [until - since - OVERLAP for since, until in shop.windows]
    assert lengths[:4] == [timedelta(hours=n) for n in (5, 10, 20, 24)]
    assert rig.checkpoints.spans["shop"] is None


def test_a_minute_that_no_run_can_read_is_said_and_not_skipped() -> None:
    rig = Rig()
    rig.shop = Busy(rig.clock, minutes=60)
    rig.checkpoints.spans["shop"] = SHORTEST_WINDOW

    report = rig.poll(seconds=5)

    assert report.outcome is PollOutcome.FAILED
    assert "in a minute" in report.detail
    assert rig.checkpoints.read_to == {}
