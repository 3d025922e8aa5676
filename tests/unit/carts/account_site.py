"""A site on a wire of ours that answers as scripted, and what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from carts.accounts import Account, AccountAddress
from carts.adapter import StoreAccess

Json = dict[str, Any]
LONDON = AccountAddress("12 St James's Sq", "Flat 2", "London", "LND", "SW1Y 4LB", "GB")
JANE = Account(
    first_name="Jane",
    last_name="Roe",
    company="Roe Ltd",
    email="jane@example.com",
    phone="+442012345678",
    address=LONDON,
)


class Site:
    """A cart that answers by method and path; `faults` are its next answers, or errors, instead.

    What it answers is lost on the way as long as `loses` says so.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Any] = {}
        self.calls: list[tuple[str, str, Any]] = []
        self.faults: list[httpx.Response | httpx.TransportError | None] = []
        self.loses: Callable[[], bool] = lambda: False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.calls.append((request.method, request.url.path, body))
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, httpx.TransportError):
            raise fault
        if fault is not None:
            return fault
        path = request.url.path
        found = self.answers.get((request.method, path), httpx.Response(404, json={}))
        answer = found(body) if callable(found) else found
        if self.loses():
            message = "gone"
            raise httpx.ReadTimeout(message)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def written(self) -> list[Any]:
        return [body for method, _, body in self.calls if method in ("PUT", "POST")]


def access(token: str, base_url: str, domain: str = "") -> StoreAccess:
    return StoreAccess("shop", domain, base_url, token)


def options(site: Site) -> Json:
    return {"transport": httpx.MockTransport(site), "sleep": lambda _: None}


# Shopify

GRAPH = "/admin/api/2026-01/graphql.json"
