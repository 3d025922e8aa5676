"""Polling loses nothing: windows meet, failures move no checkpoint, one poller at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.adapter import CartApiError, CartClient, ChangedOrder, PollingRules, Reading
from shared.intake.archive import NotKeptError
from shared.polling.backfill import Backfill, BackfillParts
from shared.polling.poller import Poller, PollOutcome, PollReport
from shared.polling.schedule import SHORTEST_TURN, Pollers, PollRequest, polls
from shared.polling.windows import SHORTEST_WINDOW
from shared.tenants.directory import InvalidTenantsError
from shared.tenants.models import Tenant
from tests.fakes import FakeClock
from tests.paging.memory import MemoryCheckpoints, Queue

RULES = PollingRules()
OVERLAP, LAG, LONGEST_WINDOW = RULES.overlap, RULES.lag, RULES.longest_window
START = datetime(2026, 4, 1, 4, tzinfo=UTC)
"""Midnight of the go-live date in New York."""


def tenant(*, go_live_on: str = "2026-04-01", is_paused: bool = False) -> Tenant:
    stores = [
        {
            "id": store,
            "cart": "shopify",
            "domain": f"{store}.myshopify.example",
            "entity": "100",
            "mapping": {"version": "1", "accounts": {}},
            "go_live_on": go_live_on,
        }
        for store in ("shop", "outlet")
    ]
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": stores,
            "is_paused": is_paused,
        }
    )


class Shop:
    """A cart's list of changed orders, in pages of two; fails where it is told to."""

    def __init__(self, updates: dict[str, datetime] | None = None) -> None:
        self.updates = updates or {}
        self.windows: list[tuple[datetime, datetime]] = []
        self.fail_on_page: int | None = None

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        self.windows.append((since, until))
        rows = sorted((at, i) for i, at in self.updates.items() if since <= at < until)
        for page in range(0, len(rows), 2):
            if self.fail_on_page == page // 2:
                message = "the cart's API stayed busy"
                raise CartApiError(message)
            yield [ChangedOrder(order_id, at) for at, order_id in rows[page : page + 2]]

    def order(self, order_id: str) -> Reading:
        raise AssertionError(order_id)


class Rig:
    """A poller on fakes."""

    def __init__(self, shop: CartClient | None = None) -> None:
        self.clock = FakeClock(START + timedelta(hours=2))
        self.checkpoints = MemoryCheckpoints()
        self.queue = Queue()
        self.shop = shop
        self.poller = Poller(
            checkpoints=self.checkpoints,
            events=self.queue,
            client_of=lambda *_: self.shop,
            clock=self.clock,
        )

        self.ranges: dict[str, MemoryCheckpoints] = {}
        self.backfill = Backfill(
            BackfillParts(
                turns=self.checkpoints,
                progress_of=lambda name: self.ranges.setdefault(name, MemoryCheckpoints()),
                events=self.queue,
                client_of=lambda *_: self.shop,
                clock=self.clock,
            )
        )
        self.pollers = Pollers(self.poller, self.backfill, self.clock)

    def poll(self, configured: Tenant | None = None, seconds: float = 60) -> PollReport:
        configured = configured or tenant()
        return self.poller.poll(
            configured, configured.stores[0], self.clock() + timedelta(seconds=seconds)
        )


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


def test_one_stores_failure_does_not_stop_the_others() -> None:
    rig = Rig(Shop({"1": START}))
    rig.queue.is_down = True

    class Directory:
        def tenant(self, tenant_id: str) -> Tenant:
            assert tenant_id == "acme"
            return tenant()

        def all(self) -> list[Tenant]:
            return [tenant()]

    deadline = rig.clock() + timedelta(minutes=1)
    everything = list(polls(rig.pollers, Directory(), PollRequest(), deadline))
    rig.queue.is_down = False
    request = PollRequest(tenant="acme", store="outlet")
    chosen = list(polls(rig.pollers, Directory(), request, deadline))

    assert [report.outcome for report in everything] == [PollOutcome.FAILED] * 2
    assert [(r.store, r.outcome) for r in chosen] == [("outlet", PollOutcome.COMPLETE)]


class Busy(Shop):
    """A shop whose orders change once a minute, and which takes five seconds a page of two."""

    def __init__(self, clock: FakeClock, minutes: int) -> None:
        super().__init__({str(n): START + timedelta(minutes=n) for n in range(minutes)})
        self._clock = clock

    def changed_orders(self, **window: Any) -> Iterator[Sequence[ChangedOrder]]:
        for page in super().changed_orders(**window):
            self._clock.pass_time(5)
            yield page


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


def test_a_store_that_catches_up_leaves_the_others_their_share() -> None:
    rig = Rig()
    rig.shop = Busy(rig.clock, minutes=600)
    rig.clock.pass_time(10 * 3600)

    class Directory:
        def tenant(self, tenant_id: str) -> Tenant:
            raise AssertionError(tenant_id)

        def all(self) -> list[Tenant]:
            return [tenant()]

    began = rig.clock()
    first, second = polls(rig.pollers, Directory(), PollRequest(), began + timedelta(seconds=100))

    assert {first.store, second.store} == {"shop", "outlet"}
    assert (first.outcome, second.outcome) == (PollOutcome.PARTIAL, PollOutcome.PARTIAL)
    assert rig.clock() - began < timedelta(seconds=100) + SHORTEST_TURN


def test_another_store_is_first_in_each_run() -> None:
    rig = Rig(Shop())

    class Directory:
        def tenant(self, tenant_id: str) -> Tenant:
            raise AssertionError(tenant_id)

        def all(self) -> list[Tenant]:
            return [tenant()]

    firsts = set()
    for _ in range(2):
        deadline = rig.clock() + timedelta(seconds=100)
        runs = polls(rig.pollers, Directory(), PollRequest(), deadline)
        firsts.add(next(iter(runs)).store)
        rig.clock.pass_time(300)

    assert firsts == {"shop", "outlet"}


class Fleet:
    """A directory of one tenant, and of another whose configuration is invalid."""

    def __init__(self, *, is_broken: bool = False) -> None:
        self._is_broken = is_broken

    def tenant(self, tenant_id: str) -> Tenant:
        raise AssertionError(tenant_id)

    def all(self) -> Iterator[Tenant]:
        yield tenant()
        if self._is_broken:
            message = "no valid configuration: other"
            raise InvalidTenantsError(message)


def test_an_invalid_tenant_is_told_after_everybody_else_was_polled() -> None:
    rig = Rig(Shop({"1": START}))
    deadline = rig.clock() + timedelta(minutes=1)

    with pytest.raises(InvalidTenantsError, match="other"):
        list(polls(rig.pollers, Fleet(is_broken=True), PollRequest(), deadline))

    assert rig.queue.ids == ["1", "1"]


def test_a_defect_met_at_one_store_does_not_stop_the_others() -> None:
    rig = Rig(Shop({"1": START}))
    broken = tenant().stores[0].model_copy(update={"go_live_on": "someday"})
    odd = tenant().model_copy(update={"stores": (broken, tenant().stores[1])})
    fleet = Fleet()
    fleet.all = lambda: iter([odd])  # type: ignore[method-assign]  # another fleet

    reports = list(polls(rig.pollers, fleet, PollRequest(), rig.clock() + timedelta(minutes=1)))

    outcomes = {report.store: report.outcome for report in reports}
    assert outcomes == {"shop": PollOutcome.FAILED, "outlet": PollOutcome.COMPLETE}
    assert {"cannot be polled: ValueError"} == {r.detail for r in reports if r.detail}
    assert rig.checkpoints.owners == {}
