"""Asking one store's GraphQL Admin API: points that refill, patience, answers read strictly.

Cost is paid in points that refill at a stated rate; waiting for them is cheaper than being refused
(carts reference §4.1). Calls are repeated as far as they may be: reads, and writes of absolute
values.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from carts.adapter import AccessRefusedError, CartApiError
from carts.json_api import (
    BusyError,
    check_access,
    check_answered,
    check_not_busy,
    document_of,
    patiently,
    unsent_or_lost,
)

API_VERSION = "2026-01"
"""Pinned: an expired version silently falls forward, so a test must come before a change."""


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
        return patiently(lambda: self._ask_once(query, variables), sleep=self._sleep)

    def send_once(self, mutation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The `data` of an answer to what must not be done twice.

        It is sent again only where the shop cannot have taken it.

        Raises:
            CartApiError: as `ask`; not lasting where nobody can say what became of it.
        """
        return patiently(lambda: self._send_once(mutation, variables), sleep=self._sleep)

    def _ask_once(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._post(query, variables)
        except httpx.TransportError as exc:
            raise BusyError from exc
        return self._data(response)

    def _send_once(self, mutation: str, variables: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._post(mutation, variables)
        except httpx.TransportError as exc:
            raise unsent_or_lost(exc) from exc
        check_answered(response)
        return self._data(response)

    def _post(self, query: str, variables: dict[str, Any]) -> httpx.Response:
        return self._http.post(
            f"/admin/api/{API_VERSION}/graphql.json",
            json={"query": query, "variables": variables},
        )

    @staticmethod
    def _data(response: httpx.Response) -> dict[str, Any]:
        check_not_busy(response)
        check_access(response)
        if response.status_code != httpx.codes.OK:
            message = f"the cart's API answered {response.status_code}"
            raise CartApiError(message, is_lasting=True)
        document = document_of(response)
        if not isinstance(document, dict):
            message = "the cart's answer is no object"
            raise CartApiError(message)
        errors = document.get("errors")
        if errors:
            raise _error(errors, document)
        data = document.get("data")
        return data if isinstance(data, dict) else {}


def _error(errors: Any, document: dict[str, Any]) -> Exception:
    """A pause where points are missing, else an error with the API's codes and nothing else."""
    listed = errors if isinstance(errors, list) else []
    extensions = (each.get("extensions") for each in listed if isinstance(each, dict))
    codes = [str(e.get("code", "")) for e in extensions if isinstance(e, dict)]
    if "THROTTLED" in codes:
        return BusyError(_refill_seconds(document))
    message = f"the cart's API refused the query: {' '.join(codes) or 'no code'}"
    if "ACCESS_DENIED" in codes:
        return AccessRefusedError(message)
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
