"""Calls of one seller's Selling Partner API, each at the pace of its operation (§7.1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from carts.adapter import CartApiError
from carts.answers import another_shape
from carts.json_api import Answer, JsonApi
from carts.pace import Pace

MOST_PAGES = 1000

_PACES = {
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "listTransactions": (0.5, 10),
    "listFinancialEventGroups": (0.5, 30),
    "searchListingsItems": (5.0, 5),
    "patchListingsItem": (5.0, 5),
    "getInventorySummaries": (2.0, 2),
}
"""Calls a second and at once, as Amazon grants them unless an answer states another rate."""

Json = dict[str, Any]


class Calls:
    """One seller's API."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`http` carries base address and token; `monotonic` tells seconds."""
        self._api = JsonApi(http, sleep=sleep)
        self._paces = {
            name: Pace(name, per_second=rate, burst=burst, sleep=sleep, now=monotonic)
            for name, (rate, burst) in _PACES.items()
        }

    def ask(self, name: str, path: str, params: Mapping[str, str]) -> Json:
        """The document at `path`; `name` is the operation.

        Raises:
            CartApiError: as `JsonApi.get`, or the pace grants the call too late to wait for.
        """
        return self._told(name, lambda: self._api.get(path, params))

    def patch(self, name: str, path: str, document: Any, params: Mapping[str, str]) -> Json:
        """Write absolute values.

        Raises:
            CartApiError: as `ask`.
        """
        return self._told(name, lambda: self._api.send("PATCH", path, document, params))

    def _told(self, name: str, call: Callable[[], Answer]) -> Json:
        """An answer at the pace of its operation; the pace that Amazon states takes over."""
        pace = self._paces[name]
        pace.take()
        answer = call()
        pace.learn(answer.headers.get("x-amzn-RateLimit-Limit", ""))
        if not isinstance(answer.document, dict):
            raise another_shape()
        return answer.document


def next_token(holder: Any, token: str) -> str:
    """The token of the page that follows; empty on the last one.

    Raises:
        CartApiError: it is no text, or the one that was asked with.
    """
    found = holder.get("nextToken") if isinstance(holder, dict) else None
    if found is None or found == "":
        return ""
    if not isinstance(found, str) or found == token:
        raise another_shape()
    return found


def too_many_pages() -> CartApiError:
    """More pages than anybody can read."""
    message = f"more than {MOST_PAGES} pages in one list"
    return CartApiError(message, is_lasting=True)
