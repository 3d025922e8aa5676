"""Asking one store's GraphQL Admin API: points that refill, patience, answers read strictly.

Cost is paid in points that refill at a stated rate; waiting for them is cheaper than being refused
(carts reference §4.1). Every call may be repeated: reads, and writes of absolute values.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from carts.adapter import CartApiError
from carts.documents import DocumentError, parse
from carts.json_api import PATIENCE

API_VERSION = "2026-01"
"""Pinned: an expired version silently falls forward, so a test must come before a change."""

_LONGEST_WAIT_SECONDS = 20.0
_LARGEST_ANSWER_BYTES = 20 * 1024 * 1024


class _BusyError(Exception):
    """The API asked for a pause of `seconds`, or could not be reached."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("the cart's API is busy")
        self.seconds = seconds


class GraphApi:
    """One store's GraphQL endpoint."""

    def __init__(self, http: httpx.Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`http` carries base address and token; `sleep` is what waiting means."""
        self._http = http
        self._sleep = sleep

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The `data` of an answer; waits and asks again while the API is busy.

        Raises:
            CartApiError: the API refuses, stays busy, or answers no JSON that we accept.
        """
        retrying = Retrying(
            stop=PATIENCE,
            retry=retry_if_exception_type(_BusyError),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer: dict[str, Any] = retrying(self._ask_once, query, variables)
        except _BusyError as exc:
            message = "the cart's API stayed busy or out of reach"
            raise CartApiError(message) from exc
        return answer

    def _ask_once(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._http.post(
                f"/admin/api/{API_VERSION}/graphql.json",
                json={"query": query, "variables": variables},
            )
        except httpx.TransportError as exc:
            raise _BusyError from exc
        _check_status(response)
        if len(response.content) > _LARGEST_ANSWER_BYTES:
            message = "the cart's answer is larger than can be read"
            raise CartApiError(message, is_lasting=True)
        try:
            document = parse(response.content)
        except DocumentError as exc:
            message = f"the cart's answer cannot be read: {exc}"
            raise CartApiError(message) from exc
        if not isinstance(document, dict):
            message = "the cart's answer is no object"
            raise CartApiError(message)
        errors = document.get("errors")
        if errors:
            raise _error(errors, document)
        data = document.get("data")
        return data if isinstance(data, dict) else {}


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise _BusyError(_seconds(response.headers.get("Retry-After", "")))
    if status != httpx.codes.OK:
        message = f"the cart's API answered {status}"
        raise CartApiError(message, is_lasting=True)


def _seconds(text: str) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _error(errors: Any, document: dict[str, Any]) -> Exception:
    """A pause where points are missing, else an error with the API's codes and nothing else."""
    listed = errors if isinstance(errors, list) else []
    extensions = (each.get("extensions") for each in listed if isinstance(each, dict))
    codes = [str(e.get("code", "")) for e in extensions if isinstance(e, dict)]
    if "THROTTLED" in codes:
        return _BusyError(_refill_seconds(document))
    message = f"the cart's API refused the query: {' '.join(codes) or 'no code'}"
    return CartApiError(message, is_lasting=True)


def _refill_seconds(document: dict[str, Any]) -> float | None:
    """How long the points that the query costs take to refill."""
    try:
        cost = document["extensions"]["cost"]
        status = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(status["currentlyAvailable"])
        return max(0.0, missing / float(status["restoreRate"]))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _pause(state: RetryCallState) -> float:
    """What the API asked for, else 1, 2, 4, 8 seconds."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.seconds if isinstance(error, _BusyError) else None
    seconds = 2.0 ** (state.attempt_number - 1) if asked is None else asked
    return min(seconds, _LONGEST_WAIT_SECONDS)
