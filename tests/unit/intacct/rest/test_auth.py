"""Tokens from Sage's endpoint: grants, lifetimes, refusals, and nothing secret in sight."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
)
from intacct.rest.auth import TokenEndpoint
from intacct.transport import allowed_transport, http_client
from tests.unit.intacct.rest.support import Server

URL = "https://api.intacct.com/ia/api/v1/oauth2/token"
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def endpoint(server: Server) -> TokenEndpoint:
    http = http_client(allowed_transport(URL, inner=httpx.MockTransport(server)))
    return TokenEndpoint(
        http, URL, client_id="app-1", client_secret="very-secret", clock=lambda: NOW
    )


def form(server: Server, number: int = 0) -> dict[str, str]:
    parsed = parse_qs(server.requests[number].content.decode())
    return {name: values[0] for name, values in parsed.items()}


def jwt(**claims: object) -> str:
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{encoded}.c2ln"


def issued(**members: object) -> httpx.Response:
    answer = {"token_type": "Bearer", "access_token": "at", "expires_in": 3600, **members}
    return httpx.Response(200, json=answer)


def test_client_credentials_name_the_user_and_bring_a_token() -> None:
    server = Server(issued(refresh_token="rt"))

    token = endpoint(server).client_credentials("ws@ACME")

    assert form(server) == {
        "grant_type": "client_credentials",
        "username": "ws@ACME",
        "client_id": "app-1",
        "client_secret": "very-secret",
    }
    assert (token.access_token, token.refresh_token) == ("at", "rt")
    assert token.expires_at == NOW + timedelta(hours=1)


def test_a_refresh_keeps_the_old_token_when_no_new_one_came() -> None:
    server = Server(issued(access_token="at-2"))
    assert endpoint(server).refresh("rt-1").refresh_token == "rt-1"
    assert form(server)["grant_type"] == "refresh_token"


def test_a_refresh_that_rotates_brings_the_new_refresh_token() -> None:
    server = Server(issued(refresh_token="rt-2"))
    assert endpoint(server).refresh("rt-1").refresh_token == "rt-2"


def test_an_authorization_code_is_sent_with_its_redirect_and_verifier() -> None:
    server = Server(issued())
    endpoint(server).authorization_code("c-1", "https://us.example/cb", code_verifier="v")
    sent = form(server)
    assert sent["code"] == "c-1"
    assert sent["redirect_uri"] == "https://us.example/cb"
    assert sent["code_verifier"] == "v"


def test_revoking_goes_to_the_address_beside() -> None:
    server = Server(httpx.Response(204))
    endpoint(server).revoke("at")
    assert str(server.requests[0].url).endswith("/oauth2/revoke")
    assert form(server)["token"] == "at"


@pytest.mark.parametrize(
    ("access_token", "expires_in", "ends"),
    [
        ("opaque", 7200, NOW + timedelta(seconds=7200)),
        (jwt(exp=(NOW + timedelta(minutes=5)).timestamp()), 7200, NOW + timedelta(minutes=5)),
        (jwt(exp=(NOW + timedelta(days=9)).timestamp()), 7200, NOW + timedelta(seconds=7200)),
        (jwt(exp=(NOW + timedelta(minutes=5)).timestamp()), 0, NOW + timedelta(minutes=5)),
        (jwt(exp="soon"), 60, NOW + timedelta(seconds=60)),
        ("a.!!.c", 60, NOW + timedelta(seconds=60)),
        ("opaque", 0, NOW),
    ],
)
def test_a_token_ends_at_the_earlier_of_what_it_and_the_answer_say(
    access_token: str, expires_in: int, ends: datetime
) -> None:
    server = Server(issued(access_token=access_token, expires_in=expires_in))
    assert endpoint(server).client_credentials("ws@ACME").expires_at == ends


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), CredentialsError),
        (httpx.Response(401, json={"error": "invalid_client"}), CredentialsError),
        (httpx.Response(400, json={"ia::error": {"code": "GW-0011"}}), CredentialsError),
        (httpx.Response(400, json={"ia::error": {"code": "GW-0012"}}), CredentialsError),
        (httpx.Response(403, json={"error": {"code": "unauthorizedUser"}}), CredentialsError),
        (httpx.Response(404), CredentialsError),
        (httpx.Response(429, headers={"Retry-After": "3"}), RateLimitedError),
        (httpx.Response(503), RateLimitedError),
        (httpx.Response(500), NotSentError),
        (httpx.Response(200, text="<html>"), NotSentError),
        (httpx.Response(200, json={"token_type": "Bearer"}), NotSentError),
        (httpx.ConnectError("down"), NotSentError),
        (httpx.ReadTimeout("slow"), NotSentError),
    ],
)
def test_a_mint_that_fails_is_sorted_and_always_safe_to_repeat(
    answer: httpx.Response | Exception, kind: type[IntacctError]
) -> None:
    with pytest.raises(kind) as caught:
        endpoint(Server(answer)).client_credentials("ws@ACME")
    assert not isinstance(caught.value, OutcomeUnknownError)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("dropped"),
    ],
)
def test_a_refresh_whose_answer_is_lost_is_in_doubt(answer: httpx.Response | Exception) -> None:
    with pytest.raises(OutcomeUnknownError):
        endpoint(Server(answer)).refresh("rt-1")


def test_nothing_secret_shows_in_reprs_or_errors() -> None:
    server = Server(httpx.Response(400, json={"error": "invalid_grant"}))
    asked = endpoint(server)
    with pytest.raises(CredentialsError) as caught:
        asked.refresh("rt-secret")
    shown = f"{asked!r} {caught.value} {caught.value!r} {caught.value.findings}"
    assert "very-secret" not in shown
    assert "rt-secret" not in shown
    assert "at" not in repr(endpoint(Server(issued())).client_credentials("u@C")).split("'")
