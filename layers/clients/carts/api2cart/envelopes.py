"""Calls of API2Cart: an error may come with HTTP 200, in the envelope (carts reference §10.1)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from carts.adapter import CartApiError
from carts.answers import another_shape
from carts.json_api import Answer, JsonApi, NotFoundError, RefusedParametersError

_OK = "0"
_JOB_IN_PROGRESS = "12"
_NOT_FOUND = "112"
_REFUSED = frozenset({"109", "114"})
_QUOTA_WORDS = ("quota", "rate limit", "limit exceeded", "too many requests")
_ATTEMPTS = 4
_LONGEST_CODE = 4


class _WaitError(Exception):
    """The envelope asks for patience."""


class Envelopes:
    """The methods of the API by their names, each answer opened."""

    def __init__(self, http: httpx.Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`http` carries base address and keys; `sleep` is what waiting means."""
        self._api = JsonApi(http, sleep=sleep)
        self._sleep = sleep

    def ask(self, method: str, params: Mapping[str, str]) -> dict[str, Any]:
        """The envelope of a method that went well; waits while the API asks for patience.

        Raises:
            NotFoundError: there is no such entity (112).
            RefusedParametersError: a parameter is wrong or missing (109, 114).
            CartApiError: the API refuses, stays busy, or answers no envelope.
        """
        return self._opened(lambda: self._api.get(f"/{method}.json", params))

    def send(self, verb: str, method: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """The envelope of a method that writes absolute values; `verb` is HTTP's.

        Raises:
            NotFoundError, RefusedParametersError, CartApiError: as `ask`.
        """
        return self._opened(lambda: self._api.send(verb, f"/{method}.json", dict(document)))

    def _opened(self, call: Callable[[], Answer]) -> dict[str, Any]:
        retrying = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            retry=retry_if_exception_type(_WaitError),
            wait=wait_exponential(),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            envelope: dict[str, Any] = retrying(_open, call)
        except _WaitError as exc:
            message = "API2Cart is busy with this store, or its quota is spent"
            raise CartApiError(message) from exc
        return envelope


def _open(call: Callable[[], Answer]) -> dict[str, Any]:
    document = call().document
    if not isinstance(document, dict) or "return_code" not in document:
        raise another_shape()
    _check(document)
    return document


def _check(envelope: dict[str, Any]) -> None:
    """The text of an error is never passed on: it may quote what it was asked."""
    code = str(envelope["return_code"])
    if code == _OK:
        return
    said = str(envelope.get("return_message") or "").lower()
    if code == _JOB_IN_PROGRESS or any(words in said for words in _QUOTA_WORDS):
        raise _WaitError
    if code == _NOT_FOUND:
        message = "the cart knows no such order"
        raise NotFoundError(message, is_lasting=True)
    known = code if code.isascii() and code.isdigit() and len(code) <= _LONGEST_CODE else "unknown"
    if code in _REFUSED:
        message = f"API2Cart does not take the parameters of the call (error {known})"
        raise RefusedParametersError(message, is_lasting=True)
    message = f"API2Cart answered with the error {known}"
    raise CartApiError(message)
