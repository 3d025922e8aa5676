"""What a call needs before it leaves, and what an invocation leaves behind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from intacct.errors import IntacctError, PausedError, RateLimitedError
from intacct.gate import CompanyGate, ProcessHealth
from shared.bootstrap import aws, connections, gates, invocations, reporting
from shared.connections.gates import TenantGate
from shared.connections.seats import Seats
from tests.unit.connections.support import Fleet
from tests.unit.connections.test_keeping import tenant

TEN_SECONDS = SimpleNamespace(get_remaining_time_in_millis=lambda: 10_000)


class Log:
    """What was logged and counted."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []
        self.metrics: dict[str, int] = {}

    def info(self, text: str, **facts: Any) -> None:
        self.lines.append((text, facts))

    warning = info

    def add_metric(self, *, name: str, unit: str, value: int) -> None:
        assert unit == "Count"
        self.metrics[name] = self.metrics.get(name, 0) + value


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "STAGE": "test",
        "CONNECTIONS_TABLE": "connections",
        "CONNECTIONS_KEY_ID": "key",
        "INTACCT_REST_URL": "http://127.0.0.1:9/rest",
        "INTACCT_OAUTH_URL": "http://127.0.0.1:9/oauth2/token",
        "INTACCT_XML_URL": "http://127.0.0.1:9/xml",
        "INTACCT_SECRET_PREFIX": "cartledger/test/intacct/",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        made = Fleet()
        monkeypatch.setattr(aws, "dynamodb", lambda: made.dynamodb)
        _forget()
        yield made
    _forget()


def _forget() -> None:
    gates.forget()
    connections.forget()
    connections.calls.cache_clear()


def of_tier(tier: str, **members: Any) -> Any:
    intacct = {"company_id": "acme-imp", "user_id": "ws", "tier": tier, **members}
    return tenant("acme", intacct=intacct)


def kept(fleet: Fleet) -> set[str]:
    return {item["pk"]["S"] for item in fleet.dynamodb.scan(TableName="connections")["Items"]}


def work(log: Log, **members: Any) -> Any:
    known: Any = log
    context: Any = TEN_SECONDS
    return reporting.sage_at_work(context, known, known, **members)


def test_a_call_that_came_over_a_lane_writes_nothing(fleet: Fleet) -> None:
    log = Log()
    with work(log, holds_lane=True):
        gate = gates.gate_of(of_tier("1"))
        gate.enter()
        gate.leave(None)
    assert kept(fleet) == set()
    assert log.lines == []


def test_a_call_beside_the_lanes_holds_a_seat_until_its_invocation_ends(fleet: Fleet) -> None:
    log = Log()
    with work(log):
        gates.gate_of(of_tier("1")).enter()
        (item,) = fleet.dynamodb.scan(TableName="connections")["Items"]
        assert item["pk"] == {"S": "SEATS#acme-imp"}
        assert [name for name in item if name.startswith("owner_")] != []
    (item,) = fleet.dynamodb.scan(TableName="connections")["Items"]
    assert set(item) == {"pk", "sk"}


def test_only_the_profile_of_an_application_has_a_rate(fleet: Fleet) -> None:
    log = Log()
    with work(log, holds_lane=True):
        for tier in ("1", "2", "3", "4"):
            gates.gate_of(of_tier(tier)).enter()
        assert kept(fleet) == set()
        gates.gate_of(of_tier("application")).enter()
    assert kept(fleet) == {"RATE#APP"}


def test_companies_of_one_profile_share_its_rate_and_both_protocols_a_pause(fleet: Fleet) -> None:
    with work(Log(), holds_lane=True):
        of_rest, of_xml = (gates.gate_of(of_tier("1")) for _ in range(2))
        of_rest.leave(RateLimitedError("slow down", retry_after_seconds=30))
        with pytest.raises(PausedError):
            of_xml.enter()
    assert kept(fleet) == {"HEALTH#acme-imp"}


def test_a_company_that_pauses_costs_neither_seat_nor_slot(fleet: Fleet) -> None:
    health = CompanyGate("Acme", ProcessHealth(), clock=fleet.clock, uniform=lambda low, _: low)
    seats = Seats(fleet.dynamodb, "connections", "Acme", count=1, around=fleet.around())
    waited: list[str] = []
    gate = TenantGate(
        health,
        seats=seats,
        wait_for_slot=lambda: waited.append("slot"),
        holds_lane=lambda: False,
    )
    gate.leave(RateLimitedError("slow down", retry_after_seconds=30))

    with pytest.raises(PausedError):
        gate.enter()

    assert (kept(fleet), waited) == (set(), [])
    fleet.clock.pass_time(31)
    gate.enter()
    assert waited == ["slot"]


@pytest.mark.usefixtures("fleet")
def test_an_invocation_is_known_while_it_runs_and_forgotten_when_it_breaks_off() -> None:
    seen: list[tuple[float, bool]] = []

    def break_off() -> None:
        with work(Log(), holds_lane=True):
            seen.append((invocations.seconds_left(), invocations.holds_lane()))
            message = "a defect"
            raise IntacctError(message)

    with pytest.raises(IntacctError):
        break_off()
    ((left, was_lane),) = seen
    assert 9 < left <= 10
    assert was_lane
    assert invocations.seconds_left() == math.inf
    assert not invocations.holds_lane()


def test_what_was_called_is_logged_counted_and_added_in_one_write_for_each_tenant(
    fleet: Fleet,
) -> None:
    log, writes = Log(), []
    inner = fleet.dynamodb.update_item

    def counting(**request: Any) -> Any:
        writes.append(request["Key"]["pk"]["S"])
        return inner(**request)

    fleet.dynamodb = SimpleNamespace(update_item=counting)
    with work(log, holds_lane=True):
        count = connections.calls().for_tenant("acme")
        for kind in ("rest_read", "rest_write", "rest_write"):
            count(kind)
        connections.calls().add("acme", "transactions", 12)
        connections.calls().add("other", "xml", 1)

    assert sorted(writes) == ["CALLS#acme", "CALLS#other"]
    assert log.metrics == {"SageCalls": 4, "SageTransactions": 12}
    assert {text for text, _ in log.lines} == {"sage intacct called"}


def test_what_could_not_be_added_is_added_by_the_next_invocation(fleet: Fleet) -> None:
    working, log = fleet.dynamodb, Log()
    connections.calls().add("acme", "xml", 3)
    fleet.dynamodb.delete_table(TableName="connections")
    with work(log, holds_lane=True):
        pass
    assert "calls not counted" in [text for text, _ in log.lines]
    assert working is fleet.dynamodb
    assert connections.calls().taken() == {("acme", "xml"): 3}
