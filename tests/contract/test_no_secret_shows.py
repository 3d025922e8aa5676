"""Whatever goes wrong on the way to Sage Intacct, no log, no error and no repr shows a secret.

Every secret of this tenant is a marked text. Each failure path is walked as a function would walk
it, logged as a function would log it, and everything that came out is searched for every mark.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import httpx
import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError
from moto import mock_aws

from intacct.documents import Customer, JournalEntry
from intacct.errors import IntacctError
from intacct.transport import allowed_transport
from shared.bootstrap import aws, connections, gates
from shared.bootstrap import books as bootstrap
from shared.bootstrap import tenants as tenant_bootstrap
from shared.tenants.models import Tenant
from tests.contract.connections_rig import BATCH, CUSTOMER

REGION = "us-east-1"
SECRET = "cartledger/test/intacct/acme"
MARK = "m4rk3d"
TOKEN, SESSION, REFRESH = f"{MARK}-access-token", f"{MARK}-session-id", f"{MARK}-refresh-token"
MEMBERS = {
    "client_id": "app-1",
    "client_secret": f"{MARK}-client-secret",
    "username": "ws@acme-imp",
    "sender_id": "us",
    "sender_password": f"{MARK}-sender-password",
    "user_password": f"{MARK}-user-password",
}
Reply = httpx.Response | Exception
HTML = httpx.Response(502, html="<html><body>Bad gateway</body></html>")
XML = {"Content-Type": "text/xml"}


def rest(status: int, body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body or {}, headers=headers)


def rest_error(status: int, code: str) -> httpx.Response:
    error = {"code": code, "message": "no", "errorId": "REST-0000"}
    return rest(status, {"ia::result": {"ia::error": error}, "ia::meta": {}})


def xml(operation: str) -> httpx.Response:
    control = "<control><status>success</status><controlid>c</controlid></control>"
    text = f'<?xml version="1.0"?><response>{control}{operation}</response>'
    return httpx.Response(200, content=text.encode(), headers=XML)


def refused_xml(number: str) -> httpx.Response:
    fault = f"<error><errorno>{number}</errorno><description2>no</description2></error>"
    text = f"<authentication><status>failure</status></authentication><errormessage>{fault}"
    return xml(f"<operation>{text}</errormessage></operation>")


def signed_in(endpoint: str = "https://www-p1.intacct.com/ia/xml/xmlgw.phtml") -> httpx.Response:
    who = "<status>success</status><userid>ws</userid><companyid>acme-imp</companyid>"
    api = f"<api><sessionid>{SESSION}</sessionid><endpoint>{endpoint}</endpoint></api>"
    result = (
        "<result><status>success</status><function>getAPISession</function>"
        f"<controlid>open-session</controlid><data>{api}</data></result>"
    )
    return xml(f"<operation><authentication>{who}</authentication>{result}</operation>")


ISSUED = rest(200, {"access_token": TOKEN, "refresh_token": REFRESH, "expires_in": 3600})


class Wire:
    """Sage Intacct as a test says: one reply for each kind of request, again and again."""

    def __init__(self, **replies: Reply) -> None:
        self.replies: dict[str, Reply] = {
            "token": ISSUED,
            "rest": rest(200, {"ia::result": [], "ia::meta": {}}),
            "sign_in": signed_in(),
            "xml": refused_xml("XL03000006"),
            **replies,
        }
        self.sent: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        kind = "rest"
        if request.url.path.endswith("/oauth2/token"):
            kind = "token"
        elif request.url.path.endswith("xmlgw.phtml"):
            kind = "sign_in" if b"<getAPISession" in request.content else "xml"
        self.sent.append(kind)
        reply = self.replies[kind]
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(
            reply.status_code, content=reply.content, headers=dict(reply.headers), request=request
        )


class Rig:
    """One tenant on moto, with marked secrets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, dynamodb: Any, secrets: Any) -> None:
        self.monkeypatch = monkeypatch
        self.dynamodb = dynamodb
        self.secrets = secrets
        self.shown: list[str] = []
        self.logger = Logger(service="test", logger_formatter=None)
        self.tenant = Tenant.model_validate(
            {
                "id": "acme",
                "intacct": {"company_id": "acme-imp", "user_id": "ws"},
                "entities": [{"id": "100", "zone": "UTC", "base_currency": "USD"}],
            }
        )
        self.keep(MEMBERS)

    def keep(self, members: dict[str, str] | str) -> None:
        text = members if isinstance(members, str) else json.dumps(members)
        self.secrets.put_secret_value(SecretId=SECRET, SecretString=text)
        tenant_bootstrap.secrets.cache_clear()

    def speak_to(self, wire: Wire) -> None:
        """Put the wire in the network's place."""
        known = connections.settings()
        urls = (known.INTACCT_REST_URL, known.INTACCT_OAUTH_URL, known.INTACCT_XML_URL)
        inner = allowed_transport(*urls, inner=httpx.MockTransport(wire))
        self.monkeypatch.setattr(bootstrap, "transport", lambda: inner)

    def walk(self, act: Callable[[], object]) -> bool:
        """Do it, log what it raises as a function does, and keep everything that shows of it."""
        try:
            act()
        except IntacctError as error:
            self.logger.exception("posting broke off", extra={"error": error})
            self.shown += traceback.format_exception(error)
            self.shown += _all_of(error)
            return True
        return False

    def walk_everything(self) -> int:
        """Every way in which the clients are used; how many of them failed."""
        books = bootstrap.books(self.tenant, "100")
        journal: JournalEntry = BATCH
        customer: Customer = CUSTOMER
        ways: list[Callable[[], object]] = [
            lambda: books.find(customer),
            lambda: books.create(customer, control_id="c", idempotency_key="k"),
            lambda: books.find(journal),
            lambda: books.create(journal, control_id="c", idempotency_key="k"),
            lambda: bootstrap.tokens(self.tenant).renewed(rejected=TOKEN),
            lambda: bootstrap.sessions(self.tenant).current("100"),
        ]
        return sum(self.walk(way) for way in ways)

    def look_at_reprs(self) -> None:
        """What a debugger or a careless log line would show."""
        built = [kept.thing for kept in bootstrap._kept.values()]
        things = [*built, tenant_bootstrap.secrets(), connections.vault(), connections.table()]
        things += [gates.gate_of(self.tenant), gates.seats_of(self.tenant), self.tenant]
        self.shown += [f"{thing!r} {thing}" for thing in things]


