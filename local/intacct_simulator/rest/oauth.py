"""OAuth 2.0: tokens by three grants, consent, refresh, revocation (REST reference §3)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt

from local.intacct_simulator.company import Company
from local.intacct_simulator.rest.caller import Caller
from local.intacct_simulator.rest.envelopes import (
    ONE_FAILED,
    Reply,
    RestError,
    gateway_error,
    support_id,
)

ISSUER = "https://api.intacct.com"
ALGORITHM = "HS256"
SECRET_BYTES = 48
GRANTS = frozenset({"client_credentials", "refresh_token", "authorization_code"})
OFFLINE = "offline_access"
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True)
class Grant:
    """What a token, a refresh token or a code stands for.

    `is_offline` tells whether a refresh token comes with it: consent gives one for the scope
    `offline_access` only (REST reference §3.1).
    """

    user: str
    entity: str
    challenge: str = ""
    redirect_uri: str = ""
    is_offline: bool = True


class Tokens:
    """Issues and checks tokens for one company. Nothing of it survives the process."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._signing_secret = secrets.token_bytes(SECRET_BYTES)
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._codes: dict[str, Grant] = {}
        self._expired: set[str] = set()

    def token(self, form: Mapping[str, str], authorization: str = "") -> Reply:
        """Answer `POST /oauth2/token`.

        Raises:
            RestError: client, user or grant is missing, unknown or not authorised.
        """
        fields = {**form, **_basic(authorization)}
        grant_type = fields.get("grant_type", "")
        if grant_type not in GRANTS:
            raise gateway_error(400, "GW-0032", "The grant_type is not supported or is missing")
        self._require_client(fields)
        if grant_type == "client_credentials":
            return self._issue(self._named(fields.get("username", "")))
        if grant_type == "refresh_token":
            return self._refreshed(fields)
        return self._exchanged(fields)

    def authorize(self, query: Mapping[str, str]) -> Reply:
        """Answer `GET /oauth2/authorize`: consent is given at once, as the company's own user.

        Raises:
            RestError: the client is unknown, or the redirect address is not https (or loopback).
        """
        if query.get("client_id") != self._company.credentials.client_id:
            raise gateway_error(400, "GW-0011", "The client is unknown or inactive")
        address = query.get("redirect_uri", "")
        if not _may_redirect_to(address):
            raise gateway_error(400, "GW-0015", "The redirect_uri is missing or not https")
        if query.get("response_type") != "code":
            raise gateway_error(400, "GW-0015", "The response_type is missing or not code")
        code = secrets.token_urlsafe(24)
        self._codes[code] = Grant(
            self._company.credentials.user_id,
            "",
            query.get("code_challenge", ""),
            address,
            is_offline=OFFLINE in query.get("scope", "").split(),
        )
        answer = {"code": code} | ({"state": query["state"]} if query.get("state") else {})
        joint = "&" if urlsplit(address).query else "?"
        return Reply(302, None, {"Location": f"{address}{joint}{urlencode(answer)}"})

    def revoke(self, form: Mapping[str, str], authorization: str = "") -> Reply:
        """Answer `POST /oauth2/revoke`: a known token ends, an unknown one is no error (U4)."""
        self._require_client({**form, **_basic(authorization)})
        token = form.get("token", "")
        self._refresh.pop(token, None)
        claims = self._claims(token)
        if claims is not None:
            self._access.pop(str(claims["jti"]), None)
        return Reply(200, {})

    def caller(self, authorization: str, entity_header: str) -> Caller:
        """Say who calls and in which entity.

        Raises:
            RestError: the bearer is missing, malformed, expired or revoked, or the user may not
                enter the entity.
        """
        word, _, token = authorization.partition(" ")
        if not authorization:
            raise gateway_error(401, "GW-0034", "Missing or invalid access token")
        if word != "Bearer" or not token:
            raise gateway_error(401, "GW-0034", "The access token is not given as Bearer")
        claims = self._claims(token)
        if claims is None:
            status = self._company.switches.bad_token_status or 400
            raise gateway_error(status, "GW-0031", "Invalid token: it cannot be decoded")
        switched = self._company.switches.bad_token_status
        token_id = str(claims["jti"])
        if token_id in self._expired or claims["exp"] <= self._company.clock.now().timestamp():
            raise TokenInvalidError(switched or 400)
        grant = self._access.get(token_id)
        if grant is None:
            raise TokenInvalidError(switched or 401)
        entity = entity_header or grant.entity or self._company.home_of(grant.user)
        return self.entering(grant.user, entity)

    def entering(self, user: str, entity: str) -> Caller:
        """Let a user who is signed in work in an entity.

        Raises:
            RestError: the user may not enter it.
        """
        if not self._company.may_enter(user, entity):
            raise gateway_error(403, "GW-0042", f"The entity '{entity}' is not accessible")
        return Caller(user, entity)

    def expire_all(self) -> int:
        """End every access token now and say how many there were; refresh tokens live on."""
        ended = len(self._access)
        self._expired.update(self._access)
        self._access.clear()
        return ended

    def _require_client(self, fields: Mapping[str, str]) -> None:
        known = self._company.credentials
        client, secret = fields.get("client_id", ""), fields.get("client_secret", "")
        if not client:
            raise gateway_error(400, "GW-0037", "The client_id is missing")
        is_known = _same(client, known.client_id) and _same(secret, known.client_secret)
        if not is_known or not self._company.switches.is_client_authorized:
            raise gateway_error(
                401, "GW-0011", "The client is unknown, inactive or not authorized in the company"
            )

    def _named(self, username: str) -> Grant:
        if not username:
            raise gateway_error(400, "GW-0036", "The username is missing")
        user, at, company = username.partition("@")
        company, _, entity = company.partition("|")
        if not at or not company:
            raise gateway_error(
                400, "GW-0012", "The username format is invalid, expected user@company"
            )
        is_known = company == self._company.credentials.company_id
        if not is_known or self._company.user(user) is None:
            raise gateway_error(401, "GW-0011", "The tenant or user is unknown or inactive")
        entity = entity or self._company.home_of(user)
        if not self._company.may_enter(user, entity):
            raise gateway_error(401, "GW-0011", "The entity is unknown or not accessible")
        return Grant(user, entity)

    def _refreshed(self, fields: Mapping[str, str]) -> Reply:
        old = fields.get("refresh_token", "")
        grant = self._refresh.get(old)
        if grant is None:
            raise InvalidGrantError("The refresh token is invalid, expired or revoked")
        entity = fields.get("entity_id", grant.entity)
        if not self._company.may_enter(grant.user, entity):
            raise InvalidGrantError("The entity is not accessible")
        if self._company.switches.rotate_refresh_tokens:
            del self._refresh[old]
            old = ""
        return self._issue(Grant(grant.user, entity), refresh_token=old)

    def _exchanged(self, fields: Mapping[str, str]) -> Reply:
        grant = self._codes.pop(fields.get("code", ""), None)
        if grant is None or grant.redirect_uri != fields.get("redirect_uri"):
            raise InvalidGrantError("The code is invalid or used up")
        if grant.challenge and not _proves(fields.get("code_verifier", ""), grant.challenge):
            raise InvalidGrantError("The code verifier does not match")
        return self._issue(Grant(grant.user, grant.entity, is_offline=grant.is_offline))

    def _issue(self, grant: Grant, *, refresh_token: str = "") -> Reply:
        if self._company.switches.one_grant_per_user:
            self._access = {
                name: other for name, other in self._access.items() if other.user != grant.user
            }
        now, lifetime = self._company.clock.now(), self._company.switches.token_seconds
        identity = secrets.token_urlsafe(12)
        self._access[identity] = grant
        claims = {
            "iss": ISSUER,
            "sub": grant.user,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=lifetime)).timestamp()),
            "jti": identity,
            "clientId": self._company.credentials.client_id,
            "cnyId": self._company.credentials.company_id,
            "userId": grant.user,
            "entityId": grant.entity,
        }
        body: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": jwt.encode(claims, self._signing_secret, algorithm=ALGORITHM),
        }
        if grant.is_offline:
            body["refresh_token"] = refresh_token or secrets.token_urlsafe(36)
            self._refresh[body["refresh_token"]] = grant
        body["expires_in"] = lifetime
        return Reply(200, body, {"Cache-Control": "no-store"})

    def _claims(self, token: str) -> dict[str, Any] | None:
        # The company's clock decides about expiry, not the machine's.
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
        try:
            return jwt.decode(token, self._signing_secret, algorithms=[ALGORITHM], options=options)
        except jwt.InvalidTokenError:
            return None


