"""Simulated carts on a free loopback port of this process, for the demo and for tests."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn

from local.cart_simulators.app import build
from local.cart_simulators.cart import CartSimulator

LOOPBACK = "127.0.0.1"
_READY_SECONDS = 10.0


def listener(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        OSError: the port is taken.
    """
    # asyncio turns Nagle's delay off only where the socket names its protocol.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.listen(128)
    return bound


def config(cart: CartSimulator) -> uvicorn.Config:
    """How a cart is served."""
    return uvicorn.Config(
        build(cart),
        log_level="critical",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=1,
        server_header=False,
    )


@contextlib.contextmanager
def served(cart: CartSimulator) -> Iterator[str]:
    """Serve a cart from a thread; gives its base address, and ends with the block."""
    bound = listener(LOOPBACK, 0)
    server = uvicorn.Server(config(cart))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + _READY_SECONDS
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        if not server.started:
            message = f"the simulated {cart.name} did not start"
            raise RuntimeError(message)
        yield f"http://{LOOPBACK}:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_READY_SECONDS)
        bound.close()
