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
    workers = [slots(fleet, Rate(per_second=10, block=1)) for _ in range(4)]
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
    worker = slots(fleet, Rate(per_second=10, burst_seconds=0.07, block=1))
    worker.take()
    fleet.clock.pass_time(3600)
    assert worker.take() == 0
    assert worker.take() > 0


def test_a_call_beyond_the_next_seconds_is_sent_back_with_a_pause(fleet: Fleet) -> None:
    worker = slots(fleet, Rate(per_second=2, ahead_seconds=5, block=1))
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


def test_calls_that_follow_each_other_share_a_write(fleet: Fleet) -> None:
    worker = slots(fleet, Rate(per_second=10, block=5))
    worker.take()
    fleet.dynamodb.delete_table(TableName="connections")
    for _ in range(4):
        fleet.clock.pass_time(0.2)
        assert worker.take() == 0
    with pytest.raises(ConnectionStoreError):
        worker.take()


def test_slots_that_were_not_used_in_time_are_lost(fleet: Fleet) -> None:
    worker = slots(fleet, Rate(per_second=10, block=5, usable_seconds=1))
    worker.take()
    fleet.clock.pass_time(10)
    fleet.dynamodb.delete_table(TableName="connections")
    with pytest.raises(ConnectionStoreError):
        worker.take()


def test_where_somebody_waits_for_slots_each_call_takes_its_own(fleet: Fleet) -> None:
    first, second = slots(fleet), slots(fleet)
    first.take()
    assert second.take() > 0  # somebody is before it: from here on one by one
    fleet.clock.pass_time(0.3)
    known = float(fleet.item("RATE#APP", "SLOT")["tat"]["N"])
    for _ in range(5):
        second.take()  # what is left of its block, and one more
    assert float(fleet.item("RATE#APP", "SLOT")["tat"]["N"]) - known == pytest.approx(1 / 13.5)


def test_any_ten_seconds_hold_at_most_150_calls_of_the_whole_fleet(fleet: Fleet) -> None:
    workers = [slots(fleet) for _ in range(6)]
    began = fleet.monotonic()
    busy_until = [began] * len(workers)
    sent: list[float] = []
    while len(sent) < 200:
        number = min(range(len(workers)), key=busy_until.__getitem__)
        fleet.clock.pass_time(max(0.0, busy_until[number] - fleet.monotonic()))
        pause = workers[number].take()
        leaves_at = fleet.monotonic() + pause
        sent.append(leaves_at)
        busy_until[number] = leaves_at + 0.05 * (1 + len(sent) % 9)
    sent.sort()
    most = max(sum(at <= each < at + 10 for each in sent) for at in sent)
    assert most <= 150


def test_a_call_costs_one_write(fleet: Fleet) -> None:
    worker = slots(fleet, Rate(block=1))
    worker.take()
    before = fleet.item("RATE#APP", "SLOT")["tat"]
    worker.take()
    assert fleet.item("RATE#APP", "SLOT")["tat"] != before
    fleet.dynamodb.delete_table(TableName="connections")
    with pytest.raises(ConnectionStoreError):
        worker.take()
