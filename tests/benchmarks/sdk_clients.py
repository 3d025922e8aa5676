"""How each client of the comparison is started: ours in this environment, the SDKs in theirs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import sdk_work as work
from tests.benchmarks.sdk_servers import ROOT, Server

_HERE = Path(__file__).parent
_BENCH = ROOT / ".local" / "bench"
_PYTHON = _BENCH / "bin" / "python"
_PACKAGES = _BENCH / "js" / "node_modules"


class ClientError(Exception):
    """A client did not get through its orders; the text is the end of what it said."""


@dataclass(frozen=True)
class Cost:
    """What some orders took: seconds of the wall and of the client's processor."""

    wall_seconds: float
    processor_seconds: float


@dataclass(frozen=True)
class Client:
    """One client and one way of using it; `batch` is how many orders it does together."""

    name: str
    command: tuple[str, ...]
    batch: int = 1
    is_ours: bool = False

    def run(self, server: Server, *, orders: int, lanes: int, run: str) -> Cost:
        """Let it do its orders.

        Raises:
            ClientError: it failed.
        """
        given = [server.ready_text, str(orders), str(lanes), run]
        if self.is_ours:
            given = ["--ready", server.ready_text, "--authority", str(server.bundle)]
            given += ["--orders", str(orders), "--lanes", str(lanes), "--run", run]
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'clients'}" if self.is_ours else str(_HERE),
            "NODE_PATH": str(_PACKAGES),
            "NODE_EXTRA_CA_CERTS": str(server.authority),
            "REQUESTS_CA_BUNDLE": str(server.bundle),
        }
        done = subprocess.run(  # noqa: S603  # commands of our own, written below
            [*self.command, *given],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            message = f"{self.name}: {(done.stderr or done.stdout)[-600:]}"
            raise ClientError(message)
        return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _ours(name: str, protocol: str, batch: int) -> Client:
    command = (sys.executable, "-m", "tests.benchmarks.sdk_ours", "--protocol", protocol)
    return Client(name, (*command, "--batch", str(batch)), batch, is_ours=True)


def clients() -> list[Client]:
    """All that can run here; the JavaScript SDK only where node and its package are."""
    found = [
        _ours("ours, XML, ten in a request", "xml", work.BATCH),
        _ours("ours, REST, ten in a request", "rest", work.BATCH),
        _ours("ours, XML, one by one", "xml", 1),
        _ours("ours, REST, one by one", "rest", 1),
    ]
    if _PYTHON.exists():
        script = str(_HERE / "sdk_python.py")
        found.append(Client("Python SDK, XML", (str(_PYTHON), script, "xml")))
        found.append(Client("Python SDK, REST", (str(_PYTHON), script, "rest")))
    node = shutil.which("node")
    if node and (_PACKAGES / "@intacct" / "intacct-sdk").is_dir():
        script = str(_HERE / "sdk_javascript.js")
        found.append(Client("JavaScript SDK, one by one", (node, script, "single")))
        found.append(
            Client("JavaScript SDK, ten in a request", (node, script, "batch"), work.BATCH)
        )
    return found
