"""The servers that the clients of the comparison meet: the simulator or the stub, behind TLS."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import httpx

from tests.benchmarks import sdk_work as work

ROOT = Path(__file__).parents[2]
_SIMULATOR = ("-m", "local.intacct_simulator", "--port", "0")
_STUB = ("-m", "tests.benchmarks.sdk_stub")


class ServerError(Exception):
    """A server ended before it was ready."""


@dataclass(frozen=True)
class Server:
    """A running server: what it printed when it was ready, and whose certificates to trust.

    `bundle` holds the authorities that the world trusts and the server's own, since loading them
    is part of what a client costs that makes a connection for each call.
    """

    ready: dict[str, Any]
    authority: Path
    bundle: Path

    @property
    def ready_text(self) -> str:
        """The line as workers take it."""
        return json.dumps(self.ready)

    def admin(self, method: str, path: str) -> Any:
        """What the admin API answers."""
        trusted = ssl.create_default_context(cafile=str(self.authority))
        base = self.ready["rest_base_url"].removesuffix("/ia/api/v1")
        answer = httpx.request(method, f"{base}/_sim/{path}", verify=trusted, timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def stub(folder: Path, latency_seconds: float) -> Iterator[Server]:
    """The stub, which answers after that time."""
    with _running(folder, *_STUB, "--latency-seconds", str(latency_seconds)) as server:
        yield server


@contextmanager
def simulator(folder: Path) -> Iterator[Server]:
    """The simulator with a fresh company."""
    with _running(folder, *_SIMULATOR) as server:
        yield server


def seed_known_customers(server: Server, run: str, orders: int) -> None:
    """Create the customers of a run that are known before its first order."""
    ready, trusted = server.ready, ssl.create_default_context(cafile=str(server.authority))
    grant = {"grant_type": "client_credentials", "username": ready["username"]}
    grant |= {"client_id": ready["client_id"], "client_secret": ready["client_secret"]}
    ids = [work.customer_id(run, number) for number in range(orders)]
    rows = [{"id": one, "name": one} for one in ids if one.startswith("OLD")]
    with httpx.Client(verify=trusted, base_url=ready["rest_base_url"], timeout=60) as client:
        token = client.post("/oauth2/token", data=grant).json()["access_token"]
        path = "/objects/accounts-receivable/customer"
        made = client.post(path, json=rows, headers={"Authorization": f"Bearer {token}"})
    made.raise_for_status()


@contextmanager
def _running(folder: Path, *arguments: str) -> Iterator[Server]:
    command = [sys.executable, *arguments, "--tls", str(folder)]
    with subprocess.Popen(  # noqa: S603  # our own module under our own interpreter
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                message = f"{arguments[1]} did not start"
                raise ServerError(message)
            ready = json.loads(line)
            authority, bundle = folder / "ca.pem", folder / "bundle.pem"
            bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.read_bytes())
            yield Server(ready, authority, bundle)
        finally:
            process.terminate()
            process.wait()
