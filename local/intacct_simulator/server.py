"""The ASGI application: both wires over one company, with faults, limits and the request log."""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from local.intacct_simulator.admin import admin_app
from local.intacct_simulator.company import Company
from local.intacct_simulator.fault_answers import (
    OFFLINE_TEXT,
    RATE_TEXT,
    gateway_text,
    html_page,
)
from local.intacct_simulator.faults import Mishap, Rule
from local.intacct_simulator.log import Entry
from local.intacct_simulator.rest.app import ENTITY_HEADER, Pending, RestApi, RestRequest
from local.intacct_simulator.rest.envelopes import Reply, support_id
from local.intacct_simulator.webhooks import Webhooks
from local.intacct_simulator.wire import (
    Answer,
    AsgiApp,
    BodyTooLargeError,
    Receive,
    Scope,
    Send,
    document_of,
    drop,
    json_answer,
    read_body,
    run_app,
    write,
)

logger = logging.getLogger(__name__)

REST_ROOT = "/ia/api/"
REST_PREFIX = f"{REST_ROOT}v1"
XML_PATH = "/ia/xml/xmlgw.phtml"
ADMIN_PREFIX = "/_sim"
WEBHOOK_SECONDS = 0.2
XML_GATEWAY = "local.intacct_simulator.xml.gateway"
FUNCTION = re.compile(rb"<function\b[^>]*>\s*(?:<!--.*?-->\s*)*<([A-Za-z_][\w.]*)", re.DOTALL)
BEFORE = frozenset(
    {Mishap.RATE_LIMIT, Mishap.UNAVAILABLE, Mishap.HTML_PAGE, Mishap.ERROR_BEFORE}
    | {Mishap.DROP_BEFORE, Mishap.OFFLINE, Mishap.RATE_TEXT}
)


@dataclass(frozen=True)
class Exchange:
    """One request to a wire, read whole."""

    protocol: str
    request: RestRequest
    functions: tuple[str, ...]
    scope: Scope

    @property
    def entity(self) -> str:
        """The entity that a REST header asks for."""
        return self.request.headers.get(ENTITY_HEADER, "")


