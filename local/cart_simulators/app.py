"""A simulated cart over HTTP: one Starlette application, and webhooks sent from a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route as HttpRoute

from local.cart_simulators.admin import PREFIX, Admin
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.webhooks import Signed
from local.cart_simulators.wire import Answer, Dropped, Request

_METHODS = ["GET", "POST", "PUT", "DELETE"]
_PUMP_SECONDS = 0.1


def build(cart: CartSimulator) -> Starlette:
    """The application of a cart: its API, its `/_cart/` admin, and its webhooks."""
    sender = httpx.Client(timeout=60.0)

    def send(url: str, signed: Signed) -> int:
        if cart.send is not None:
            return cart.send(url, signed)
        try:
            return sender.post(url, content=signed.body, headers=dict(signed.headers)).status_code
        except httpx.TransportError:
            return 0

    admin = Admin(cart, send)

    async def serve(asked: HttpRequest) -> Response:
        request = Request(
            method=asked.method,
            path=asked.url.path,
            query_string=asked.url.query,
            headers={name.lower(): value for name, value in asked.headers.items()},
            body=await asked.body(),
        )
        is_admin = request.path.startswith(f"{PREFIX}/")
        answer = await asyncio.to_thread(admin.answer if is_admin else _answered, request)
        return Response(answer.body, answer.status, dict(answer.headers))

    def _answered(request: Request) -> Answer:
        try:
            return cart.answer(request)
        except Dropped:
            return Answer(502)

    async def keep_pumping() -> None:
        while True:
            await asyncio.sleep(_PUMP_SECONDS)
            await asyncio.to_thread(cart.outbox.pump, send)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        pumping = asyncio.create_task(keep_pumping())
        yield
        pumping.cancel()
        await asyncio.to_thread(sender.close)

    return Starlette(routes=[HttpRoute("/{path:path}", serve, methods=_METHODS)], lifespan=lifespan)
