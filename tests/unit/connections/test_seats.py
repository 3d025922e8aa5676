"""What runs beside the lanes takes one of a company's spare seats, and gives it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from intacct.errors import RateLimitedError
from shared.connections.errors import ConnectionStoreError
from shared.connections.seats import HOLD, Seats
from tests.unit.connections.support import Fleet
from tests.unit.connections.test_tokens import Repeating


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


def worker(fleet: Fleet, *, count: int = 2, company: str = "Acme", client: Any = None) -> Seats:
    return Seats(
        client or fleet.dynamodb, "connections", company, count=count, around=fleet.around()
    )


def test_no_more_processes_work_at_once_than_there_are_seats(fleet: Fleet) -> None:
    first, second, third = worker(fleet), worker(fleet), worker(fleet)
    first.take()
    second.take()

    with pytest.raises(RateLimitedError) as caught:
        third.take()

    assert caught.value.retry_after_seconds > 0
    first.give_back()
    third.take()
    with pytest.raises(RateLimitedError):
        worker(fleet).take()


def test_a_seat_serves_all_calls_of_an_invocation_with_one_write(fleet: Fleet) -> None:
    seated = worker(fleet)
    seated.take()
    fleet.dynamodb.delete_table(TableName="connections")
    for _ in range(7):
        fleet.clock.pass_time(10)
        seated.take()
    fleet.clock.pass_time(10)
    with pytest.raises(ConnectionStoreError):
        seated.take()


def test_who_works_on_keeps_its_seat(fleet: Fleet) -> None:
    seated = worker(fleet, count=1)
    seated.take()
    fleet.clock.pass_time(HOLD.total_seconds() - 10)
    seated.take()
    fleet.clock.pass_time(HOLD.total_seconds() / 2)
    with pytest.raises(RateLimitedError):
        worker(fleet, count=1).take()


def test_the_seat_of_a_process_that_died_comes_free(fleet: Fleet) -> None:
    worker(fleet, count=1).take()
    fleet.clock.pass_time(HOLD.total_seconds() + 1)
    worker(fleet, count=1).take()


def test_who_slept_past_its_seat_does_not_take_it_from_its_successor(fleet: Fleet) -> None:
    sleeper, successor = worker(fleet, count=1), worker(fleet, count=1)
    sleeper.take()
    fleet.clock.pass_time(HOLD.total_seconds() + 1)
    successor.take()

    with pytest.raises(RateLimitedError):
        sleeper.take()

    sleeper.give_back()
    with pytest.raises(RateLimitedError):
        worker(fleet, count=1).take()


def test_companies_do_not_share_seats(fleet: Fleet) -> None:
    worker(fleet, count=1).take()
    worker(fleet, count=1, company="Other").take()


def test_a_write_that_botocore_repeats_is_recognised_as_ours(fleet: Fleet) -> None:
    seated = worker(fleet, count=1, client=Repeating(fleet.dynamodb))
    seated.take()
    seated.give_back()
    worker(fleet, count=1).take()
