"""One process's line to a company's server: an httpx transport on which faults strike.

What clients make of refusals, silence and torn answers is theirs to decide; here they get them as
bytes, or as the errors that httpx raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn
from urllib.parse import parse_qs

import httpx

from intacct.documents import Document
from intacct.errors import CredentialsError, IntacctError, NotSentError
from intacct.rest.auth import Token
from intacct.undoing import CloseSalesDocument
from local.intacct_simulator.faults import Mishap
from shared.ledger.run import mark_of
from shared.tenants.models import Tenant
from tests.simulation.company import Company
from tests.simulation.desk import LoginDesk, alone
from tests.simulation.faults import Fault
from tests.simulation.sage import HTTP_TIMEOUT, staleness_of
from tests.simulation.scheduler import KilledError
from tests.simulation.site import XML_URL, Call, call_of, cut, ended
from tests.simulation.traffic import Traffic
from tests.simulation.wire import Wire

_SIGN_IN_TIMEOUT = 20.0
_COUNTED = "is counted"
_LIMITED = (Mishap.RATE_LIMIT, Mishap.RATE_TEXT)
_INSTEAD = (Mishap.ERROR_BEFORE, Mishap.HTML_PAGE)
"""What a proxy answers when the work behind it may have been done."""
_UNAVAILABLE = (Mishap.UNAVAILABLE, Mishap.OFFLINE, Mishap.HTML_PAGE)


class _SilenceError(IntacctError):
    """The token endpoint did not answer."""


class Line(httpx.BaseTransport):
    """Carries the requests of one process to one company."""

    def __init__(
        self,
        wire: Wire,
        company: Company,
        traffic: Traffic,
        tenant: Tenant,
        *,
        has_intent: Callable[[], bool],
    ) -> None:
        """`has_intent`: a refresh of the token is written down as begun."""
        assert company.site is not None, "the company has a server"
        self._wire = wire
        self._company = company
        self._site = company.site
        self._traffic = traffic
        self._tenant = tenant
        self._has_intent = has_intent
        self._documents: Sequence[tuple[str, Document]] = ()
        self._announced: set[str] = set()
        self._staleness = 0.0

    @contextmanager
    def carrying(self, documents: Sequence[tuple[str, Document]]) -> Iterator[None]:
        """Writes from here on are of these documents, with their control ids."""
        self._documents = documents
        self._announced.clear()
        try:
            yield
        finally:
            self._documents = ()

    def looks_for(self, document: Document) -> None:
        """Look-ups from here on are of this document: how old their view may be depends on it."""
        self._staleness = staleness_of(self._company, document)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request to the server, or let something happen to it."""
        call = call_of(request)
        if call.boundary == "sage.token":
            is_xml = str(request.url) == XML_URL
            return self._session(request, call) if is_xml else self._token(request)
        if request.extensions.get(_COUNTED):  # the same call once more, with a newer token
            return self._carry(request, call)
        request.extensions[_COUNTED] = True
        with self._traffic.under_way(self._tenant):
            return self._carry(request, call)

    def _carry(self, request: httpx.Request, call: Call) -> httpx.Response:
        documents = self._carried(request) if call.is_write else []
        kind = self._wire.strike(call.boundary, f"{self._company.tenant} {call.about}")
        self._wire.latency(1.0)
        refused = self._turned_away(request, kind)
        if refused is not None:
            return refused
        if kind is Fault.TOKEN_DEAD:
            if call.boundary == "sage.batch" and str(request.url) == XML_URL:
                return self._died_amid(request, call, documents)
            self._company.revoke()
        sent = self._signed(request)
        if kind is Fault.LANDS_LATE:
            marks = [mark_of(document) for document in documents]
            self._company.late(marks, lambda _delay: self._write(sent, documents))
            self._wait_in_vain(request)
        self._company.meddle(kind)
        if kind is Fault.PARTIAL:
            sent = cut(sent, int(self._wire.faults.dice.random() * call.rows))
        if call.is_write:
            answer = self._write(sent, documents)
        else:
            stale = self._staleness if kind is Fault.STALE_READ else 0.0
            answer = self._site.serve(sent, stale_seconds=stale)
        return self._answered(request, answer, call, kind)

    def _carried(self, request: httpx.Request) -> list[Document]:
        """The documents in a request; each is announced once, also when a new token repeats it."""
        content = request.read().decode()
        carried = [
            (control_id, document)
            for control_id, document in self._documents
            if mark_of(document) in content or isinstance(document, CloseSalesDocument)
        ]
        for control_id, document in carried:
            if control_id not in self._announced:
                self._announced.add(control_id)
                self._company.on_send(control_id, document)
        return [document for _, document in carried]

    def _turned_away(self, request: httpx.Request, kind: Fault | None) -> httpx.Response | None:
        """The answer of a server that does not read the request; silence, where it is lost."""
        company, dice = self._company, self._wire.faults.dice
        now = self._wire.scheduler.now
        if kind is Fault.RATE_LIMITED:
            company.storm_until = now + dice.random() * 120.0
        if now < company.storm_until or kind is Fault.RATE_LIMITED:
            return self._site.serve(request, mishap=dice.choice(_LIMITED))
        if kind is Fault.UNAVAILABLE:
            how = dice.choice((httpx.ConnectError, httpx.ConnectTimeout, *_UNAVAILABLE))
            if isinstance(how, Mishap):
                return self._site.serve(request, mishap=how)
            message = "nobody listens"
            raise how(message, request=request)
        if kind is Fault.REQUEST_LOST:
            self._wait_in_vain(request)
        return None

    def _answered(
        self, request: httpx.Request, answer: httpx.Response, call: Call, kind: Fault | None
    ) -> httpx.Response:
        """What arrives of the answer."""
        if kind is Fault.CRASH_AFTER:
            raise KilledError
        if kind in (Fault.ANSWER_LOST, Fault.PARTIAL):
            return self._lost(request, answer)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            self._wire.story.tell(f"{call.about}: {answer.status_code}")
        return answer

    def _died_amid(
        self, request: httpx.Request, call: Call, documents: Sequence[Document]
    ) -> httpx.Response:
        """The session dies between the functions of a request: some of them are carried out."""
        done = int(self._wire.faults.dice.random() * call.rows)
        answer = self._write(cut(request, done), documents) if done else None
        self._company.revoke()
        return self._site.serve(request) if answer is None else ended(answer, request, done)

    def _lost(self, request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        """What is left of an answer that does not arrive as it was given."""
        how = self._wire.faults.dice.choice(("silence", "silence", "cut off", "half", *_INSTEAD))
        if isinstance(how, Mishap):
            return self._site.serve(request, mishap=how)
        if how == "silence":
            self._wait_in_vain(request)
        if how == "cut off":
            message = "peer closed the connection"
            raise httpx.RemoteProtocolError(message, request=request)
        content = answer.read()
        return httpx.Response(answer.status_code, content=content[: len(content) // 2])

    def _write(self, sent: httpx.Request, documents: Sequence[Document]) -> httpx.Response:
        """Have the server carry these documents out, now or late, and note what came of it."""
        answer = self._site.serve(sent)
        closings = [one for one in documents if isinstance(one, CloseSalesDocument)]
        self._company.note_what_is_new(closings)
        return answer

    def _signed(self, request: httpx.Request) -> httpx.Request:
        """With a token that the server knows, where ours is good; sessions it knows anyway."""
        company = self._company
        is_good = request.headers.get("authorization") == f"Bearer {company.token}"
        if is_good and company.token and self._wire.scheduler.now < company.token_until:
            return self._site.admitted(request)
        if "authorization" in request.headers:
            self._wire.story.tell("token refused")
        return request

    # Signing in

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.read().decode()).items()}
        desk = LoginDesk(
            self._wire, self._company, form["client_secret"], has_intent=self._has_intent
        )
        refresh = form.get("refresh_token", "")
        spend = desk.spending(refresh) if refresh else str
        try:
            token = desk.issue(spend, _SilenceError)
        except _SilenceError:
            message = "no answer"
            raise httpx.ReadTimeout(message, request=request) from None
        except CredentialsError as error:
            return httpx.Response(401, json={"error": str(error)})
        except NotSentError:
            return self._site.serve(request, mishap=Mishap.UNAVAILABLE)
        return httpx.Response(200, json=self._told(token))

    def _told(self, token: Token) -> dict[str, object]:
        left = (token.expires_at - self._wire.scheduler.instant()).total_seconds()
        told = {"token_type": "Bearer", "access_token": token.access_token, "expires_in": int(left)}
        return told | ({"refresh_token": token.refresh_token} if token.refresh_token else {})

    def _session(self, request: httpx.Request, call: Call) -> httpx.Response:
        """Open an XML session with the user's password, which is the secret here."""
        company = self._company
        kind = self._wire.strike(call.boundary, f"{company.tenant} {call.about}")
        with alone(self._wire, company, "open a session at"):
            self._wire.latency(0.5)
        if kind is Fault.REQUEST_LOST:
            self._wait_in_vain(request, _SIGN_IN_TIMEOUT)
        if kind is Fault.UNAVAILABLE:
            return self._site.serve(request, mishap=Mishap.UNAVAILABLE)
        if kind is Fault.SECRET_REVOKED:
            company.revoke_secret(600.0 + self._wire.faults.dice.random() * 7200.0)
        self._site.signs_in_with(company.secret)
        answer = self._site.serve(request)
        if b"<sessionid>" in answer.read():
            self._wire.story.tell(f"session of {company.tenant}")
        else:
            company.refuse_login()
        if kind is Fault.CRASH_AFTER:
            raise KilledError
        if kind is Fault.ANSWER_LOST:
            self._wait_in_vain(request, _SIGN_IN_TIMEOUT)
        return answer

    def _wait_in_vain(self, request: httpx.Request, seconds: float = HTTP_TIMEOUT) -> NoReturn:
        self._wire.scheduler.sleep(seconds)
        message = "no answer"
        raise httpx.ReadTimeout(message, request=request)
