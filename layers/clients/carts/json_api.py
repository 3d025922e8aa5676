"""A store's JSON API over HTTP: only https, patient with a busy server.

Calls are repeated as far as they may be: reads, and writes of absolute values. What the cart
answers is parsed as strictly as deliveries.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
)

from carts.adapter import AccessRefusedError, CartApiError
from carts.documents import DocumentError, parse

T = TypeVar("T")

TIMEOUT = httpx.Timeout(20.0, connect=5.0)

LONGEST_CALL_SECONDS = 50.0
"""After that no further attempt is begun: a function that waits for a hanging shop must not be
stopped by its own time limit, nor keep the shops behind it waiting."""

PATIENCE = stop_after_attempt(5) | stop_after_delay(LONGEST_CALL_SECONDS)

_LONGEST_WAIT_SECONDS = 20.0
_FINE = (
    httpx.codes.OK,
    httpx.codes.CREATED,
    httpx.codes.ACCEPTED,
    httpx.codes.NO_CONTENT,
    httpx.codes.MULTI_STATUS,
)
_NOT_TAKEN = (
    httpx.codes.BAD_REQUEST,
    httpx.codes.CONFLICT,
    httpx.codes.UNPROCESSABLE_ENTITY,
)
_NO_ACCESS = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
_LARGEST_ANSWER_BYTES = 20 * 1024 * 1024


class NotFoundError(CartApiError):
    """The cart knows no such resource."""


class RefusedParametersError(CartApiError):
    """The cart does not take the parameters of the call."""


class BusyError(Exception):
    """The API asked for a pause of `seconds`, or could not be reached."""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__("the cart's API is busy")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed answer with its headers; the document is None where the cart answers that none is.

    (204: eBay's way to say of a list that nothing is in it.)
    """

    document: Any
    headers: Mapping[str, str]


