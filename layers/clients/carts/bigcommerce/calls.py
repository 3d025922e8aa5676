"""Calls of one BigCommerce store, within what it allows in its window of calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from carts.adapter import CartApiError
from carts.allowance import Allowance
from carts.json_api import Answer, JsonApi

MOST_PAGES = 1000

_LEFT, _RESET = "X-Rate-Limit-Requests-Left", "X-Rate-Limit-Time-Reset-Ms"


class Calls:
    """One store's API; who has spent the last call of a window waits for the next."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`http` carries base address and token; `monotonic` tells seconds."""
        self._api = JsonApi(http, sleep=sleep)
        self._allowance = Allowance("call", sleep=sleep, now=monotonic)

    def ask(self, path: str, params: Mapping[str, str]) -> Any:
        """The document at `path`; None where BigCommerce answers that there is none.

        Raises:
            CartApiError: as `JsonApi.get`, or the next call is granted too late to wait for.
        """
        self._allowance.take()
        return self._learned(self._api.get(path, params))

    def send(self, method: str, path: str, document: Any) -> Any:
        """Write `document` at `path`: absolute values only.

        Raises:
            CartApiError: as `ask`.
        """
        self._allowance.take()
        return self._learned(self._api.send(method, path, document))

    def _learned(self, answer: Answer) -> Any:
        reset = answer.headers.get(_RESET, "")
        seconds = int(reset) / 1000 if reset.isascii() and reset.isdigit() else None
        self._allowance.learn(answer.headers.get(_LEFT, ""), seconds)
        return answer.document


def entries(value: Any) -> list[dict[str, Any]]:
    """A list of objects.

    Raises:
        CartApiError: it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise another_shape()
    return value


def data_of(document: Any) -> list[dict[str, Any]]:
    """The entries of an answer of V3; none where it has no document.

    Raises:
        CartApiError: it has another shape than documented.
    """
    if document is None:
        return []
    if not isinstance(document, dict):
        raise another_shape()
    return entries(document.get("data"))


def pagination(document: Any, name: str) -> int | None:
    """A count of an answer of V3, as `total_pages`; None where it does not tell it."""
    meta = document.get("meta") if isinstance(document, dict) else None
    told = meta.get("pagination") if isinstance(meta, dict) else None
    count = told.get(name) if isinstance(told, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def another_shape() -> CartApiError:
    """BigCommerce's answer cannot be what it says it is."""
    message = "BigCommerce's answer has another shape than documented"
    return CartApiError(message, is_lasting=True)
