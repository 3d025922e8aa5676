"""A request never outlasts the invocation that waits for it."""

from __future__ import annotations

import math

import httpx
import pytest

from intacct.deadlines import DeadlineTransport
from intacct.errors import PausedError
from intacct.rest.client import RestClient
from intacct.transport import http_client
from tests.unit.intacct.rest.support import BASE, FakeTokens


class Wire(httpx.BaseTransport):
    """Answers everything, and keeps the time-outs it was given."""

    def __init__(self) -> None:
        self.timeouts: list[dict[str, float]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.timeouts.append(dict(request.extensions["timeout"]))
        return httpx.Response(200, json={"ia::result": {"key": "1"}, "ia::meta": {}})


def client(wire: Wire, left: float) -> RestClient:
    http = http_client(DeadlineTransport(wire, lambda: left))
    return RestClient(http, BASE, FakeTokens(), monotonic=lambda: 0.0)


@pytest.mark.parametrize(
    ("left", "read", "connect"),
    [(math.inf, 40.0, 5.0), (60, 40.0, 5.0), (13, 10.0, 5.0), (5, 2, 2)],
)
def test_time_outs_end_before_the_invocation_does(left: float, read: float, connect: float) -> None:
    wire = Wire()
    client(wire, left).get("/objects/x/1")
    (timeouts,) = wire.timeouts
    assert (timeouts["read"], timeouts["connect"]) == (read, connect)


@pytest.mark.parametrize("left", [3.5, 0.0, -10.0])
def test_a_write_for_which_no_time_is_left_is_not_sent(left: float) -> None:
    wire = Wire()
    with pytest.raises(PausedError):
        client(wire, left).post("/objects/x", {}, idempotency_key="k")
    assert wire.timeouts == []
