"""Start the simulator alone: `python -m local.intacct_simulator --port 0`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import uvicorn

from local.intacct_simulator.company import Company, Credentials, Switches
from local.intacct_simulator.server import REST_PREFIX, XML_PATH, build
from local.intacct_simulator.state import StateError, StateFile
from local.intacct_simulator.tls import make_certificate

BACKLOG = 256


class AnnouncingServer(uvicorn.Server):
    """Prints one line when it is ready to serve, and ends by signals without raising them again.

    uvicorn raises a caught signal once more when it has shut down, which would end the process
    before the books are saved.
    """

    def __init__(self, config: uvicorn.Config, line: str) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then say so on standard output."""
        await super().startup(sockets=sockets)
        print(self._line, flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM end the serving, and nothing more."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m local.intacct_simulator",
        description="Sage Intacct on loopback: REST and XML over one set of books.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port (default)")
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--state", type=Path, help="keep the books in this SQLite file")
    defaults = Switches()
    parser.add_argument("--session-seconds", type=int, default=defaults.session_seconds)
    parser.add_argument("--token-seconds", type=int, default=defaults.token_seconds)
    parser.add_argument("--concurrency", type=int, default=defaults.concurrency, help="0: no limit")
    parser.add_argument("--latency-seconds", type=float, default=defaults.latency_seconds)
    parser.add_argument("--tls", type=Path, help="serve TLS; certificate and ca.pem go here")
    for one in fields(Credentials):
        flag = "--" + one.name.replace("_", "-")
        parser.add_argument(flag, default=one.default, help="a demo value by default")
    return parser.parse_args(argv)


def ready_line(company: Company, base: str) -> str:
    """Give the JSON line that tells a caller everything it needs to connect."""
    known = company.credentials
    return json.dumps(
        {
            "rest_base_url": base + REST_PREFIX,
            "xml_url": base + XML_PATH,
            "oauth_url": f"{base}{REST_PREFIX}/oauth2/token",
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "username": known.username,
            "sender_id": known.sender_id,
            "sender_password": known.sender_password,
            "company_id": known.company_id,
            "user_id": known.user_id,
            "user_password": known.user_password,
            "entities": [one["id"] for one in company.books.entities.all()],
            "pid": os.getpid(),
        }
    )


def make_company(options: argparse.Namespace) -> Company:
    """Make the company that the command line describes."""
    credentials = {one.name: getattr(options, one.name) for one in fields(Credentials)}
    switches = Switches(
        session_seconds=options.session_seconds,
        token_seconds=options.token_seconds,
        concurrency=options.concurrency,
        latency_seconds=options.latency_seconds,
    )
    return Company(credentials=Credentials(**credentials), switches=switches)


async def serve(options: argparse.Namespace, listener: socket.socket) -> None:
    """Serve until a signal ends it, then save the books once more."""
    company = make_company(options)
    state = None if options.state is None else StateFile(options.state, company)
    if state is not None:
        state.load()
    config: dict[str, Any] = {
        "log_level": "critical",
        "access_log": False,
        "lifespan": "on",
        "timeout_graceful_shutdown": 1,
        "server_header": False,
    }
    scheme = "http"
    if options.tls is not None:
        files = make_certificate(options.tls)
        config |= {"ssl_certfile": files.certificate, "ssl_keyfile": files.key}
        scheme = "https"
    line = ready_line(company, f"{scheme}://{options.host}:{listener.getsockname()[1]}")
    server = AnnouncingServer(uvicorn.Config(build(company), **config), line)
    saving = None if state is None else asyncio.create_task(state.keep_saving())
    try:
        await server.serve(sockets=[listener])
    finally:
        if state is not None and saving is not None:
            saving.cancel()
            await saving
            state.save()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the simulator; give the exit status."""
    options = arguments(argv)
    # asyncio turns Nagle's delay off only where the socket names its protocol.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as exc:
        print(f"cannot listen on {options.host}:{options.port}: {exc.strerror}", file=sys.stderr)
        return 1
    listener.listen(BACKLOG)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(options, listener))
    except StateError as exc:
        print(str(exc), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
