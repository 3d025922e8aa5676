from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from intacct.errors import NotSentError, RateLimitedError, RejectedError
from intacct.xml.elements import element
from intacct.xml.envelope import Function
from intacct.xml.parsing import MalformedAnswerError
from intacct.xml.streaming import RowStream
from tests.unit.intacct.xml.answers import answered, done, error, failed, shut_out
from tests.unit.intacct.xml.scripted import Rig
from tests.unit.intacct.xml.test_gateway import EXPIRED


def large_answer(rows: int) -> Iterator[bytes]:
    yield b"<response><control><status>success</status></control><operation><result><data>"
    for number in range(rows):
        yield b"<CUSTOMER><RECORDNO>%d</RECORDNO><NAME>n&amp;m</NAME><TERM/></CUSTOMER>" % number
    yield b"</data></result></operation></response>"


def test_rows_come_one_by_one_and_whole() -> None:
    rows = list(RowStream(large_answer(3)))

    assert rows == [{"RECORDNO": str(n), "NAME": "n&m", "TERM": ""} for n in range(3)]


def resident_bytes() -> int:
    """The process's memory now: libxml2's own is invisible to Python's tracing."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to measure")
def test_memory_does_not_grow_with_the_number_of_rows() -> None:
    rows = iter(RowStream(large_answer(100_001)))
    for _warm_up in range(1_000):
        next(rows)
    before = resident_bytes()

    count = 1_000 + sum(1 for _row in itertools.islice(rows, 99_000))
    grown = resident_bytes() - before

    assert count == 100_000
    assert grown < 10 * 1024 * 1024


@pytest.mark.parametrize(
    "chunks",
    [
        [b"<!DOCTYPE response [<!ENTITY a 'b'>]><response>&a;</response>"],
        [b"<html><body/></html>"],
        [b"<response><operation><result><data><A>"],
        [b"<response>", b"<a>" * 70],
        [b""],
    ],
)
def test_a_stream_that_is_unsafe_or_broken_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(MalformedAnswerError):
        list(RowStream(chunks))


DATA = (
    '<data listtype="X" count="2"><X><RECORDNO>1</RECORDNO></X><X><RECORDNO>2</RECORDNO></X></data>'
)
READ = answered(done("read", data=DATA, function="query"))


def read() -> Function:
    return Function("read", element("query"))


def test_what_is_left_of_the_answer_is_its_three_levels() -> None:
    stream = RowStream([READ])

    assert len(list(stream)) == 2
    assert stream.response.is_authenticated
    assert stream.response.results[0].count("count") == 2


def test_an_answer_that_was_not_read_says_nothing() -> None:
    with pytest.raises(MalformedAnswerError):
        _ = RowStream([READ]).response


def test_the_gateway_streams_and_renews_an_expired_session() -> None:
    rig = Rig(EXPIRED, READ)

    rows = list(rig.gateway.stream(read()))

    assert rows == [{"RECORDNO": "1"}, {"RECORDNO": "2"}]
    assert len(rig.sessions.renewals) == 1
    assert [session for session, _expiry in rig.sessions.expiries] == ["session-2"]


def test_a_failed_read_is_no_empty_answer() -> None:
    with pytest.raises(RejectedError):
        list(Rig(answered(failed("read", error("XL03000010", "no field")))).gateway.stream(read()))


def test_a_stream_that_breaks_off_may_be_read_again() -> None:
    for broken in (READ[:-20], b"<html>busy", shut_out()[:40]):
        with pytest.raises(NotSentError):
            list(Rig(broken).gateway.stream(read()))


def test_a_rate_limit_in_front_of_a_stream_is_told() -> None:
    limited = httpx.Response(429, content=b"{}", headers={"Retry-After": "9"})

    with pytest.raises(RateLimitedError) as caught:
        list(Rig(limited).gateway.stream(read()))

    assert caught.value.retry_after_seconds == 9