class TokenInvalidError(RestError):
    """A token that expired or was revoked: the third place of errors (REST reference §3.5)."""

    def __init__(self, status: int) -> None:
        super().__init__(
            status,
            {
                "code": "tokenInvalid",
                "errorId": "REST-2102",
                "message": "Invalid token: the token is not valid or has expired",
                "additionalInfo": {"messageId": "IA.TOKEN_IS_INVALID"},
                "supportId": support_id(),
            },
        )

    def reply(self) -> Reply:
        """Write it under `error`."""
        return Reply(self.status, {"error": self.error, "ia::meta": dict(ONE_FAILED)})


class InvalidGrantError(RestError):
    """A code or refresh token that cannot be used, in OAuth's own form (U7)."""

    def __init__(self, description: str) -> None:
        super().__init__(400, {"message": description})

    def reply(self) -> Reply:
        """Write `error` and `error_description`."""
        body = {"error": "invalid_grant", "error_description": self.error["message"]}
        return Reply(self.status, body)


def _basic(authorization: str) -> dict[str, str]:
    """Read client id and secret from HTTP Basic, one of the documented client methods."""
    word, _, encoded = authorization.partition(" ")
    if word != "Basic":
        return {}
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return {}
    client, _, secret = text.partition(":")
    return {"client_id": client, "client_secret": secret}


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return _same(expected, challenge) or _same(verifier, challenge)


def _may_redirect_to(address: str) -> bool:
    """Tell whether an address is https (or loopback) and fits into a header as it stands."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_plain = address.isascii() and address.isprintable() and " " not in address
    is_secure = parts.scheme == "https" and bool(parts.hostname)
    return is_plain and (is_secure or parts.hostname in LOOPBACK)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
