"""A REST client over a scripted server, and the requests that the server saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from intacct.rest.client import CallKind, RestClient, uncounted
from intacct.transport import allowed_transport, http_client

BASE = "https://api.intacct.com/ia/api/v1"


class FakeTokens:
    """Hands out token-1, and the next number for each one that is refused."""

    def __init__(self) -> None:
        self.number = 1
        self.rejected: list[str] = []

    def current(self) -> str:
        return f"token-{self.number}"

    def renewed(self, *, rejected: str) -> str:
        self.rejected.append(rejected)
        self.number += 1
        return self.current()


class Server:
    """Answers requests in turn, the last answer for ever; an exception is raised instead."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.authorizations: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.authorizations.append(request.headers.get("Authorization", ""))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests if request.content]


def client(
    handler: Callable[[httpx.Request], httpx.Response],
    *,
    tokens: FakeTokens | None = None,
    monotonic: Callable[[], float] = lambda: 0.0,
    count: Callable[[CallKind], None] = uncounted,
) -> RestClient:
    http = http_client(allowed_transport(BASE, inner=httpx.MockTransport(handler)))
    return RestClient(http, BASE, tokens or FakeTokens(), monotonic=monotonic, count=count)


def created(key: str = "417", **more: Any) -> httpx.Response:
    return envelope({"key": key, "id": key, "href": f"/objects/x/{key}", **more}, status=201)


def envelope(result: Any, *, status: int = 200, **meta: Any) -> httpx.Response:
    return httpx.Response(status, json={"ia::result": result, "ia::meta": meta})


def page(rows: Sequence[Mapping[str, Any]]) -> httpx.Response:
    return envelope([dict(row) for row in rows], totalCount=len(rows))


def refusal(
    status: int,
    *details: Mapping[str, Any],
    code: str = "operationFailed",
    error_id: str = "REST-7001",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    error = {
        "code": code,
        "errorId": error_id,
        "message": "POST request was unsuccessful",
        "supportId": "Abc1%7Exyz",
        "details": [dict(detail) for detail in details],
    }
    body = {"ia::result": {"ia::error": error}, "ia::meta": {"totalCount": 1, "totalError": 1}}
    return httpx.Response(status, json=body, headers=dict(headers or {}))
