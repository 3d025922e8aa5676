"""A company that asks for a pause gets one from every lane; one that fails is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
)
from intacct.gate import CompanyGate, ProcessHealth
from intacct.health import REACTION, Health, seconds_to_wait
from intacct.rest.client import CallKind, RestClient
from intacct.transport import allowed_transport, http_client
from tests.unit.intacct.rest.support import BASE, FakeTokens, Server, created, refusal

LOST = OutcomeUnknownError("lost")
UNREACHABLE = NotSentError("unreachable")


class Fleet:
    """Workers of one company behind one store, and a clock that the test moves."""

    def __init__(self, jitter: float = 0.0) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.store = ProcessHealth()
        self.jitter = jitter

    def gate(self) -> CompanyGate:
        return CompanyGate(
            "Acme",
            self.store,
            clock=lambda: self.now,
            uniform=lambda low, high: low + self.jitter * (high - low),
        )

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def waits(self) -> float:
        return seconds_to_wait(self.store.read("Acme"), self.now)

    def call(self, error: IntacctError | None = None) -> bool:
        """Whether a call could leave; it ends as told."""
        gate = self.gate()
        try:
            gate.enter()
        except RateLimitedError:
            return False
        gate.leave(error)
        return True


def limited(seconds: float = 2.0, status: int = 429) -> RateLimitedError:
    return RateLimitedError("slow down", retry_after_seconds=seconds, status=status)


def test_a_wish_for_a_pause_stops_every_lane_and_says_how_long() -> None:
    fleet = Fleet()
    fleet.call(limited(30))

    with pytest.raises(RateLimitedError) as paused:
        fleet.gate().enter()

    assert paused.value.retry_after_seconds == 30
    fleet.pass_time(30)
    assert fleet.call()


def test_pauses_grow_while_the_company_keeps_asking_and_start_over_after_an_answer() -> None:
    fleet = Fleet(jitter=1.0)
    waits = []
    for _ in range(9):
        assert fleet.call(limited(0))
        waits.append(fleet.waits())
        fleet.pass_time(waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    fleet.call()
    fleet.call(limited(0))
    assert fleet.waits() == 1


def test_a_shorter_wish_never_ends_a_longer_pause() -> None:
    fleet = Fleet()
    first, second = fleet.gate(), fleet.gate()
    first.enter()
    second.enter()
    first.leave(limited(60))
    second.leave(limited(5))
    assert fleet.waits() == 60


def test_five_failures_in_a_row_open_the_breaker_for_half_a_minute() -> None:
    fleet = Fleet()
    for _ in range(4):
        assert fleet.call(LOST)
    assert fleet.waits() == 0
    assert fleet.call(UNREACHABLE)
    assert fleet.waits() == REACTION.open_seconds
    assert not fleet.call()


def test_an_answer_in_between_starts_the_count_again() -> None:
    fleet = Fleet()
    for _ in range(5):
        for _ in range(2):
            fleet.call(LOST)
        for _ in range(3):
            fleet.call()
    assert fleet.waits() == 0


def test_more_than_half_of_twenty_failing_opens_it_too() -> None:
    fleet = Fleet()
    pattern = [LOST, LOST, None, LOST, LOST, None]
    for number in range(19):
        assert fleet.call(pattern[number % len(pattern)])
    assert not fleet.store.read("Acme").is_open
    fleet.call(LOST)
    assert fleet.store.read("Acme").is_open


def test_one_probe_goes_through_and_its_answer_closes_the_breaker() -> None:
    fleet = Fleet()
    for _ in range(5):
        fleet.call(LOST)
    fleet.pass_time(REACTION.open_seconds)

    probe = fleet.gate()
    probe.enter()
    assert not fleet.call()
    probe.leave(None)

    assert fleet.store.read("Acme") == Health()
    assert fleet.call()


def test_a_probe_that_fails_opens_it_again() -> None:
    fleet = Fleet()
    for _ in range(5):
        fleet.call(LOST)
    fleet.pass_time(REACTION.open_seconds)
    assert fleet.call(UNREACHABLE)
    assert fleet.waits() == REACTION.open_seconds


def test_a_probe_that_died_is_followed_by_another() -> None:
    fleet = Fleet()
    for _ in range(5):
        fleet.call(LOST)
    fleet.pass_time(REACTION.open_seconds)
    fleet.gate().enter()
    fleet.pass_time(REACTION.probe_seconds)
    assert fleet.call()


def test_an_answer_that_was_under_way_closes_nothing() -> None:
    fleet = Fleet()
    late = fleet.gate()
    late.enter()
    for _ in range(5):
        fleet.call(LOST)
    late.leave(None)
    assert not fleet.call()


@pytest.mark.parametrize(
    "error",
    [
        RejectedError("no"),
        DuplicateDocumentError("there"),
        PermissionDeniedError("role"),
        CredentialsError("login"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_refusals_are_answers_however_many_come(error: IntacctError) -> None:
    fleet = Fleet()
    for _ in range(50):
        assert fleet.call(error)
    assert fleet.store.read("Acme") == Health()


def test_an_overload_pauses_and_counts_as_a_failure() -> None:
    fleet = Fleet()
    for _ in range(5):
        assert fleet.call(limited(1, status=503))
        fleet.pass_time(1)
    assert fleet.store.read("Acme").is_open


def test_companies_do_not_pause_for_each_other() -> None:
    fleet = Fleet()
    fleet.call(limited(60))
    other = CompanyGate("Other", fleet.store, clock=lambda: fleet.now, uniform=lambda low, _: low)
    other.enter()


class RacedStore(ProcessHealth):
    """Somebody else always writes first."""

    def change(self, company: str, before: Health, after: Health) -> bool:
        del company, before, after
        return False


def test_a_raced_store_costs_a_note_and_never_a_call() -> None:
    fleet = Fleet()
    fleet.store = RacedStore()
    gate = fleet.gate()
    gate.enter()
    gate.leave(limited(60))
    assert fleet.call()


class BrokenStore(ProcessHealth):
    """Cannot be used for a while."""

    def read(self, company: str) -> Health:
        message = f"the health of {company} cannot be read"
        raise NotSentError(message)


def test_a_store_that_fails_never_makes_an_answered_write_look_unsent() -> None:
    fleet = Fleet()
    gate = fleet.gate()
    gate.enter()
    fleet.store = BrokenStore()
    broken = fleet.gate()
    broken.leave(None)
    with pytest.raises(NotSentError):
        broken.enter()


def test_whoever_loses_the_race_for_the_probe_waits() -> None:
    fleet = Fleet()
    for _ in range(5):
        fleet.call(LOST)
    fleet.pass_time(REACTION.open_seconds)
    raced = RacedStore()
    ProcessHealth.change(raced, "Acme", Health(), fleet.store.read("Acme"))
    fleet.store = raced
    assert not fleet.call()


ENDS = st.sampled_from(
    [None, None, LOST, UNREACHABLE, limited(3), limited(1, 503), RejectedError("")]
)


@given(history=st.lists(st.tuples(ENDS, st.floats(0, 90)), max_size=60), jitter=st.floats(0, 1))
def test_however_it_goes_a_company_that_answers_again_is_served_again(
    history: list[tuple[IntacctError | None, float]], jitter: float
) -> None:
    fleet = Fleet(jitter)
    for error, seconds in history:
        fleet.call(error)
        assert fleet.waits() <= REACTION.longest_seconds
        fleet.pass_time(seconds)
    fleet.pass_time(REACTION.longest_seconds)
    assert fleet.call()
    assert fleet.call()
    assert fleet.store.read("Acme").open_until is None


def rest(server: Server, fleet: Fleet, counted: list[CallKind]) -> RestClient:
    http = http_client(allowed_transport(BASE, inner=httpx.MockTransport(server)))
    return RestClient(
        http,
        BASE,
        FakeTokens(),
        monotonic=lambda: 0.0,
        count=counted.append,
        gate=fleet.gate(),
    )


def test_the_client_sends_nothing_and_counts_nothing_while_the_company_pauses() -> None:
    fleet, counted = Fleet(), list[CallKind]()
    throttled = refusal(429, code="GW-0010", error_id="", headers={"Retry-After": "9"})
    server = Server(throttled, created())
    client = rest(server, fleet, counted)

    with pytest.raises(RateLimitedError):
        client.post("/objects/x/y", {"a": 1}, idempotency_key="k")
    with pytest.raises(RateLimitedError) as paused:
        client.get("/objects/x/y/1")
    (row,) = client.post_rows("/objects/x/y", [{"a": 1}], idempotency_key="k")

    assert paused.value.retry_after_seconds == 9
    assert isinstance(row, RateLimitedError)
    assert len(server.requests) == len(counted) == 1
    fleet.pass_time(9)
    assert client.post("/objects/x/y", {"a": 1}, idempotency_key="k").reference()["key"] == "417"


def test_the_client_tells_the_gate_of_answers_lost_on_the_wire() -> None:
    fleet = Fleet()
    client = rest(Server(httpx.ReadTimeout("x")), fleet, [])
    for _ in range(5):
        with pytest.raises(OutcomeUnknownError):
            client.post("/objects/x/y", {"a": 1}, idempotency_key="k")
    with pytest.raises(RateLimitedError):
        client.post("/objects/x/y", {"a": 1}, idempotency_key="k")
