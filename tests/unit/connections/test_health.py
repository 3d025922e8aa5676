"""The health of a company is shared by the fleet and changed only as it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws

from intacct.errors import (
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PausedError,
    RateLimitedError,
)
from intacct.gate import CompanyGate, HealthStore, ProcessHealth
from intacct.health import REACTION, Health
from shared.connections.errors import (
    ConnectionBusyError,
    ConnectionStoreError,
    LeaseRanOutError,
)
from shared.connections.health import RememberedHealth, SharedHealth
from tests.unit.connections.support import Fleet

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
ILL = Health(
    paused_until=NOON,
    limited_in_a_row=3,
    failed_in_a_row=2,
    recent=(True, False, True),
    open_until=NOON + timedelta(seconds=30),
    probe_until=NOON + timedelta(seconds=60),
)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


@pytest.fixture(params=["shared", "process"])
def store(request: pytest.FixtureRequest, fleet: Fleet) -> HealthStore:
    makers: dict[str, Callable[[], HealthStore]] = {
        "shared": lambda: SharedHealth(fleet.dynamodb, "connections"),
        "process": ProcessHealth,
    }
    return makers[request.param]()


def test_a_company_that_never_failed_is_well(store: HealthStore) -> None:
    assert store.read("Acme") == Health()


def test_all_that_is_known_of_a_company_is_kept(store: HealthStore) -> None:
    assert store.change("Acme", Health(), ILL)
    assert store.read("Acme") == ILL
    assert store.read("Other") == Health()


def test_a_change_of_what_somebody_else_changed_is_refused(store: HealthStore) -> None:
    store.change("Acme", Health(), ILL)
    assert not store.change("Acme", Health(), Health(limited_in_a_row=1))
    assert store.read("Acme") == ILL


def test_a_company_that_got_well_can_fall_ill_again(store: HealthStore) -> None:
    store.change("Acme", Health(), ILL)
    assert store.change("Acme", ILL, Health())
    assert store.change("Acme", Health(), ILL)


def test_workers_of_the_whole_fleet_pause_together_and_send_one_probe(fleet: Fleet) -> None:
    def gate() -> CompanyGate:
        kept = SharedHealth(fleet.dynamodb, "connections")
        return CompanyGate("Acme", kept, clock=fleet.clock, uniform=lambda low, _: low)

    for _ in range(REACTION.failures_in_a_row):
        gate().leave(OutcomeUnknownError("lost"))
    with pytest.raises(RateLimitedError):
        gate().enter()

    fleet.clock.pass_time(REACTION.open_seconds)
    gate().enter()
    with pytest.raises(RateLimitedError):
        gate().enter()
    gate().leave(None)
    gate().enter()


def test_a_table_that_is_not_there_stops_calls_before_they_leave(fleet: Fleet) -> None:
    kept = SharedHealth(fleet.dynamodb, "no-such-table")
    with pytest.raises(ConnectionStoreError):
        kept.read("Acme")
    with pytest.raises(NotSentError):
        kept.change("Acme", Health(), ILL)


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: HealthStore) -> None:
        self.store = store
        self.reads = 0
        self.writes = 0

    def read(self, company: str) -> Health:
        self.reads += 1
        return self.store.read(company)

    def change(self, company: str, before: Health, after: Health) -> bool:
        self.writes += 1
        return self.store.change(company, before, after)


def remembering(fleet: Fleet, store: HealthStore) -> CompanyGate:
    kept = RememberedHealth(store, monotonic=fleet.monotonic, max_age_seconds=2)
    return CompanyGate("Acme", kept, clock=fleet.clock, uniform=lambda low, _: low)


def test_calls_to_a_company_that_is_well_cost_one_read_every_two_seconds(fleet: Fleet) -> None:
    counting = Counting(SharedHealth(fleet.dynamodb, "connections"))
    gate = remembering(fleet, counting)
    for _ in range(10):
        gate.enter()
        fleet.clock.pass_time(0.3)
        gate.leave(None)
    assert (counting.reads, counting.writes) == (2, 0)


def test_a_pause_that_another_process_noted_is_seen_within_two_seconds(fleet: Fleet) -> None:
    store = ProcessHealth()
    mine, other = remembering(fleet, store), remembering(fleet, store)
    mine.enter()
    other.leave(RateLimitedError("slow down", retry_after_seconds=30))

    mine.enter()
    fleet.clock.pass_time(2)
    with pytest.raises(RateLimitedError):
        mine.enter()


def test_what_this_process_noted_it_sees_at_once_whatever_it_remembered(fleet: Fleet) -> None:
    store = ProcessHealth()
    mine, other = remembering(fleet, store), remembering(fleet, store)
    mine.enter()
    other.leave(OutcomeUnknownError("lost"))

    mine.leave(RateLimitedError("slow down", retry_after_seconds=30))

    with pytest.raises(RateLimitedError):
        mine.enter()
    assert store.read("Acme").failed_in_a_row == 1


@pytest.mark.parametrize(
    "error",
    [
        PausedError("held back", retry_after_seconds=1),
        ConnectionStoreError("DynamoDB is away"),
        ConnectionBusyError("somebody renews"),
        LeaseRanOutError("too late"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_our_own_trouble_is_not_taken_for_the_companys(error: IntacctError) -> None:
    store = ProcessHealth()
    gate = CompanyGate("Acme", store, clock=lambda: NOON, uniform=lambda low, _: low)
    for _ in range(2 * REACTION.failures_in_a_row):
        gate.leave(error)
    assert store.read("Acme") == Health()
    gate.enter()
