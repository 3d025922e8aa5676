"""The gateway: one request in, one response out, in the order of XML reference §16.1."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from local.intacct_simulator.books.errors import BusinessError
from local.intacct_simulator.xml.access import Access, check_control, enter
from local.intacct_simulator.xml.answers import Answer
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.control_ids import completed, keep_completed
from local.intacct_simulator.xml.failures import (
    PROCESSING,
    SCHEMA,
    SIGN_IN,
    ControlError,
    Fault,
    FunctionError,
    SignInError,
    of_business,
)
from local.intacct_simulator.xml.functions import FUNCTIONS, GET_SESSION
from local.intacct_simulator.xml.nodes import Node, is_true, make, parse, put, text_of
from local.intacct_simulator.xml.schema import check_envelope

logger = logging.getLogger(__name__)

READ_FUNCTIONS = frozenset(
    {
        "query",
        "read",
        "readByName",
        "readByQuery",
        "readMore",
        "lookup",
        "inspect",
        "getDimensions",
        "readUserFormatting",
        "getUserPermissions",
        "getAuditTrail",
        "get_applications",
        "get_companyprefs",
        "getFinancialSetup",
        "readEntityDetails",
        "get_araging",
        "get_list",
        "get",
        GET_SESSION,
    }
)
_XML = "text/xml; charset=UTF-8"
_PROCESSING_FAULT = Fault(PROCESSING, "There was an error processing the function.")
# The body of such an answer holds the data of one function and nothing else (§9.4, §16.1 no. 8).
_ONE_BODY = "The formats json and csv are for the only function of a request."


class RolledBackError(Exception):
    """A function of a transaction failed: everything before it is undone."""

    def __init__(self, done: int) -> None:
        super().__init__("the transaction failed")
        self.done = done


class Gateway:
    """The XML gateway of one company, as an ASGI application."""

    def __init__(self, company: Any) -> None:
        self._company = company
        self._result_sets: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; only POST is offered (§2)."""
        request = Request(scope, receive)
        if request.method != "POST":
            response: Response = PlainTextResponse(
                "Only POST is allowed.", status_code=405, headers={"Allow": "POST"}
            )
        else:
            body = await request.body()
            here = str(request.url.replace(query="", fragment=""))
            content, media_type, status = await self._worked_out(body, here)
            response = Response(content, status, headers={"Content-Type": media_type})
        await response(scope, receive, send)

    async def _worked_out(self, body: bytes, here: str) -> tuple[bytes, str, int]:
        """Answer beside the event loop; where there is none, nobody else has to be served."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self.respond(body, here)
        return await run_in_threadpool(self.respond, body, here)

    def answer(self, body: bytes, here: str) -> tuple[bytes, str]:
        """Answer one request document with a body and its content type.

        Args:
            body: the request document.
            here: the URL under which the client reached the gateway (§16.1 no. 7).
        """
        return self.respond(body, here)[:2]

    def respond(self, body: bytes, here: str) -> tuple[bytes, str, int]:
        """Answer one request document with a body, its content type and the HTTP status (§2.1)."""
        answer = Answer(support_id=secrets.token_urlsafe(12))
        with self._company.lock:
            plain = self._process(answer, body, here)
        if plain is not None:
            return plain.body, plain.body_type, 200
        status = self._company.switches.sign_in_status if answer.is_refused else 200
        return answer.to_bytes(), _XML, status

    def _process(self, answer: Answer, body: bytes, here: str) -> Outcome | None:
        """Fill the answer; gives the outcome instead when its body goes without envelope (§9.4)."""
        try:
            request = parse(body)
        except SyntaxError as exc:
            fault = Fault(SCHEMA, f"XML parse error on line {exc.lineno or 1}: {exc.msg}")
            answer.control(None, ControlError(fault))
            return None
        control = request.find("control")
        try:
            check_envelope(request)
            _check_functions(request)
            check_control(self._company, request[0])
        except ControlError as failure:
            answer.control(control, failure)
            return None
        answer.control(control)
        manner = _Manner(here, _is_unique(request[0]), _is_alone(request))
        outcomes = [
            self._operate(answer, operation, manner) for operation in request.iterfind("operation")
        ]
        return next((outcome for outcome in outcomes if outcome is not None), None)

    def _operate(self, answer: Answer, operation: Node, manner: _Manner) -> Outcome | None:
        """Carry out one operation; gives the outcome whose body is the answer, if there is one."""
        try:
            access = enter(self._company, operation[0])
        except SignInError as failure:
            answer.refused(failure)
            return None
        shown = answer.operation(access)
        run = _Run(self, answer, shown, access, manner)
        functions = operation.findall("content/function")
        if is_true(operation.get("transaction")):
            self._transact(run, functions)
        else:
            for function in functions:
                run.carry_out(function)
        return run.plain

    def _transact(self, run: _Run, functions: list[Node]) -> None:
        try:
            with self._company.books.transaction():
                run.carry_out_all(functions)
        except RolledBackError as rolled_back:
            run.roll_back(functions[rolled_back.done :])

    @property
    def company(self) -> Any:
        """The company that this gateway serves."""
        return self._company

    @property
    def result_sets(self) -> dict[str, Any]:
        """The pinned results of `readByQuery`."""
        return self._result_sets


@dataclass(frozen=True)
class _Manner:
    """What holds for the whole request: its URL, and whether it has one function only."""

    here: str
    is_unique: bool
    is_alone: bool


class _Run:
    """The functions of one operation."""

    def __init__(
        self, gateway: Gateway, answer: Answer, shown: Node, access: Access, manner: _Manner
    ) -> None:
        self._gateway = gateway
        self._answer = answer
        self._shown = shown
        self._access = access
        self._manner = manner
        self._store = gateway.company.books.store
        self.plain: Outcome | None = None

    def carry_out(self, function: Node) -> bool:
        """Run one function, write its result, and tell whether it succeeded."""
        node = function[0]
        control_id = function.get("controlid", "")
        counts = self._manner.is_unique and node.tag not in READ_FUNCTIONS
        known = completed(self._store, control_id) if counts else None
        if known is not None:
            return self._repeat(function, known)
        call = Call(self._gateway.company, self._access.caller, node, self._gateway.result_sets)
        try:
            outcome = self._outcome(function, call)
        except BusinessError as error:
            return self._fail(function, of_business(error, str(node.tag), _noun(node)), call)
        except FunctionError as failure:
            return self._fail(function, failure, call)
        except Exception:
            # A defect of ours is the failure of this function; the others keep their results.
            logger.exception("the simulator failed on %s", node.tag)
            return self._fail(function, FunctionError(_PROCESSING_FAULT), call)
        if outcome.body_type:
            self.plain = outcome
        result = self._answer.result(self._shown, function, outcome)
        if node.tag not in READ_FUNCTIONS:
            keep_completed(self._store, control_id, result)
        return True

    def carry_out_all(self, functions: list[Node]) -> None:
        """Run the functions of a transaction in their order.

        Raises:
            RolledBackError: one of them failed; it says how many had been run.
        """
        for done, function in enumerate(functions, start=1):
            if not self.carry_out(function):
                raise RolledBackError(done)

    def roll_back(self, never_ran: list[Node]) -> None:
        """Undo what a failed transaction had done, and say so in every result (§6.3)."""
        self._answer.roll_back(self._shown)
        for function in never_ran:
            self._answer.aborted(self._shown, function)

    def _fail(self, function: Node, failure: FunctionError, call: Call) -> bool:
        self._answer.failed(self._shown, function, failure, call.partial)
        return False

    def _outcome(self, function: Node, call: Call) -> Outcome:
        name = str(function[0].tag)
        if name == GET_SESSION:
            return self._open_session(function, call)
        if name in ("create", "update"):
            return FUNCTIONS[name](call)  # what came before a fault stays (§4.5)
        with call.books.transaction():
            outcome = FUNCTIONS[name](call)
        if outcome.body_type and not self._manner.is_alone:
            raise FunctionError(Fault("DL02000001", _ONE_BODY))
        return outcome

    def _repeat(self, function: Node, known: Node) -> bool:
        """A control id that was completed: the first answer again, or an error (§17 no. 1)."""
        if self._gateway.company.switches.duplicate_control_id == "replay":
            self._shown.append(known)
            return True
        failure = FunctionError(
            Fault("XL03000006", "A function with this controlid was already executed.")
        )
        self._answer.failed(self._shown, function, failure, [])
        return False

    def _open_session(self, function: Node, call: Call) -> Outcome:
        if not self._manner.is_alone:
            raise FunctionError(
                Fault(PROCESSING, f"{GET_SESSION} must be the only function of a request.")
            )
        place = function[0].find("locationid")
        caller = self._access.caller
        asked = caller.entity if place is None else (place.text or "").strip()
        entity = asked or call.company.home_of(caller.user)
        if not call.company.may_enter(caller.user, entity):
            raise FunctionError(
                Fault("Get API Session Failed", ""),
                Fault(SIGN_IN, f"The location '{entity}' is not valid for this user."),
            )
        session = call.company.sessions.open(caller.user, entity)
        api = make("api")
        put(api, "sessionid", session.id)
        put(api, "endpoint", self._manner.here)
        put(api, "locationid", entity)
        return Outcome(rows=(api,))


def app(company: Any) -> Gateway:
    """The gateway of a company, to be mounted at `/ia/xml/xmlgw.phtml`."""
    return Gateway(company)


def _is_unique(control: Node) -> bool:
    # The documented default is true (§6.1).
    return is_true(text_of(control, "uniqueid"), default=True)


def _is_alone(request: Node) -> bool:
    return len(request.findall("operation/content/function")) == 1


def _check_functions(request: Node) -> None:
    """Refuse functions that the schema does not know."""
    for function in request.iterfind("operation/content/function"):
        name = str(function[0].tag)
        if name != GET_SESSION and name not in FUNCTIONS:
            raise ControlError(
                Fault(
                    SCHEMA,
                    f"XML schema error on line {function[0].sourceline}: Element {name}: "
                    "this element is not expected.",
                )
            )


def _noun(node: Node) -> str:
    if node.tag in ("create", "update"):
        return str(node[0].tag).lower() if len(node) else "object"
    if node.tag == "delete":
        return text_of(node, "object").lower()
    return str(node.tag).partition("_")[2] or str(node.tag)
