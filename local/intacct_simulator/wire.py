"""One HTTP exchange below the two protocols: reading a body, writing an answer, cutting it off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

FORM = "application/x-www-form-urlencoded"
MAX_BODY = 20 * 1024 * 1024


class BodyTooLargeError(Exception):
    """A request body passes the limit."""


@dataclass(frozen=True)
class Answer:
    """A whole answer before it is written."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Make a JSON answer; numbers of the books travel as text."""
    content = json.dumps(body, default=_to_text, ensure_ascii=False).encode()
    return Answer(status, content, {"Content-Type": "application/json", **(headers or {})})


def _to_text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    message = f"{type(value).__name__} is no JSON"
    raise TypeError(message)


async def read_body(receive: Receive) -> bytes:
    """Read a whole request body.

    Raises:
        BodyTooLargeError: it is longer than 20 MiB.
    """
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise BodyTooLargeError
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def document_of(content: bytes, content_type: str) -> bytes:
    """Give the XML document of a request: its body, or the field `xmlrequest` of a form.

    Older browser clients send the form; `curl -d` sends the document under the form's type.
    A media type is the same in any case (RFC 9110 §8.3.1).
    """
    if not content_type.lower().startswith(FORM) or content.lstrip().startswith(b"<"):
        return content
    fields = parse_qs(content.decode("utf-8", errors="replace"))
    return fields.get("xmlrequest", [""])[0].encode()


async def write(send: Send, answer: Answer, *, cut_at: int | None = None) -> None:
    """Write an answer; with `cut_at` only so many bytes of the announced length."""
    length = str(len(answer.content))
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    if answer.status != 204:  # noqa: PLR2004  # HTTP: no content, no length
        headers.append((b"content-length", length.encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    content = answer.content if cut_at is None else answer.content[:cut_at]
    await send({"type": "http.response.body", "body": content, "more_body": cut_at is not None})


async def run_app(app: AsgiApp, scope: Scope, content: bytes) -> Answer:
    """Let another ASGI application answer, and keep its answer instead of sending it."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start = next(one for one in messages if one["type"] == "http.response.start")
    bodies = [one.get("body", b"") for one in messages if one["type"] == "http.response.body"]
    headers = {name.decode(): value.decode() for name, value in start.get("headers", ())}
    headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
    return Answer(start["status"], b"".join(bodies), headers)


async def drop(receive: Receive) -> None:
    """Cut the connection without another byte.

    uvicorn gives the transport away only through the object that `receive` belongs to; where
    there is none (an in-process client), the client sees the error itself.

    Raises:
        ConnectionResetError: there is no connection to cut.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        message = "the simulator dropped the connection"
        raise ConnectionResetError(message)
    transport.abort()
    # The server must have noticed before we return, or it would answer 500 into the void.
    await asyncio.sleep(0.01)