def _all_of(error: BaseException) -> list[str]:
    """The error and all that led to it, shown or not: texts, reprs, what they carry."""
    texts, waiting, seen = [], [error], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        texts.append(f"{one} {one!r} {one.args!r}")
        if isinstance(one, IntacctError):
            texts.append(repr(vars(one)))
        waiting += [other for other in (one.__cause__, one.__context__) if other is not None]
    return texts


@pytest.fixture(scope="module")
def cloud() -> Iterator[tuple[Any, Any, str]]:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        keys: Any = [("pk", "HASH"), ("sk", "RANGE")]
        dynamodb.create_table(
            TableName="connections",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n, _ in keys],
        )
        secrets = boto3.client("secretsmanager", region_name=REGION)
        secrets.create_secret(Name=SECRET, SecretString="{}")
        key = boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["KeyId"]
        yield dynamodb, secrets, key


@pytest.fixture
def rig(cloud: tuple[Any, Any, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    dynamodb, secrets, key = cloud
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "STAGE": "test",
        "CONNECTIONS_TABLE": "connections",
        "CONNECTIONS_KEY_ID": key,
        "INTACCT_REST_URL": "https://api.intacct.com/ia/api/v1",
        "INTACCT_OAUTH_URL": "https://api.intacct.com/ia/api/v1/oauth2/token",
        "INTACCT_XML_URL": "https://api.intacct.com/ia/xml/xmlgw.phtml",
        "INTACCT_SECRET_PREFIX": "cartledger/test/intacct/",
    }.items():
        monkeypatch.setenv(name, value)
    for item in dynamodb.scan(TableName="connections")["Items"]:
        place = {name: item[name] for name in ("pk", "sk")}
        dynamodb.delete_item(TableName="connections", Key=place)
    _forget()
    yield Rig(monkeypatch, dynamodb, secrets)
    _forget()


def _forget() -> None:
    for cached in (aws.dynamodb, aws.kms, aws.secretsmanager, tenant_bootstrap.secrets):
        cached.cache_clear()
    bootstrap.close()


@pytest.fixture
def everything(
    rig: Rig, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[[], str]:
    """All that came out of a test so far, in one text."""
    caplog.set_level(logging.DEBUG)

    def collect() -> str:
        rig.look_at_reprs()
        printed = capfd.readouterr()
        assert "posting broke off" in printed.out + printed.err + caplog.text
        return "\n".join([*rig.shown, printed.out, printed.err, caplog.text])

    return collect


WIRE_FAILURES: dict[str, dict[str, Reply]] = {
    "the token endpoint is away": {"token": httpx.ConnectError("no route")},
    "the token endpoint is silent": {"token": httpx.ReadTimeout("silence")},
    "the client is refused": {"token": rest(401, {"error": "invalid_client"})},
    "the grant is refused": {"token": rest(400, {"error": "invalid_grant"})},
    "a page instead of a token": {"token": HTML},
    "half a token": {"token": httpx.Response(200, content=ISSUED.content[:40])},
    "a token under another name": {"token": rest(200, {"token": TOKEN})},
    "too many tokens": {"token": rest(429, {}, **{"Retry-After": "5"})},
    "rest is away": {"rest": httpx.ConnectError("no route")},
    "rest is silent": {"rest": httpx.ReadTimeout("silence")},
    "rest breaks off": {"rest": httpx.RemoteProtocolError("peer closed")},
    "the token is refused in mid-run": {"rest": rest(401, {"error": "invalid_token"})},
    "the token is refused as a bad request": {"rest": rest_error(400, "invalidToken")},
    "the role does not cover it": {"rest": rest_error(403, "forbidden")},
    "rest is throttled": {"rest": rest(429, {}, **{"Retry-After": "5"})},
    "rest is overloaded": {"rest": rest(503)},
    "rest fails": {"rest": rest_error(500, "internal")},
    "a page instead of a record": {"rest": HTML},
    "half a record": {"rest": httpx.Response(200, content=b'{"ia::result": {"key')},
    "an encoding that is none": {
        "rest": httpx.Response(200, content=b"no gzip", headers={"X-Encoding": "gzip"})
    },
    "another host instead of an answer": {
        "rest": httpx.Response(302, headers={"Location": "https://evil.example/"})
    },
    "the gateway is away": {"sign_in": httpx.ConnectError("no route")},
    "the gateway is silent": {"sign_in": httpx.ReadTimeout("silence")},
    "the login is refused": {"sign_in": refused_xml("XL03000006")},
    "a page instead of a session": {"sign_in": HTML},
    "half a session": {"sign_in": httpx.Response(200, content=signed_in().content[:-60])},
    "a session at a foreign host": {"sign_in": signed_in("https://evil.example/xmlgw.phtml")},
    "the session dies in mid-run": {"xml": refused_xml("XL03000006")},
    "the gateway is silent after the sign-in": {"xml": httpx.ReadTimeout("silence")},
    "the gateway breaks off": {"xml": httpx.RemoteProtocolError("peer closed")},
    "a page instead of an answer": {"xml": HTML},
    "half an answer": {"xml": httpx.Response(200, content=b"<?xml version='1.0'?><resp")},
    "the gateway is throttled": {"xml": httpx.Response(429, headers={"Retry-After": "5"})},
}


@pytest.mark.parametrize("failure", WIRE_FAILURES)
def test_a_failure_on_the_wire_shows_no_secret(
    rig: Rig, everything: Callable[[], str], failure: str
) -> None:
    wire = Wire(**WIRE_FAILURES[failure])
    rig.speak_to(wire)

    failed = rig.walk_everything()

    assert failed >= 1
    assert set(WIRE_FAILURES[failure]) <= set(wire.sent)
    assert MARK not in everything()


BROKEN_SECRETS: dict[str, dict[str, str] | str] = {
    "cut off": json.dumps(MEMBERS)[:-20],
    "no object": json.dumps([MEMBERS["client_secret"]]),
    "incomplete": {**MEMBERS, "client_id": "", "sender_id": ""},
    "of another company": {**MEMBERS, "username": "ws@other-imp"},
    "with a password for a name": {**MEMBERS, "username": MEMBERS["user_password"]},
    "with a member too many": {**MEMBERS, "sender_id": "", "spare": f"{MARK}-spare"},
}


@pytest.mark.parametrize("fault", BROKEN_SECRETS)
def test_a_broken_secret_does_not_show_its_members(
    rig: Rig, everything: Callable[[], str], fault: str
) -> None:
    rig.keep(BROKEN_SECRETS[fault])
    wire = Wire()
    rig.speak_to(wire)

    assert rig.walk_everything() == 6
    assert wire.sent == []
    assert MARK not in everything()


def test_a_refused_refresh_token_is_not_shown(rig: Rig, everything: Callable[[], str]) -> None:
    rig.keep({**MEMBERS, "refresh_token": REFRESH})
    rig.speak_to(Wire(token=rest(400, {"error": "invalid_grant"})))

    assert rig.walk_everything() >= 3
    assert MARK not in everything()


@pytest.mark.parametrize("service", ["dynamodb", "kms", "secretsmanager"])
def test_a_service_of_aws_that_fails_shows_no_secret(
    rig: Rig,
    everything: Callable[[], str],
    service: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Denied:
        """A client whose every call is denied."""

        def __getattr__(self, operation: str) -> Any:
            def deny(**members: Any) -> Any:
                del members
                code = {"Code": "AccessDeniedException", "Message": "not authorised"}
                raise ClientError({"Error": code}, operation)  # type: ignore[typeddict-item]  # as AWS sends it

            return deny

    monkeypatch.setattr(aws, service, cache(Denied))
    tenant_bootstrap.secrets.cache_clear()
    connections.forget()
    rig.speak_to(Wire())

    assert rig.walk_everything() >= 5
    assert MARK not in everything()


def test_the_search_itself_finds_a_secret_that_shows(
    rig: Rig, everything: Callable[[], str]
) -> None:
    def careless() -> None:
        message = f"login with {MEMBERS['user_password']} failed"
        raise IntacctError(message)

    rig.walk(careless)

    assert MARK in everything()
