"""Faults on demand: what the client sees, and whether the write has happened."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from local.intacct_simulator.company import Company
from local.intacct_simulator.server import Simulator
from tests.unit.simulator.in_process import InProcess
from tests.unit.simulator.rest_desk import BASE, Rest

PATH = "/objects/accounts-receivable/customer"
ADA = {"id": "C-1", "name": "Ada"}


def count(company: Company) -> int:
    return len(company.books.find("customer", id="C-1"))


def test_a_rate_limit_has_the_documented_body_and_headers(company: Company, rest: Rest) -> None:
    company.faults.add(mishap="429", method="POST", path="/objects/", seconds=7)

    answer = rest.send("POST", PATH, ADA, expect=429)

    assert answer.json()["ia::error"]["code"] == "GW-0010"
    assert answer.json()["ia::error"]["details"]["requestId"]
    assert answer.headers["X-IA-Throttle-Limit"] == "6"
    assert answer.headers["X-IA-Throttle-Limit-RetryAfter"] == "7"
    assert count(company) == 0


@pytest.mark.parametrize(
    ("mishap", "status", "written"),
    [("503", 503, 0), ("html", 502, 0), ("500-before", 500, 0), ("500-after", 500, 1)],
)
def test_each_error_tells_nothing_and_the_books_tell_all(
    company: Company, rest: Rest, mishap: str, status: int, written: int
) -> None:
    company.faults.add(mishap=mishap, path="customer")

    rest.send("POST", PATH, ADA, expect=status)

    assert count(company) == written


@pytest.mark.parametrize(("mishap", "written"), [("drop-before", 0), ("drop-after", 1)])
def test_a_dropped_connection_is_no_answer(
    company: Company, rest: Rest, mishap: str, written: int
) -> None:
    rest.sign_in()
    company.faults.add(mishap=mishap, path="customer")

    with pytest.raises(ConnectionResetError):
        rest.send("POST", PATH, ADA)

    assert count(company) == written


@pytest.mark.parametrize("mishap", ["429", "503", "500-before"])
def test_each_refusal_of_the_gateway_has_a_support_id(
    company: Company, rest: Rest, mishap: str
) -> None:
    company.faults.add(mishap=mishap, path="customer")

    assert rest.send("GET", PATH).json()["ia::error"]["supportId"]


def test_an_answer_tells_how_many_requests_may_run_at_once(company: Company, rest: Rest) -> None:
    company.switches.concurrency = 6

    headers = rest.send("GET", PATH, expect=200).headers

    assert headers["X-IA-Throttle-Limit"] == "6"
    assert headers["X-IA-TENANT-Throttle-Limit"] == "LIMIT001-6"
    assert headers["X-IA-TENANT-Throttle-Limit-Remaining"] == "5"


def test_a_lost_answer_is_replayed_under_the_same_key(company: Company, rest: Rest) -> None:
    company.faults.add(mishap="500-after", path="customer", nth=1)

    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=500)
    again = rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    assert "x-ia-idempotency-cached-date" in again.headers
    assert count(company) == 1


def test_a_refusal_by_the_gateway_stores_nothing_under_the_key(
    company: Company, rest: Rest
) -> None:
    company.faults.add(mishap="503", path="customer", times=1)

    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=503)
    again = rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    assert "x-ia-idempotency-cached-date" not in again.headers


def test_a_rule_strikes_at_the_nth_match_only(company: Company, rest: Rest) -> None:
    company.faults.add(mishap="503", path="customer", nth=2)

    statuses = [rest.send("GET", PATH).status_code for _ in range(3)]

    assert statuses == [200, 503, 200]


def test_a_probability_is_repeatable_by_its_seed(company: Company, rest: Rest) -> None:
    company.faults.add(mishap="503", path="customer", probability=0.5)
    runs = []
    for _ in range(2):
        company.faults.reseed(7)
        runs.append([rest.send("GET", PATH).status_code for _ in range(12)])

    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


def test_a_token_expires_in_mid_run(company: Company, rest: Rest) -> None:
    rest.send("GET", PATH, expect=200)
    company.faults.add(mishap="expire", path="customer", times=1)

    refused = rest.send("GET", PATH)
    rest.sign_in()

    assert refused.status_code == 400
    rest.send("GET", PATH, expect=200)


def test_while_a_request_runs_its_key_is_locked(
    company: Company, simulator: Simulator, rest: Rest
) -> None:
    rest.sign_in()
    company.faults.add(mishap="slow", path="customer", seconds=0.2, times=1)
    headers = {"Authorization": f"Bearer {rest.token}", "Idempotency-Key": "k-1"}
    request = httpx.Request("POST", f"http://127.0.0.1{BASE}{PATH}", json=ADA, headers=headers)
    wire = InProcess(simulator)

    async def both() -> list[int]:
        answers = await asyncio.gather(wire.exchange(request), wire.exchange(request))
        return [answer.status_code for answer in answers]

    statuses = asyncio.run(both())
    wire.close()

    assert statuses == [201, 409]
    assert count(company) == 1


def test_more_requests_at_once_than_allowed_are_turned_away(
    company: Company, simulator: Simulator, rest: Rest
) -> None:
    rest.sign_in()
    company.switches.concurrency = 2
    company.switches.latency_seconds = 0.1
    headers = {"Authorization": f"Bearer {rest.token}"}
    request = httpx.Request("GET", f"http://127.0.0.1{BASE}{PATH}", headers=headers)
    wire = InProcess(simulator)

    async def three() -> list[int]:
        answers = await asyncio.gather(*(wire.exchange(request) for _ in range(3)))
        return sorted(answer.status_code for answer in answers)

    statuses = asyncio.run(three())
    wire.close()

    assert statuses == [200, 200, 429]


def test_a_rule_that_makes_no_sense_is_refused(client: httpx.Client) -> None:
    for wrong in ({"mishap": "explode"}, {"mishap": "503", "path": "("}, {"mishap": "503", "a": 1}):
        assert client.post("/_sim/faults", json=wrong).status_code == 400
    assert client.get("/_sim/faults").json()["rules"] == []


def test_a_defect_of_the_simulator_looks_like_a_failing_server(
    company: Company, rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest.sign_in()

    def broken(*_: object, **__: object) -> None:
        message = "a defect"
        raise RuntimeError(message)

    monkeypatch.setattr(company.books, "create", broken)

    answer = rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=500)
    monkeypatch.undo()
    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    assert answer.json()["ia::error"]["code"] == "GW-0001"
