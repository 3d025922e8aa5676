"""The company's gate: asked before each request, told what the answer says of the company."""

from __future__ import annotations

import contextlib

import httpx
import pytest

from intacct.errors import (
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
)
from intacct.xml.elements import element
from intacct.xml.envelope import Function
from tests.unit.intacct.xml.answers import answered, done, error, failed, refused, shut_out
from tests.unit.intacct.xml.scripted import Rig

EXPIRED = shut_out(error("XL03000006", "Invalid session session-1.. "))
WRITE = Function("f-1", element("create"))


class Doorkeeper:
    """Lets everyone in until it is shut, and remembers how they left."""

    def __init__(self, *, is_shut: bool = False) -> None:
        self.is_shut = is_shut
        self.left: list[type[IntacctError] | None] = []

    def enter(self) -> None:
        if self.is_shut:
            message = "the company pauses"
            raise RateLimitedError(message, retry_after_seconds=30)

    def leave(self, error: IntacctError | None) -> None:
        self.left.append(None if error is None else type(error))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (answered(done("f-1", key="1")), None),
        (answered(failed("f-1", error("BL34000061", "exists"))), None),
        (answered(failed("f-1", error("X", "API rate limit exceeded"))), RateLimitedError),
        (refused(error("GW-0010", "slow down")), RateLimitedError),
        (refused(error("X", "The Service is Temporarily Off-line")), NotSentError),
        (refused(error("GW-0003", "trouble")), OutcomeUnknownError),
        (refused(error("XL03000003", "schema")), None),
        (httpx.Response(429, content=b"slow"), RateLimitedError),
        (httpx.Response(503, content=b"<html>busy</html>"), OutcomeUnknownError),
        (httpx.ReadTimeout("x"), OutcomeUnknownError),
        (httpx.ConnectError("x"), NotSentError),
    ],
)
def test_the_gate_learns_what_an_answer_says_of_the_company(
    answer: bytes | httpx.Response | Exception, told: type[IntacctError] | None
) -> None:
    gate = Doorkeeper()
    rig = Rig(answer, gate=gate)

    with contextlib.suppress(IntacctError):
        rig.gateway.execute([WRITE], is_write=True)

    assert gate.left == [told]


def test_an_ended_session_is_no_trouble_of_the_company() -> None:
    gate = Doorkeeper()
    rig = Rig(EXPIRED, answered(done("f-1", key="1")), gate=gate)

    rig.gateway.execute_one(WRITE, is_write=True)

    assert gate.left == [None, None]


def test_behind_a_shut_gate_nothing_is_sent() -> None:
    rig = Rig(gate=Doorkeeper(is_shut=True))

    with pytest.raises(RateLimitedError):
        rig.gateway.execute_one(WRITE, is_write=True)
    with pytest.raises(RateLimitedError):
        list(rig.gateway.stream(Function("read", element("query"))))

    assert rig.requests == []


def test_a_stream_is_told_about_once_when_it_ends_or_breaks() -> None:
    gate = Doorkeeper()
    rows = '<data listtype="X" count="1"><X><RECORDNO>1</RECORDNO></X></data>'
    whole = answered(done("read", data=rows, function="query"))
    rig = Rig(whole, whole[:-20], gate=gate)
    read = Function("read", element("query"))

    list(rig.gateway.stream(read))
    with pytest.raises(NotSentError):
        list(rig.gateway.stream(read))

    assert gate.left == [None, NotSentError]
