"""A simulated company with a frozen clock, and a REST client of it without a port."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from local.intacct_simulator.clock import Clock
from local.intacct_simulator.company import Company
from local.intacct_simulator.server import Simulator, build
from tests.unit.simulator.in_process import InProcess
from tests.unit.simulator.rest_desk import Rest

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def company() -> Company:
    clock = Clock()
    clock.set(NOON, freeze=True)
    return Company(clock=clock)


@pytest.fixture
def simulator(company: Company) -> Simulator:
    return build(company)


@pytest.fixture
def client(simulator: Simulator) -> Iterator[httpx.Client]:
    with httpx.Client(transport=InProcess(simulator), base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture
def rest(client: httpx.Client, company: Company) -> Rest:
    return Rest(client, company.credentials)
