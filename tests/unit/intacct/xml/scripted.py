"""A gateway that is answered from a script, and remembers what it was asked."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
from lxml import etree

from intacct.gate import Gate
from intacct.xml.envelope import SenderCredentials
from intacct.xml.gateway import XmlGateway
from intacct.xml.sessions import Session

URL = "https://api.intacct.com/ia/xml/xmlgw.phtml"
BOUND = "https://na12.intacct.com/ia/xml/xmlgw.phtml"


class Sessions:
    """Two sessions, the second after a renewal; `failure` is of the store that they are kept in."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.renewals: list[Session] = []
        self.expiries: list[tuple[str, datetime]] = []

    def _session(self, entity: str) -> Session:
        number = len(self.renewals) + 1
        expires_at = datetime(2026, 1, 15, 9, tzinfo=UTC)
        return Session(f"session-{number}", BOUND, expires_at, entity)

    def current(self, entity: str) -> Session:
        return self._session(entity)

    def renewed(self, entity: str, rejected: Session) -> Session:
        self._fail()
        self.renewals.append(rejected)
        return self._session(entity)

    def seen(self, session: Session, expires_at: datetime) -> None:
        self._fail()
        self.expiries.append((session.id, expires_at))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class Rig:
    """A gateway that is answered from a script."""

    def __init__(
        self, *script: bytes | httpx.Response | Exception, gate: Gate | None = None
    ) -> None:
        self._script = list(script)
        self.requests: list[httpx.Request] = []
        self.sessions = Sessions()
        self.gateway = XmlGateway(
            httpx.Client(transport=httpx.MockTransport(self._answer)),
            URL,
            SenderCredentials("sender", "sender-secret"),
            self.sessions,
            new_id=lambda: f"request-{len(self.requests)}",
            gate=gate,
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, content=answer)

    def sent(self, index: int, path: str) -> str | None:
        found: str | None = etree.fromstring(self.requests[index].content).findtext(path)
        return found

    def control_ids(self, index: int) -> list[str | None]:
        functions = etree.fromstring(self.requests[index].content).iterfind(".//function")
        return [function.get("controlid") for function in functions]
