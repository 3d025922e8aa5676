"""A gateway and a REST API that answer at once and keep nothing: for timing clients, not books.

    python -m tests.benchmarks.sdk_stub --tls FOLDER --latency-seconds 0.15

It prints one line of JSON as the simulator does. Customers whose id begins with `OLD` exist. It
counts requests, and API transactions as Sage bills them: one for each record that is written and
one for each query (XML reference §7.2).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from local.intacct_simulator.__main__ import AnnouncingServer
from local.intacct_simulator.company import Credentials
from local.intacct_simulator.server import REST_PREFIX, XML_PATH
from local.intacct_simulator.tls import make_certificate
from local.intacct_simulator.wire import Answer, Receive, Scope, Send, json_answer, read_body, write

KNOWN = "OLD"
_FUNCTION = re.compile(rb'<function controlid="([^"]*)">\s*<(\w+)(.*?)</function>', re.DOTALL)
_CUSTOMER = re.compile(rb"<CUSTOMERID>(.*?)</CUSTOMERID>")
_WANTED = re.compile(rb"<value>(.*?)</value>|CUSTOMERID\s*=\s*'([^']*)'")
_KEYS = {"create_sotransaction": "Sales Order-SO", "create_invoice": "", "create_arpayment": ""}
_HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?><response><control><status>success</status>"
    "<senderid>s</senderid><controlid>c</controlid><uniqueid>false</uniqueid>"
    "<dtdversion>3.0</dtdversion></control><operation><authentication><status>success</status>"
    "<userid>u</userid><companyid>c</companyid><locationid></locationid>"
    "<sessiontimestamp>2026-01-15T10:00:00+00:00</sessiontimestamp>"
    "<sessiontimeout>2099-01-15T22:00:00+00:00</sessiontimeout></authentication>"
)
_TAIL = "</operation></response>"


@dataclass
class Stub:
    """An ASGI application with the time that each answer takes."""

    latency_seconds: float
    requests: int = 0
    transactions: int = 0
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        content, path = await read_body(receive), scope["path"]
        if path == "/_sim/log":
            await write(send, json_answer(200, self._counted(scope["method"])))
            return
        answer = self._xml(content, scope) if path == XML_PATH else self._rest(path, content)
        await asyncio.sleep(self.latency_seconds)
        await write(send, answer)

    def _counted(self, method: str) -> dict[str, int]:
        if method == "DELETE":
            self.requests = self.transactions = 0
        return {"requests": self.requests, "transactions": self.transactions}

    def _xml(self, content: bytes, scope: Scope) -> Answer:
        self.requests += 1
        host = dict(scope["headers"])[b"host"].decode()
        results = [
            self._result(name.decode(), function.decode(), rest, host)
            for name, function, rest in _FUNCTION.findall(content)
        ]
        document = "".join([_HEAD, *results, _TAIL]).encode()
        return Answer(200, document, {"Content-Type": 'text/xml; encoding="UTF-8"'})

    def _result(self, control_id: str, function: str, content: bytes, host: str) -> str:
        head = (
            f"<result><status>success</status><function>{function}</function>"
            f"<controlid>{control_id}</controlid>"
        )
        if function == "getAPISession":
            where = f"https://{host}{XML_PATH}"
            api = f"<sessionid>s..</sessionid><endpoint>{where}</endpoint><locationid></locationid>"
            return f"{head}<data><api>{api}</api></data></result>"
        self.transactions += 1
        number = next(self.numbers)
        if function in _KEYS:
            return f"{head}<key>{_KEYS[function]}{number}</key></result>"
        if function == "create":
            return f"{head}{_created(content, number)}</result>"
        tag = "CUSTOMER" if function == "query" else "customer"
        found = [value for pair in _WANTED.findall(content) for value in pair if value]
        rows = "".join(
            f"<{tag}><RECORDNO>{place}</RECORDNO><CUSTOMERID>{one.decode()}</CUSTOMERID></{tag}>"
            for place, one in enumerate(found, start=1)
            if one.decode().startswith(KNOWN)
        )
        count = rows.count("<RECORDNO>")
        data = f'listtype="{tag}" count="{count}" totalcount="{count}" numremaining="0" resultId=""'
        return f"{head}<data {data}>{rows}</data></result>"

    def _rest(self, path: str, content: bytes) -> Answer:
        if path == f"{REST_PREFIX}/oauth2/token":
            token = {"access_token": "t", "refresh_token": "r", "expires_in": 43200}
            return json_answer(200, {"token_type": "Bearer", **token})
        self.requests += 1
        body = json.loads(content or b"{}")
        if path.endswith("/services/core/query"):
            self.transactions += 1
            rows = _rows(body)
            meta = {"totalCount": len(rows), "start": 1, "pageSize": 2000, "next": None}
            return json_answer(200, {"ia::result": rows, "ia::meta": meta})
        written = body if isinstance(body, list) else [body]
        self.transactions += len(written)
        made = [self._made(row) for row in written]
        meta = {"totalCount": len(made), "totalSuccess": len(made), "totalError": 0}
        result = made if isinstance(body, list) else made[0]
        return json_answer(201, {"ia::result": result, "ia::meta": meta})

    def _made(self, row: dict[str, Any]) -> dict[str, Any]:
        key = str(next(self.numbers))
        return {"key": key, "id": row.get("id", key), "href": f"/{key}", "ia::status": 201}


def _created(content: bytes, number: int) -> str:
    """The answer to a generic create: a customer, or else a payment."""
    named = _CUSTOMER.search(content)
    customer = b"<CUSTOMER>" in content and named is not None
    tag = "customer" if customer else "arpymt"
    own = f"<CUSTOMERID>{named[1].decode()}</CUSTOMERID>" if customer and named else ""
    row = f"<{tag}><RECORDNO>{number}</RECORDNO>{own}</{tag}>"
    return f'<data listtype="objects" count="1">{row}</data>'


def _rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows for the customers that exist, or one for each key that is asked for."""
    operands = [
        operand for one in body["filters"] for pair in one.values() for operand in pair.values()
    ]
    wanted = [value for one in operands for value in (one if isinstance(one, list) else [one])]
    if body["object"].endswith("/customer"):
        known = [one for one in wanted if str(one).startswith(KNOWN)]
        return [{"key": str(place), "id": one} for place, one in enumerate(known, start=1)]
    empty = dict.fromkeys(body["fields"])
    read = {"state": "pending", "totalInTxnCurrency": "50.00", "txnCurrency": "USD"}
    return [{**empty, **read, "key": one, "id": one} for one in wanted]


def main(
    *,
    tls: Annotated[Path, typer.Option(help="Where the certificate goes.")],
    latency_seconds: Annotated[float, typer.Option(min=0)] = 0.0,
) -> None:
    """Serve until a signal comes."""
    files, known = make_certificate(tls), Credentials()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    base = f"https://127.0.0.1:{listener.getsockname()[1]}"
    ready = {
        **vars(known),
        "username": known.username,
        "rest_base_url": base + REST_PREFIX,
        "xml_url": base + XML_PATH,
        "oauth_url": f"{base}{REST_PREFIX}/oauth2/token",
    }
    config = uvicorn.Config(
        Stub(latency_seconds),
        log_level="critical",
        access_log=False,
        lifespan="off",
        ssl_certfile=files.certificate,
        ssl_keyfile=files.key,
    )
    asyncio.run(AnnouncingServer(config, json.dumps(ready)).serve([listener]))


if __name__ == "__main__":
    typer.run(main)