class Simulator:
    """Serves `/ia/api/v1`, `/ia/xml/xmlgw.phtml` and `/_sim`."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.rest = RestApi(company)
        self._xml = _xml_gateway(company)
        self._admin = admin_app(company, self.expire)
        self._webhooks = Webhooks(company)
        self._active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path = scope["path"]
        if path == ADMIN_PREFIX or path.startswith(f"{ADMIN_PREFIX}/"):
            await self._admin(scope, receive, send)
            return
        protocol = _protocol(path)
        if not protocol:
            await write(send, json_answer(404, {"error": "not found"}))
            return
        try:
            content = await read_body(receive)
        except BodyTooLargeError:
            await write(send, json_answer(413, {"error": "the request is too large"}))
            return
        await self._serve(_exchange(protocol, scope, content), receive, send)

    def expire(self) -> dict[str, int]:
        """End all access tokens and sessions now."""
        return {
            "tokens": self.rest.tokens.expire_all(),
            "sessions": self.company.sessions.expire_all(),
        }

    async def _serve(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        rule = self.company.faults.strike(
            exchange.protocol, exchange.request.method, exchange.request.path, exchange.functions
        )
        limit = self.company.switches.concurrency
        self._active += 1
        status = 0
        try:
            if limit and self._active > limit:
                answer: Answer | None = _limited(limit, self._active, 5.0)
            else:
                answer = await self._answer(exchange, rule)
            if answer is None:
                await drop(receive)
                return
            answer = _with_throttle(answer, limit, self._active)
            status = answer.status
            is_cut = rule is not None and rule.mishap is Mishap.TRUNCATED
            await write(send, answer, cut_at=len(answer.content) // 2 if is_cut else None)
            if is_cut:
                await asyncio.sleep(0.01)
                await drop(receive)
        finally:
            self._active -= 1
            self._note(exchange, status, time.perf_counter() - started, rule)

    async def _answer(self, exchange: Exchange, rule: Rule | None) -> Answer | None:
        """Give the answer, or None when the connection is to be dropped."""
        mishap = None if rule is None else rule.mishap
        delay = self.company.switches.latency_seconds
        if rule is not None and mishap is Mishap.SLOW:
            delay += rule.seconds
        if rule is not None and mishap in BEFORE:
            return _refusal(rule, exchange)
        if mishap is Mishap.EXPIRE:
            self.expire()
        try:
            answer = await self._work(exchange, delay)
            with self.company.lock:
                self.company.events.collect()
        except Exception:
            # The edge of the process: a defect of ours must look like a failing server.
            logger.exception("the simulator failed on %s", exchange.request.path)
            return _server_error()
        if mishap is Mishap.ERROR_AFTER:
            return _server_error()
        return None if mishap is Mishap.DROP_AFTER else answer

    async def _live(self, receive: Receive, send: Send) -> None:
        """Send webhooks from start to end of the process."""
        sending: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                sending = asyncio.create_task(self._send_webhooks())
            elif sending is not None:
                sending.cancel()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _send_webhooks(self) -> None:
        while True:
            await asyncio.sleep(WEBHOOK_SECONDS)
            if self.company.events.triggers:
                await asyncio.to_thread(self._webhooks.deliver_due)

    async def _work(self, exchange: Exchange, delay: float) -> Answer:
        if exchange.protocol == "xml":
            if delay:
                await asyncio.sleep(delay)
            return await run_app(self._xml, exchange.scope, exchange.request.content)
        started = self.rest.begin(exchange.request)
        if delay:
            try:
                await asyncio.sleep(delay)
            except asyncio.CancelledError:
                if isinstance(started, Pending):
                    self.rest.give_up(started)
                raise
        if isinstance(started, Reply):
            return _rest_answer(started)
        return _rest_answer(self.rest.finish(exchange.request, started))

    def _note(self, exchange: Exchange, status: int, seconds: float, rule: Rule | None) -> None:
        counted = len(exchange.functions) if exchange.protocol == "xml" else 1
        if exchange.request.path.startswith("/oauth2/"):
            counted = 0
        self.company.log.add(
            Entry(
                at=self.company.clock.now().isoformat(),
                protocol=exchange.protocol,
                method=exchange.request.method,
                path=exchange.request.path,
                functions=exchange.functions,
                entity=exchange.entity,
                status=status,
                transactions=counted,
                milliseconds=round(seconds * 1000, 3),
                fault="" if rule is None else rule.mishap.value,
            )
        )


def build(company: Company) -> Simulator:
    """Make the application that serves a company."""
    return Simulator(company)


def _protocol(path: str) -> str:
    if path == XML_PATH:
        return "xml"
    return "rest" if path == REST_PREFIX or path.startswith(REST_ROOT) else ""


def _exchange(protocol: str, scope: Scope, content: bytes) -> Exchange:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    path = scope["path"]
    if protocol == "xml":
        content = document_of(content, headers.get("content-type", ""))
    request = RestRequest(
        method=scope["method"],
        path=path.removeprefix(REST_PREFIX) if f"{path}/".startswith(f"{REST_PREFIX}/") else path,
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"))),
        headers=headers,
        content=content,
    )
    names = FUNCTION.findall(content) if protocol == "xml" else []
    return Exchange(protocol, request, tuple(name.decode() for name in names), scope)


def _rest_answer(reply: Reply) -> Answer:
    if reply.body is None:
        return Answer(reply.status, b"", reply.headers)
    return json_answer(reply.status, reply.body, reply.headers)


def _refusal(rule: Rule, exchange: Exchange) -> Answer | None:
    mishap, is_xml = rule.mishap, exchange.protocol == "xml"
    if mishap is Mishap.RATE_TEXT and is_xml:
        return gateway_text(exchange.functions, RATE_TEXT)
    if mishap is Mishap.OFFLINE and is_xml:
        return gateway_text(exchange.functions, OFFLINE_TEXT)
    if mishap in {Mishap.RATE_LIMIT, Mishap.RATE_TEXT}:
        return _limited(6, 7, rule.seconds)
    if mishap in {Mishap.UNAVAILABLE, Mishap.OFFLINE}:
        error = {
            "code": "GW-0001",
            "message": "Please Try Again Later",
            "supportId": support_id(),
        }
        return json_answer(503, {"ia::error": error}, {"Retry-After": f"{rule.seconds:g}"})
    if mishap is Mishap.HTML_PAGE:
        return html_page(rule.status)
    return _server_error() if mishap is Mishap.ERROR_BEFORE else None


def _limited(limit: int, active: int, seconds: float) -> Answer:
    """Say that too many requests run at once (REST reference §12)."""
    request_id = f"{secrets.token_hex(2)}:{secrets.token_hex(2)}".upper()
    error = {
        "code": "GW-0010",
        "message": "API rate limit exceeded",
        "supportId": support_id(),
        "details": {"requestId": request_id},
    }
    headers = {
        **_throttle(limit, active),
        "X-IA-Throttle-Limit-RetryAfter": f"{seconds:g}",
        "X-IA-TENANT-Throttle-Limit-Retry-After": f"{seconds:g}",
    }
    return json_answer(429, {"ia::error": error}, headers)


def _server_error() -> Answer:
    error: Mapping[str, Any] = {
        "code": "GW-0001",
        "message": "The gateway could not process the request",
        "supportId": support_id(),
    }
    return json_answer(500, {"ia::error": error})


def _with_throttle(answer: Answer, limit: int, active: int) -> Answer:
    if not limit or "X-IA-Throttle-Limit" in answer.headers:
        return answer
    return replace(answer, headers={**answer.headers, **_throttle(limit, active)})


def _throttle(limit: int, active: int) -> dict[str, str]:
    """Tell how many requests may run at once, and how many more (REST reference §4.2)."""
    remaining = str(limit - active)
    return {
        "X-IA-Throttle-Limit": str(limit),
        "X-IA-Throttle-Limit-Remaining": remaining,
        "X-IA-TENANT-Throttle-Limit": f"LIMIT001-{limit}",
        "X-IA-TENANT-Throttle-Limit-Remaining": remaining,
    }


def _xml_gateway(company: Company) -> AsgiApp:
    """Load the XML wire; it is imported here so that REST alone needs no XML library."""
    try:
        module = importlib.import_module(XML_GATEWAY)
    except ModuleNotFoundError:
        return _no_xml
    app: AsgiApp = module.app(company)
    return app


async def _no_xml(_scope: Scope, _receive: Receive, send: Send) -> None:
    await write(send, json_answer(501, {"error": "the XML gateway is not installed"}))
