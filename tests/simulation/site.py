"""One company's Sage as an HTTP server: the simulator's own, in this process and socketless."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from lxml import etree

from local.intacct_simulator.clock import Clock
from local.intacct_simulator.company import Company, Credentials, Switches
from local.intacct_simulator.faults import Mishap
from local.intacct_simulator.server import FUNCTION, REST_PREFIX, XML_PATH, build
from local.intacct_simulator.xml.gateway import READ_FUNCTIONS
from shared.postings.plan import PostingKind
from tests.contract.xml_rig import AsgiTransport

HOST = "https://sage.intacct.com"
REST_URL = f"{HOST}{REST_PREFIX}"
TOKEN_URL = f"{REST_URL}/oauth2/token"
XML_URL = f"{HOST}{XML_PATH}"
USER = "ws"
UNIQUE_AT_SITES = frozenset({"ar_adjustment"})
UNIQUE_KINDS_AT_SITES = (PostingKind.CREDIT_MEMO, PostingKind.DEBIT_MEMO)
"""The tables in which the server refuses a second document of a number, and the postings there."""

_CREATE, _BATCH, _FIND, _TOKEN = "sage.create", "sage.batch", "sage.find", "sage.token"
_SIGN_IN = b"getAPISession"
_READS = frozenset(name.encode() for name in READ_FUNCTIONS)
_QUERY = "/services/core/query"
_LONG = 10**8
_NUMBERS = re.compile(r"/\d+")


@dataclass(frozen=True, slots=True)
class Call:
    """What a request is, by its bytes: its boundary, how many rows it writes, what it is about."""

    boundary: str
    rows: int
    about: str

    @property
    def is_write(self) -> bool:
        """Whether it may change the books."""
        return self.boundary in (_CREATE, _BATCH)


def call_of(request: httpx.Request) -> Call:
    """Say what a request of the product's clients is."""
    path, content = request.url.path, request.read()
    if path == XML_PATH:
        return _functions(FUNCTION.findall(content))
    name = _NUMBERS.sub("", path.removeprefix(REST_PREFIX))
    if path.startswith(f"{REST_PREFIX}/oauth2/"):
        return Call(_TOKEN, 0, name)
    if request.method == "GET" or name == _QUERY:
        return Call(_FIND, 0, f"{request.method} {name}")
    rows = json.loads(content or b"null")
    count = len(rows) if isinstance(rows, list) else 1
    boundary = _BATCH if count > 1 else _CREATE
    return Call(boundary, count, f"{request.method} {name} {count}")


def _functions(names: list[bytes]) -> Call:
    about = " ".join(sorted({name.decode() for name in names}))
    if _SIGN_IN in names:
        return Call(_TOKEN, 0, about)
    writes = [name for name in names if name not in _READS]
    if not writes:
        return Call(_FIND, 0, about)
    return Call(_BATCH if len(names) > 1 else _CREATE, len(names), f"{about} {len(names)}")


def cut(request: httpx.Request, rows: int) -> httpx.Request:
    """The request as far as Sage got with it: its first rows."""
    body = request.read()
    if request.url.path != XML_PATH:
        return changed(request, json.dumps(json.loads(body)[:rows]).encode())
    document = etree.fromstring(body)
    for content in document.findall("operation/content"):
        content[rows:] = []
    return changed(request, etree.tostring(document))


def ended(answer: httpx.Response, request: httpx.Request, done: int) -> httpx.Response:
    """The answer to the functions that were done, and to the next one that its session is over."""
    document = etree.fromstring(answer.read())
    operation = document.find("operation")
    if operation is None or operation.find("result") is None:
        return answer
    function = etree.fromstring(request.read()).findall("operation/content/function")[done]
    result = etree.SubElement(operation, "result")
    told = {
        "status": "failure",
        "function": function[0].tag,
        "controlid": function.get("controlid"),
    }
    for name, value in told.items():
        etree.SubElement(result, name).text = value
    error = etree.SubElement(etree.SubElement(result, "errormessage"), "error")
    etree.SubElement(error, "errorno").text = "XL03000006"
    etree.SubElement(error, "description2").text = "Invalid session"
    return httpx.Response(200, content=etree.tostring(document))


def changed(
    request: httpx.Request, content: bytes | None = None, headers: Mapping[str, str | None] = {}
) -> httpx.Request:
    """A copy with other content or headers; a header that is None is left out."""
    kept = {name: value for name, value in request.headers.items() if name not in headers}
    kept.pop("content-length", None)
    kept |= {name: value for name, value in headers.items() if value is not None}
    told = request.read() if content is None else content
    return httpx.Request(request.method, request.url, headers=kept, content=told)


class Site:
    """The server of one company; tokens and passwords are the business of `line`."""

    def __init__(
        self,
        tenant: str,
        clock: Clock,
        seed: Mapping[str, Any],
        dice: random.Random,
        *,
        lag: float,
        remembers_keys: bool,
    ) -> None:
        """`lag` is how long queries do not see what is new; `seed` are books to begin with."""
        credentials = Credentials(
            company_id=tenant, user_id=USER, sender_id="x", sender_password="x", client_id="x"
        )
        switches = Switches(
            token_seconds=_LONG,
            read_lag_seconds=lag,
            bad_token_status=dice.choice((0, 400, 401)),
            sign_in_status=dice.choice((200, 400, 401)),
            duplicate_control_id=dice.choice(("error", "replay")),
        )
        self.company = Company(clock=clock, credentials=credentials, switches=switches, seed={})
        self.company.books.store.restore(dict(seed))
        self.company.ensure_user()
        self._lag = lag
        self._remembers_keys = remembers_keys
        self._wire = AsgiTransport(build(self.company), never_waits=True)
        self._bearer = ""

    def admitted(self, request: httpx.Request) -> httpx.Request:
        """The request of somebody whose token is good, as the server knows its own tokens."""
        if not self._bearer:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.company.credentials.client_id,
                "client_secret": self.company.credentials.client_secret,
                "username": self.company.credentials.username,
            }
            told = self._wire.handle_request(httpx.Request("POST", TOKEN_URL, data=form)).json()
            self._bearer = f"Bearer {told['access_token']}"
        return changed(request, headers={"authorization": self._bearer})

    def signs_in_with(self, password: str) -> None:
        """This is the password of our user from now on."""
        self.company.passwords[USER] = password

    def end_sessions(self) -> None:
        """Every XML session is over."""
        self.company.sessions.expire_all()

    def serve(
        self, request: httpx.Request, *, stale_seconds: float = 0.0, mishap: Mishap | None = None
    ) -> httpx.Response:
        """What the server answers; `mishap` strikes this request."""
        if not self._remembers_keys:
            request = changed(request, headers={"idempotency-key": None})
        if mishap is not None:
            self.company.faults.add(mishap=mishap, times=1)
        self.company.switches.read_lag_seconds = max(self._lag, stale_seconds)
        try:
            return self._wire.handle_request(request)
        finally:
            self.company.faults.clear()
            self.company.switches.read_lag_seconds = self._lag
