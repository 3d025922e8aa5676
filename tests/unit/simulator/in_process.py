"""An httpx transport that calls an ASGI application in this process, without a port."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx

from local.intacct_simulator.wire import AsgiApp, Message


class InProcess(httpx.BaseTransport):
    """Runs one request at a time on an event loop of its own."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.run(self.exchange(request))

    def run(self, work: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        return self._loop.run_until_complete(work)

    async def exchange(self, request: httpx.Request) -> httpx.Response:
        scope = {
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
            "server": (request.url.host, 80),
        }
        content, messages = request.read(), list[Message]()

        async def receive() -> Message:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, send)
        start, *bodies = messages
        return httpx.Response(
            start["status"],
            headers=start["headers"],
            content=b"".join(body.get("body", b"") for body in bodies),
            request=request,
        )

    def close(self) -> None:
        self._loop.close()
