"""One write per call keeps the whole fleet under the application's rate."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import pytest
from moto import mock_aws

from intacct.errors import RateLimitedError
from shared.connections.errors import ConnectionStoreError
from shared.connections.rate_slots import Rate, RateSlots
from tests.unit.connections.support import Fleet


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


def slots(fleet: Fleet, rate: Rate | None = None, name: str = "APP") -> RateSlots:
    return RateSlots(
        fleet.dynamodb, "connections", clock=fleet.clock, sleep=fleet.sleep, rate=rate, name=name
    )


def test_calls_of_many_workers_leave_in_even_steps(fleet: Fleet) -> None:
    workers = [slots(fleet, Rate(per_second=10)) for _ in range(4)]
    pauses = [worker.take() for _ in range(5) for worker in workers]
    assert pauses[0] == 0
    steps = [later - earlier for earlier, later in itertools.pairwise(pauses[1:])]
    assert all(step == pytest.approx(0.1, abs=1e-4) for step in steps)


def test_no_second_holds_more_calls_than_the_rate(fleet: Fleet) -> None:
    worker = slots(fleet, Rate(per_second=13.5))
    sent: Counter[int] = Counter()
    for _ in range(150):
        worker.wait()
        sent[int(fleet.monotonic())] += 1
    assert max(sent.values()) <= 15  # the published figure (U19)
    assert sum(sent.values()) == 150


def test_a_rate_that_was_not_used_is_not_saved_up(fleet: Fleet) -> None:
    worker = slots(fleet, Rate(per_second=10, burst_seconds=0.07))
    worker.take()
    fleet.clock.pass_time(3600)
    assert worker.take() == 0
    assert worker.take() > 0


def test_a_call_beyond_the_next_seconds_is_sent_back_with_a_pause(fleet: Fleet) -> None:
    worker = slots(fleet, Rate(per_second=2, ahead_seconds=5))
    for _ in range(11):  # the present one, and five seconds of two a second
        worker.take()
    with pytest.raises(RateLimitedError) as caught:
        worker.take()
    assert 0 < caught.value.retry_after_seconds <= 1
    fleet.clock.pass_time(caught.value.retry_after_seconds)
    assert worker.take() <= 5


def test_two_applications_do_not_share_a_rate(fleet: Fleet) -> None:
    slots(fleet, name="A").take()
    assert slots(fleet, name="B").take() == 0


def test_a_call_costs_one_write(fleet: Fleet) -> None:
    worker = slots(fleet)
    worker.take()
    before = fleet.item("RATE#APP", "SLOT")["tat"]
    worker.take()
    assert fleet.item("RATE#APP", "SLOT")["tat"] != before
    fleet.dynamodb.delete_table(TableName="connections")
    with pytest.raises(ConnectionStoreError):
        worker.take()
