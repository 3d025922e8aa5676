"""Calls of one Walmart seller: within what each operation allows, and pages by their cursors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx

from carts.adapter import CartApiError
from carts.allowance import Allowance
from carts.answers import another_shape, as_object
from carts.json_api import Answer, JsonApi

_MOST_PAGES = 1000

Json = dict[str, Any]


class Calls:
    """One seller's API; who has spent the last call of an operation waits for the next."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`http` carries base address and token; `clock` tells when calls come back."""
        self.api = JsonApi(http, sleep=sleep)
        self._clock = clock
        self._sleep = sleep
        self._allowances: dict[str, Allowance] = {}

    def ask(self, name: str, path: str, params: Mapping[str, str]) -> Json:
        """The document at `path`; `name` is the operation, whose allowance is kept by itself.

        Raises:
            CartApiError: as `JsonApi.get`, or the next call is granted too late to wait for.
        """
        return self._told(name, lambda: self.api.get(path, params))

    def put(self, name: str, path: str, document: Any) -> Json:
        """Write absolute values.

        Raises:
            CartApiError: as `ask`.
        """
        return self._told(name, lambda: self.api.send("PUT", path, document))

    def feed(self, kind: str, document: Any) -> Json:
        """Hand in a feed of absolute values; a lost answer hands it in twice, which does no harm.

        Raises:
            CartApiError: as `ask`.
        """
        params = {"feedType": kind}
        return self._told(f"{kind} feed", lambda: self.api.upload("/v3/feeds", params, document))

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[Json]:
        """Pages to the last, where the cursor is a query string that says all there is to say.

        Raises:
            CartApiError: a page could not be read.
        """
        asked = dict(params)
        for _ in range(_MOST_PAGES):
            document = self.ask(path, path, asked)
            yield document
            cursor = cursor_of(document.get("list", document), "meta")
            if not cursor:
                return
            following = dict(parse_qsl(cursor.removeprefix("?"), keep_blank_values=True))
            if not following or following == asked:
                raise another_shape()
            asked = following
        message = f"more than {_MOST_PAGES} pages in one list"
        raise CartApiError(message, is_lasting=True)

    def _told(self, name: str, call: Callable[[], Answer]) -> Json:
        if name not in self._allowances:
            now = self._clock
            self._allowances[name] = Allowance(
                f"{name} call", sleep=self._sleep, now=lambda: now().timestamp()
            )
        allowance = self._allowances[name]
        allowance.take()
        answer = call()
        left = answer.headers.get("x-current-token-count", "")
        allowance.learn(left, self._until(answer.headers.get("x-next-replenishment-time", "")))
        return as_object(answer.document)

    def _until(self, moment: str) -> float | None:
        """The seconds to a moment in epoch milliseconds; None for what is none."""
        if not moment.isascii() or not moment.isdigit():
            return None
        return int(moment) / 1000 - self._clock().timestamp()


def cursor_of(holder: Any, member: str = "") -> str:
    """What leads to the page that follows; empty on the last one.

    Raises:
        CartApiError: it is no text.
    """
    meta = holder.get(member) if member and isinstance(holder, dict) else holder
    cursor = meta.get("nextCursor") if isinstance(meta, dict) else None
    if cursor is not None and not isinstance(cursor, str):
        raise another_shape()
    return cursor or ""
