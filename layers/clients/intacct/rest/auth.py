"""Tokens: how one is got (`TokenEndpoint`) and how requests carry it (`BearerAuth`).

Where tokens are kept and shared is the caller's business: it hands in a `TokenSource`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypedDict
from urllib.parse import urljoin

import httpx

from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
)
from intacct.rest.error_table import error_of, is_token_failure, parse_error, transport_error

_LARGEST_ANSWER = 64 * 1024
_ANSWER_SECONDS = 20.0
_LONGEST_LIFE_SECONDS = 10 * 365 * 86_400
_TOKEN = re.compile(r"[\x21-\x7e]+")


class TokenSource(Protocol):
    """Where the current access token comes from; shared by everyone who uses the same user."""

    def current(self) -> str:
        """A token that is believed to be good."""
        ...

    def renewed(self, *, rejected: str) -> str:
        """A newer token than the one that was just refused."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """What the token endpoint issued; neither value ever shows in a repr."""

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(default="", repr=False)


class BearerAuth(httpx.Auth):
    """Send the current token; if it is refused, send once more with a newer one.

    A token failure comes as 401, or as another 4xx with a known code or text (§3.5, U6).
    The request was not executed in either case, so sending a write again is safe.
    """

    def __init__(self, tokens: TokenSource) -> None:
        """`tokens` is asked for each request, so it should answer from memory."""
        self._tokens = tokens

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Yield the request with a token, and again if the token was refused."""
        token = self._tokens.current()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if self._is_refused(response):
            newer = self._tokens.renewed(rejected=token)
            request.headers["Authorization"] = f"Bearer {newer}"
            yield request

    @staticmethod
    def _is_refused(response: httpx.Response) -> bool:
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return True
        if response.status_code not in (httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN):
            return False
        response.read()
        return is_token_failure(response.status_code, response.content)


class _Sending(TypedDict):
    headers: dict[str, str]
    timeout: httpx.Timeout


_SENDING = _Sending(
    headers={"Accept": "application/json"},
    timeout=httpx.Timeout(_ANSWER_SECONDS, connect=5.0),
)


class TokenEndpoint:
    """Sage's OAuth 2.0 token endpoint for one client application."""

    def __init__(
        self,
        http: httpx.Client,
        url: str,
        *,
        client_id: str,
        client_secret: str,
        clock: Callable[[], datetime],
    ) -> None:
        """`url` is the address of `/oauth2/token`; revocation lives beside it."""
        self._http = http
        self._url = url
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock

    def __repr__(self) -> str:
        """Name the endpoint and nothing secret."""
        return f"TokenEndpoint({self._url!r})"

    def client_credentials(self, username: str) -> Token:
        """A token for `userId@companyId` (case-sensitive), without a refresh hazard.

        Raises:
            CredentialsError: client, company or user is unknown, inactive or not authorised.
            NotSentError: the endpoint was not reached or gave no verdict; asking again is safe.
        """
        return self._token({"grant_type": "client_credentials", "username": username})

    def refresh(self, refresh_token: str) -> Token:
        """A new token for a refresh token, which Sage may have replaced in the same answer.

        Raises:
            CredentialsError: the refresh token is used up or revoked (any 4xx, U7).
            OutcomeUnknownError: it was sent and no verdict came: the old one may be dead (U3).
            NotSentError: nothing was sent.
        """
        members = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        token = self._token(members, is_single_use=True)
        if token.refresh_token:
            return token
        return Token(token.access_token, token.expires_at, refresh_token)

    def authorization_code(self, code: str, redirect_uri: str, *, code_verifier: str = "") -> Token:
        """The first token after an administrator's consent; `code_verifier` when PKCE was used.

        Raises:
            CredentialsError: the code is used up, expired, or belongs to another client.
            OutcomeUnknownError: it was sent and no verdict came: start the consent again.
        """
        members = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
        }
        if code_verifier:
            members["code_verifier"] = code_verifier
        return self._token(members, is_single_use=True)

    def revoke(self, token: str) -> None:
        """Give a token back; any 2xx is success (U4).

        Raises:
            IntacctError: the endpoint refused or could not be reached.
        """
        self._post(urljoin(self._url, "revoke"), {"token": token}, is_single_use=False)

    def _token(self, members: Mapping[str, str], *, is_single_use: bool = False) -> Token:
        content = self._post(self._url, members, is_single_use=is_single_use)
        try:
            answer = json.loads(content)
            access_token = _token_text(answer["access_token"])
            given = answer.get("refresh_token")
            refresh_token = _token_text(given) if given else ""
            seconds = int(answer.get("expires_in") or 0)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            message = "the token endpoint's answer holds no access token"
            error = OutcomeUnknownError if is_single_use else NotSentError
            raise error(message) from None
        return Token(access_token, self._expiry(seconds, access_token), refresh_token)

    def _expiry(self, seconds: int, access_token: str) -> datetime:
        """The earlier of `expires_in` and the token's own `exp` (U1)."""
        now = self._clock()
        ends = [now + timedelta(seconds=min(seconds, _LONGEST_LIFE_SECONDS))]
        exp = _claimed_expiry(access_token)
        if exp is not None:
            ends.append(exp)
        stated = [end for end in ends if end > now]
        return min(stated, default=now)

    def _post(self, url: str, members: Mapping[str, str], *, is_single_use: bool) -> bytes:
        form = {
            **members,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        try:
            response = self._http.post(url, data=form, **_SENDING)
        except httpx.TransportError as exc:
            # Without its cause: an httpx error holds the request, and that holds the secret.
            raise transport_error(exc, is_write=is_single_use) from None
        if response.is_success and len(response.content) <= _LARGEST_ANSWER:
            return response.content
        raise _refusal(response, is_single_use=is_single_use)


def _token_text(value: Any) -> str:
    """A token as it may stand in a header.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        message = "no token"
        raise ValueError(message)
    return value


def _refusal(response: httpx.Response, *, is_single_use: bool) -> IntacctError:
    error = error_of(
        response.status_code, response.headers, response.content, is_write=is_single_use
    )
    if isinstance(error, RateLimitedError) or not response.is_client_error:
        return error
    # Every other 4xx of this endpoint says that these credentials do not lead to a token.
    parsed = parse_error(response.content)
    return CredentialsError(
        f"no token was issued: {parsed.summary or response.status_code}",
        findings=parsed.findings,
        status=response.status_code,
        support_id=parsed.support_id,
    )


def _claimed_expiry(access_token: str) -> datetime | None:
    """The `exp` claim of a JWT, unverified: the token stays opaque apart from its end (§3.2)."""
    parts = access_token.split(".")
    if len(parts) != 3:  # noqa: PLR2004  # header, claims, signature
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, binascii.Error):
        return None
