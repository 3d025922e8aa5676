"""OAuth 1.0a with HMAC-SHA256, as Magento's integrations sign their requests (RFC 5849 §3.4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote

import httpx


@dataclass(frozen=True, slots=True)
class Credentials:
    """The four values of an integration; none of them shows in a repr."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token: str = field(repr=False)
    token_secret: str = field(repr=False)


class OAuth1(httpx.Auth):
    """Signs each request anew, with its time and a nonce of its own."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        """`clock` gives epoch seconds."""
        self._credentials = credentials
        self._clock = clock
        self._nonce = nonce

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the signed header; the query is signed as it stands in the address."""
        parameters = {
            "oauth_consumer_key": self._credentials.consumer_key,
            "oauth_nonce": self._nonce(),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(self._clock())),
            "oauth_token": self._credentials.token,
            "oauth_version": "1.0",
        }
        query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        address = str(request.url.copy_with(query=None, fragment=None))
        base = signature_base(request.method, address, [*query, *parameters.items()])
        parameters["oauth_signature"] = signature(
            base, self._credentials.consumer_secret, self._credentials.token_secret
        )
        pairs = ", ".join(f'{name}="{_escaped(value)}"' for name, value in parameters.items())
        request.headers["Authorization"] = f"OAuth {pairs}"
        yield request


def signature_base(method: str, address: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The text that is signed: method, address without query, and all parameters, sorted."""
    escaped = sorted((_escaped(name), _escaped(value)) for name, value in parameters)
    joined = "&".join(f"{name}={value}" for name, value in escaped)
    return "&".join((method.upper(), _escaped(address), _escaped(joined)))


def signature(base: str, consumer_secret: str, token_secret: str) -> str:
    """The HMAC-SHA256 of the base text under both secrets, in base64."""
    key = f"{_escaped(consumer_secret)}&{_escaped(token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
