"""What large answers cost our clients: XML streamed in flat memory, a REST page without models."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from intacct.rest.client import RestClient
from intacct.rest.query import Query, rows
from intacct.xml.streaming import RowStream

STREAMED = (10_000, 100_000)
PAGE = 2000
MEMORY_RATIO_MAX = 1.05
PAGE_RATIO_MAX = 2.0
_FIELDS = 10
_CHUNK_ROWS = 50
_ROUNDS = 15
_HEAD = (
    b"<?xml version='1.0' encoding='UTF-8'?><response><control><status>success</status></control>"
    b"<operation><authentication><status>success</status></authentication><result><status>success"
    b"</status><function>query</function><controlid>q</controlid><data listtype='CUSTOMER'>"
)
_TAIL = b"</data></result></operation></response>"
_XML_ROW = (
    b"<CUSTOMER>"
    + b"".join(b"<FIELD_%d>value of it</FIELD_%d>" % (one, one) for one in range(_FIELDS))
    + b"</CUSTOMER>"
)
_FIELD_NAMES = tuple(f"field{one}" for one in range(_FIELDS))


@dataclass(frozen=True)
class Streamed:
    """How many rows were read, how long a row took, and the most memory the process ever had."""

    rows: int
    row_us: float
    resident_mib: float


def streamed(count: int) -> Streamed:
    """Read an answer with that many rows as it arrives."""

    def chunks() -> Iterator[bytes]:
        yield _HEAD
        for _ in range(count // _CHUNK_ROWS):
            yield _XML_ROW * _CHUNK_ROWS
        yield _TAIL

    started = time.process_time()
    seen = sum(1 for _ in RowStream(chunks()))
    took = time.process_time() - started
    assert seen == count  # otherwise nothing was measured
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Streamed(count, took * 1_000_000 / count, resident / 1024)


@dataclass(frozen=True)
class PageCost:
    """Milliseconds of a page of rows: ours, and `json.loads` of the same bytes alone."""

    ours_ms: float
    floor_ms: float
    row_type: str

    @property
    def ratio(self) -> float:
        """Our time over the floor's."""
        return self.ours_ms / self.floor_ms


def page() -> PageCost:
    """Read one page of the query service as callers get it."""
    values = dict.fromkeys(_FIELD_NAMES, "value of it")
    body = json.dumps(
        {
            "ia::result": [{"key": f"{one:06}", **values} for one in range(1, PAGE + 1)],
            "ia::meta": {"totalCount": PAGE, "start": 1, "pageSize": PAGE, "next": None},
        }
    ).encode()
    empty = b'{"ia::result": [], "ia::meta": {"totalCount": 0}}'

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=empty if b'"$gt"' in request.content else body)

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1")
    client = RestClient(http, "http://127.0.0.1/v1", _NoTokens(), monotonic=time.monotonic)
    wanted = Query("accounts-receivable/customer", _FIELD_NAMES)
    read: list[dict[str, Any]] = []

    def ours() -> None:
        read[:] = rows(client, wanted, page_size=PAGE)

    cost = PageCost(_best(ours), _best(lambda: json.loads(body)), "")
    assert len(read) == PAGE  # otherwise nothing was measured
    return PageCost(cost.ours_ms, cost.floor_ms, type(read[0]).__name__)


class _NoTokens:
    """A token that no server looks at."""

    def current(self) -> str:
        return "t"

    def renewed(self, *, rejected: str) -> str:
        return rejected


def _best(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time_ns()
        work()
        best = min(best, (time.process_time_ns() - started) / 1_000_000)
    return best
