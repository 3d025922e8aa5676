"""A simulated cart as a transport of httpx: clients are tested against it in process."""

from __future__ import annotations

import httpx

from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.wire import Dropped, Request


class CartTransport(httpx.BaseTransport):
    """Every request of a client goes to the simulator, none over the network."""

    def __init__(self, cart: CartSimulator) -> None:
        """`cart` answers."""
        self._cart = cart

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the simulator.

        Raises:
            httpx.ReadError: the simulator dropped the connection.
        """
        asked = Request(
            method=request.method,
            path=request.url.path,
            query_string=request.url.query.decode(),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.read(),
        )
        try:
            answer = self._cart.answer(asked)
        except Dropped as exc:
            message = "the simulated cart dropped the connection"
            raise httpx.ReadError(message) from exc
        return httpx.Response(answer.status, content=answer.body, headers=dict(answer.headers))


def http_client(cart: CartSimulator, base_url: str, **options: object) -> httpx.Client:
    """A client of httpx whose requests the simulator answers; `options` as httpx takes them."""
    return httpx.Client(base_url=base_url, transport=CartTransport(cart), **options)  # type: ignore[arg-type]  # passed on
