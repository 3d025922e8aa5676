from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from lxml import etree

from intacct.errors import CredentialsError, IntacctError, NotSentError, RateLimitedError
from intacct.xml.envelope import SenderCredentials, UserCredentials
from intacct.xml.sessions import Session, adopt_session, is_trusted_endpoint, open_session
from intacct.xml.transport import XmlTransport
from tests.unit.intacct.xml.answers import (
    answered,
    done,
    error,
    failed,
    refused,
    shut_out,
)

URL = "https://api.intacct.com/ia/xml/xmlgw.phtml"
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
USER = UserCredentials("acme", "ws", "user-secret")


def api(endpoint: str = "https://na12.intacct.com/ia/xml/xmlgw.phtml", entity: str = "") -> str:
    return (
        f"<data><api><sessionid>AbCdEf..</sessionid><endpoint>{endpoint}</endpoint>"
        f"<locationid>{entity}</locationid></api></data>"
    )


def transport(handler: Callable[[httpx.Request], httpx.Response]) -> XmlTransport:
    client = httpx.Client(transport=httpx.MockTransport(handler))
    sender = SenderCredentials("sender", "sender-secret")
    return XmlTransport(client, URL, sender, new_id=lambda: "c")


def answering(content: bytes, status: int = 200) -> XmlTransport:
    return transport(lambda _request: httpx.Response(status, content=content))


def opened(content: bytes, status: int = 200, entity: str = "") -> Session:
    return open_session(answering(content, status), USER, entity, clock=lambda: NOW)


def test_a_session_comes_with_its_url_its_end_and_its_entity() -> None:
    session = opened(answered(done("open-session", data=api(entity="E1")), entity="E1"))

    assert session == Session(
        id="AbCdEf..",
        endpoint="https://na12.intacct.com/ia/xml/xmlgw.phtml",
        expires_at=datetime(2026, 1, 15, 10, tzinfo=UTC),
        entity="E1",
    )
    assert "AbCdEf" not in repr(session)


def test_a_session_without_a_stated_end_is_trusted_for_an_hour() -> None:
    session = opened(answered(done("open-session", data=api()), until=""))

    assert session.expires_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://na12.intacct.com/ia/xml/xmlgw.phtml",
        "https://evil.example/ia/xml/xmlgw.phtml",
        "https://intacct.com.evil.example/",
        "https://evilintacct.com/",
        "https://user@na12.intacct.com/",
        "https://na12.intacct.com:8443/",
        "https://na12.intacct.com:port/",
        "ftp://na12.intacct.com/",
        "//na12.intacct.com/",
    ],
)
def test_a_session_is_never_sent_to_a_strange_host(endpoint: str) -> None:
    with pytest.raises(CredentialsError, match="not its own"):
        opened(answered(done("open-session", data=api(endpoint))))


@pytest.mark.parametrize(
    ("endpoint", "configured"),
    [
        ("https://api.intacct.com/x", URL),
        ("https://na12.intacct.com:443/x", URL),
        ("http://127.0.0.1:8099/ia/xml/xmlgw.phtml", "http://127.0.0.1:8099/ia/xml/xmlgw.phtml"),
    ],
)
def test_sages_hosts_and_the_configured_one_are_trusted(endpoint: str, configured: str) -> None:
    assert is_trusted_endpoint(endpoint, configured)


def test_another_port_of_the_configured_host_is_strange() -> None:
    assert not is_trusted_endpoint("http://127.0.0.1:1/x", "http://127.0.0.1:2/x")


REFUSALS: list[tuple[bytes, int, type[IntacctError]]] = [
    (refused(error("XL03000006", "Incorrect Partner ID or password")), 200, CredentialsError),
    (refused(error("XL03000003", "bad envelope")), 200, CredentialsError),
    (refused(error("invalidRequest", "bad company")), 400, CredentialsError),
    (refused(error("X", "The Service is Temporarily Off-line")), 200, NotSentError),
    (shut_out(error("XL03000006", "Sign-in information is incorrect")), 200, CredentialsError),
    (shut_out(error("XMLGW_JPP0002", "Sign-in ...")), 401, CredentialsError),
    (answered(failed("open-session", error("XL03000006", "location"))), 200, CredentialsError),
    (
        answered(failed("open-session", error("X", "API rate limit exceeded"))),
        200,
        RateLimitedError,
    ),
    (answered(done("open-session", data="<data/>")), 200, NotSentError),
    (b"<html>Gateway time-out</html>", 504, NotSentError),
]


@pytest.mark.parametrize(("content", "status", "expected"), REFUSALS)
def test_a_refused_sign_in_says_whom_to_call(
    content: bytes, status: int, expected: type[IntacctError]
) -> None:
    with pytest.raises(expected) as caught:
        opened(content, status)

    assert type(caught.value) is expected
    assert "secret" not in f"{caught.value!r} {caught.value.findings!r}"


def test_a_session_of_rest_is_adopted_without_a_password() -> None:
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, content=answered(done("open-session", data=api(entity="E1"))))

    session = adopt_session(transport(handler), "REST-ID", "E1", clock=lambda: NOW)

    root = etree.fromstring(seen[0])
    assert root.findtext(".//sessionid") == "REST-ID"
    assert root.find(".//login") is None
    assert root.findtext(".//getAPISession/locationid") == "E1"
    assert session.entity == "E1"
