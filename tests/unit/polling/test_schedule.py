"""A run reads the whole fleet: each store its share, and nobody stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.polling.reports import PollOutcome
from shared.polling.schedule import SHORTEST_TURN, PollRequest, polls
from shared.tenants.directory import InvalidTenantsError
from shared.tenants.models import Tenant
from tests.unit.polling.rig import START, Busy, Rig, Shop, tenant


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
