"""Our XML client against the simulator's gateway, in one process and without a socket."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import httpx

from intacct.xml.actions import XmlActions
from intacct.xml.envelope import SenderCredentials, UserCredentials
from intacct.xml.gateway import XmlGateway
from intacct.xml.sessions import Session, open_session
from intacct.xml.transport import XmlTransport
from local.intacct_simulator.company import Company
from local.intacct_simulator.xml.gateway import app

URL = "http://127.0.0.1/ia/xml/xmlgw.phtml"


class AsgiTransport(httpx.BaseTransport):
    """Calls an ASGI application for each request of a synchronous client.

    One that `never_waits` (no latency, no dropped connection) is called without an event loop,
    which takes a fraction of the time.
    """

    def __init__(self, application: Any, *, never_waits: bool = False) -> None:
        self._application = application
        self._run = _at_once if never_waits else asyncio.run

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._run(self._call(request, request.read()))

    async def _call(self, request: httpx.Request, body: bytes) -> httpx.Response:
        status, headers, parts = 500, [], []

        async def receive() -> dict[str, Any]:  # the ASGI signature
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:  # the ASGI signature
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], message["headers"]
            else:
                parts.append(message.get("body", b""))

        await self._application(_scope(request), receive, send)
        return httpx.Response(status, headers=headers, content=b"".join(parts))


def _at_once(call: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
    """The result of a coroutine that never waits for anything."""
    try:
        call.send(None)
    except StopIteration as done:
        response: httpx.Response = done.value
        return response
    message = "the application waits, and no loop is there to wait in"
    raise AssertionError(message)


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": (request.url.host, request.url.port or 80),
    }


class HeldSessions:
    """A session source in memory: one session for each entity."""

    def __init__(self, opened: Callable[[str], Session]) -> None:
        self._opened = opened
        self._held: dict[str, Session] = {}
        self.renewals = 0
        self.expiries: list[datetime] = []

    def current(self, entity: str) -> Session:
        if entity not in self._held:
            self._held[entity] = self._opened(entity)
        return self._held[entity]

    def renewed(self, entity: str, rejected: Session) -> Session:
        self.renewals += 1
        if self._held.get(entity) == rejected:
            del self._held[entity]
        return self.current(entity)

    def seen(self, session: Session, expires_at: datetime) -> None:
        del session
        self.expiries.append(expires_at)


class XmlRig:
    """A company, its gateway, and clients that speak to it."""

    def __init__(
        self,
        company: Company | None = None,
        *,
        http: httpx.Client | None = None,
        url: str = URL,
    ) -> None:
        """In process by default; over a socket with a client and a URL of a running simulator."""
        self.company = company or Company()
        self.http = http or httpx.Client(transport=AsgiTransport(app(self.company)))
        credentials = self.company.credentials
        self.sender = SenderCredentials(credentials.sender_id, credentials.sender_password)
        self.user = UserCredentials(
            credentials.company_id, credentials.user_id, credentials.user_password
        )
        ids = itertools.count(1)
        self.new_id = lambda: f"request-{next(ids)}"
        self.transport = XmlTransport(self.http, url, self.sender, new_id=self.new_id)
        self.sessions = HeldSessions(self.open)
        self.gateway = XmlGateway(self.http, url, self.sender, self.sessions, new_id=self.new_id)

    def open(self, entity: str = "") -> Session:
        return open_session(self.transport, self.user, entity, clock=self.company.clock.now)

    def actions(self, entity: str = "") -> XmlActions:
        return XmlActions(self.gateway, entity=entity, base_currency="USD")

    def balance(self, account: str) -> str:
        """Debits less credits of an account, as the ledger has them."""
        rows = self.company.books.trial_balance()
        wanted = [row for row in rows if row.account == account]
        return str(sum((row.debit - row.credit for row in wanted), start=0))
