"""No request outlasts the process that waits for it: its time-outs end before the deadline does."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from intacct.errors import PausedError

# What is left of an invocation after the answer: its verdict must still be written down.
_BOOKKEEPING_SECONDS = 3.0
_SHORTEST_SECONDS = 1.0


class DeadlineTransport(httpx.BaseTransport):
    """Shortens each request's time-outs to what is left, and sends nothing when that is too little.

    A function that is stopped while it waits does not learn what became of a write: the document is
    in doubt then, which costs a look-up, and its batch comes again.
    """

    def __init__(self, inner: httpx.BaseTransport, seconds_left: Callable[[], float]) -> None:
        """`seconds_left` is what this process may still run; infinite where nobody ends it."""
        self._inner = inner
        self._seconds_left = seconds_left

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request within the time that is left.

        Raises:
            PausedError: there is none; nothing was sent.
        """
        left = self._seconds_left() - _BOOKKEEPING_SECONDS
        if left < _SHORTEST_SECONDS:
            message = "too little time is left for a request"
            raise PausedError(message, retry_after_seconds=0.0)
        known = request.extensions.get("timeout", {})
        request.extensions["timeout"] = {
            name: left if known.get(name) is None else min(known[name], left)
            for name in ("connect", "read", "write", "pool")
        }
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the pooled connections."""
        self._inner.close()
