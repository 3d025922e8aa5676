"""Access tokens that end: asked for once for all threads, kept, and renewed when refused.

Carts limit how many tokens they mint and end them early at times; so a token is used until shortly
before its end, and a refusal renews it once (carts reference §7.1, §8.1, §9.1).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

import httpx

from carts.adapter import CartApiError
from carts.documents import DocumentError, parse

MARGIN_SECONDS = 60.0
"""How long before its end a token is no longer used."""

_SHORTEST_SECONDS = 60.0
_REFUSED_GRANT = (400, 401, 403)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and how long it lives; never shown in a repr."""

    value: str = field(repr=False)
    seconds: float


class TokenRequest:
    """One way to ask for a token: a form posted to one pinned address."""

    def __init__(
        self,
        http: httpx.Client,
        url: str,
        form: Mapping[str, str],
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`form` and `auth` hold secrets, and are sent to `url` only."""
        self._http = http
        self._url = url
        self._form = dict(form)
        self._auth = auth
        self._headers = dict(headers or {})

    def __call__(self) -> Token:
        """A fresh token.

        Raises:
            CartApiError: the cart cannot be reached now, or (lastingly) refuses the credentials.
        """
        auth = httpx.BasicAuth(*self._auth) if self._auth else httpx.USE_CLIENT_DEFAULT
        headers = {"Accept": "application/json", **self._headers}
        try:
            answer = self._http.post(self._url, data=self._form, auth=auth, headers=headers)
        except httpx.TransportError as exc:
            message = "the cart's token service is out of reach"
            raise CartApiError(message) from exc
        if answer.status_code != httpx.codes.OK:
            is_lasting = answer.status_code in _REFUSED_GRANT
            message = f"the cart's token service answered {answer.status_code}"
            if is_lasting:
                message += ": the store's credentials are refused, connect the store again"
            raise CartApiError(message, is_lasting=is_lasting)
        return _token(answer)


class RenewedToken(httpx.Auth):
    """Puts the current token into each request, and a new one where it was refused."""

    def __init__(
        self,
        renew: Callable[[], Token],
        place: Callable[[httpx.Request, str], None],
        *,
        refused: tuple[int, ...] = (401,),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`place` puts a token into a request; `refused` are answers that mean it ended."""
        self._renew = renew
        self._place = place
        self._refused = refused
        self._now = now
        self._lock = threading.Lock()
        self._value = ""
        self._until = 0.0

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with the token; sent once more with a new one where that was refused.

        Raises:
            CartApiError: there is no token to be had.
        """
        token = self._current()
        self._place(request, token)
        response = yield request
        if response.status_code in self._refused:
            response.read()
            self._place(request, self._current(refused=token))
            yield request

    def _current(self, refused: str = "") -> str:
        """The token; a new one when it ends or was `refused`, unless somebody renewed it since."""
        with self._lock:
            if not self._value or self._now() >= self._until or self._value == refused:
                token = self._renew()
                lifetime = max(token.seconds - MARGIN_SECONDS, _SHORTEST_SECONDS)
                self._value, self._until = token.value, self._now() + lifetime
            return self._value


def bearer(request: httpx.Request, token: str) -> None:
    """Put the token where OAuth puts it."""
    request.headers["Authorization"] = f"Bearer {token}"


def _token(answer: httpx.Response) -> Token:
    try:
        document = parse(answer.content)
    except DocumentError:
        document = None
    members = document if isinstance(document, dict) else {}
    value, seconds = members.get("access_token"), members.get("expires_in")
    if not isinstance(value, str) or not value:
        message = "the cart's token service answered without a token"
        raise CartApiError(message)
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool)
    return Token(value, float(seconds) if is_number and seconds else 0.0)