class JsonApi:
    """One store's JSON API; one request at a time, since carts on shared hosts are easily hurt."""

    def __init__(self, http: httpx.Client, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`http` carries base address and credentials; `sleep` is what waiting means."""
        self._http = http
        self._sleep = sleep

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """The document at `path`; waits and asks again while the API is busy.

        Raises:
            NotFoundError: there is no such resource (404).
            RefusedParametersError: the parameters are not taken (400, 409, 422).
            CartApiError: the API refuses, stays busy, or answers no JSON that we accept.
        """
        return self._patiently("GET", path, params=dict(params or {}))

    def send(
        self, method: str, path: str, document: Any, params: Mapping[str, str] | None = None
    ) -> Answer:
        """Write `document` at `path`: absolute values only, since a lost answer repeats the call.

        Raises:
            NotFoundError, RefusedParametersError, CartApiError: as `get`.
        """
        return self._patiently(method, path, params=dict(params or {}), json=document)

    def send_once(self, method: str, path: str, document: Any) -> Answer:
        """Write what must not be written twice: again only where the cart cannot have taken it.

        Raises:
            NotFoundError, RefusedParametersError, CartApiError: as `get`; not lasting where nobody
                can say what became of it.
        """
        return patiently(lambda: self._send_once(method, path, document), sleep=self._sleep)

    def _send_once(self, method: str, path: str, document: Any) -> Answer:
        try:
            response = self._http.request(method, path, json=document)
        except httpx.TransportError as exc:
            raise unsent_or_lost(exc) from exc
        check_answered(response)
        return self._answer(response)

    def upload(self, path: str, params: Mapping[str, str], document: Any) -> Answer:
        """Hand in `document` as a file of a form: absolute values only, as `send`.

        Raises:
            NotFoundError, RefusedParametersError, CartApiError: as `get`.
        """
        body = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        files = {"file": ("feed.json", body, "application/json")}
        return self._patiently("POST", path, params=dict(params), files=files)

    def _patiently(self, method: str, path: str, **content: Any) -> Answer:
        return patiently(lambda: self._ask_once(method, path, content), sleep=self._sleep)

    def _ask_once(self, method: str, path: str, content: Mapping[str, Any]) -> Answer:
        try:
            response = self._http.request(method, path, **content)
        except httpx.TransportError as exc:
            raise BusyError from exc
        except CartApiError as exc:  # of the token that the call needs
            if exc.is_lasting:
                raise
            raise BusyError from exc
        return self._answer(response)

    @staticmethod
    def _answer(response: httpx.Response) -> Answer:
        _check_status(response)
        if response.status_code == httpx.codes.NO_CONTENT or not response.content:
            return Answer(None, response.headers)
        return Answer(document_of(response), response.headers)


def unsent_or_lost(error: httpx.TransportError) -> Exception:
    """What a call that must not be repeated failed with: busy where nothing left, else unknown."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return BusyError()
    return lost_answer()


def check_answered(response: httpx.Response) -> None:
    """Let an answer pass that says what became of a call that must not be repeated.

    Raises:
        CartApiError: it does not (5xx).
    """
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise lost_answer()


def lost_answer() -> CartApiError:
    """Nobody can say whether the cart took a call."""
    message = "the cart's answer was lost"
    return CartApiError(message)


def patiently(call: Callable[[], T], *, sleep: Callable[[float], None]) -> T:
    """What `call` gives; waits and calls again while it raises `BusyError`.

    Raises:
        CartApiError: the API stayed busy.
    """
    retrying = Retrying(
        stop=PATIENCE,
        retry=retry_if_exception_type(BusyError),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )
    try:
        return retrying(call)
    except BusyError as exc:
        message = "the cart's API stayed busy or out of reach"
        raise CartApiError(message) from exc


def document_of(response: httpx.Response) -> Any:
    """The JSON document that an answer holds.

    Raises:
        CartApiError: it is larger than can be read, or no JSON that we accept.
    """
    if len(response.content) > _LARGEST_ANSWER_BYTES:
        message = "the cart's answer is larger than can be read"
        raise CartApiError(message, is_lasting=True)
    try:
        return parse(response.content)
    except DocumentError as exc:
        message = f"the cart's answer cannot be read: {exc}"
        raise CartApiError(message) from exc


def check_not_busy(response: httpx.Response) -> None:
    """Let an answer pass that does not ask for patience.

    Raises:
        BusyError: it does.
    """
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise BusyError(_seconds(response.headers.get("Retry-After", "")))


def check_access(response: httpx.Response) -> None:
    """Let an answer pass that does not refuse the key or its rights.

    Raises:
        AccessRefusedError: it does.
    """
    if response.status_code in _NO_ACCESS:
        message = f"the cart's API answered {response.status_code}"
        raise AccessRefusedError(message)


def checked_base_url(base_url: str) -> str:
    """The address, when it may be called.

    Raises:
        CartApiError: it is neither https nor loopback.
    """
    parts = urlsplit(base_url)
    is_loopback = parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or (
        parts.scheme != "https" and not (parts.scheme == "http" and is_loopback)
    ):
        message = "the store's API address must be https"
        raise CartApiError(message, is_lasting=True)
    return base_url.rstrip("/")


def _check_status(response: httpx.Response) -> None:
    check_not_busy(response)
    status = response.status_code
    if status == httpx.codes.NOT_FOUND:
        message = "the cart knows no such resource"
        raise NotFoundError(message, is_lasting=True)
    if status in _NOT_TAKEN:
        message = "the cart does not take the parameters of the call"
        raise RefusedParametersError(message, is_lasting=True)
    check_access(response)
    if status not in _FINE:
        message = f"the cart's API answered {status}"
        raise CartApiError(message, is_lasting=True)


def _seconds(text: str) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _pause(state: RetryCallState) -> float:
    """What the API asked for, else 1, 2, 4, 8 seconds."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.seconds if isinstance(error, BusyError) else None
    seconds = 2.0 ** (state.attempt_number - 1) if asked is None else asked
    return min(seconds, _LONGEST_WAIT_SECONDS)
