"""The Sage Intacct simulator as a process beside the embedded AWS."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.stack import environment, ports, processes
from local.stack.errors import StackError
from local.stack.paths import StackPaths, Tools

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.1


class SimulatorAccess(BaseModel):
    """What the simulator says of itself when it is ready: addresses, and the demo's credentials."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    rest_base_url: str
    xml_url: str
    oauth_url: str
    client_id: str
    client_secret: str = Field(repr=False)
    username: str
    sender_id: str
    sender_password: str = Field(repr=False)
    company_id: str
    user_id: str
    user_password: str = Field(repr=False)
    entities: tuple[str, ...] = ()
    pid: int

    @property
    def admin_url(self) -> str:
        """Base address of `/_sim/...`: trial balance, documents, log, faults, clock."""
        return self.rest_base_url.partition("/ia/")[0]

    def secret(self) -> dict[str, str]:
        """The secret of a tenant whose company this simulator is."""
        names = ("client_id", "client_secret", "username", "sender_id", "sender_password")
        return {name: getattr(self, name) for name in (*names, "user_password")}


class Simulator:
    """One simulator; `wait` returns when it has said where it listens."""

    def __init__(self, paths: StackPaths, tools: Tools, *, port: int, keep: bool) -> None:
        """`port` 0 takes any; `keep` makes it remember its books from one start to the next."""
        self._tools = tools
        self._port = port if port and ports.is_free(port) else 0
        self._state = paths.state / "intacct.sqlite" if keep else None
        self._said = paths.home / "intacct_simulator.json"
        self._process: subprocess.Popen[bytes] | None = None
        self.log: Path = paths.logs / "intacct_simulator.log"

    def start(self) -> processes.ProcessId:
        """Start the process; it is not ready yet."""
        command: list[str | Path] = [
            self._tools.python,
            "-m",
            "local.intacct_simulator",
            "--port",
            str(self._port),
        ]
        if self._state is not None:
            command += ["--state", str(self._state)]
        self._process = processes.start(
            "the Sage Intacct simulator",
            command,
            log=self.log,
            output=self._said,
            env=environment.bare() | {"PYTHONUNBUFFERED": "1"},
            cwd=self._tools.root,
        )
        return processes.ProcessId.of(self._process.pid)

    def wait(self) -> SimulatorAccess:
        """Where it listens and what opens it, once it is ready.

        Raises:
            StackError: it ended, says something else than it should, or takes too long.
        """
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            line, ended, _ = self._said.read_text(encoding="utf-8").partition("\n")
            if ended:
                return _understood(line)
            if self._process is not None and self._process.poll() is not None:
                message = f"the Sage Intacct simulator ended at once:\n{processes.tail(self.log)}"
                raise StackError(message)
            time.sleep(_POLL_SECONDS)
        message = f"the simulator is not ready after {_READY_SECONDS:.0f} s: see {self.log}"
        raise StackError(message)


def _understood(line: str) -> SimulatorAccess:
    try:
        return SimulatorAccess.model_validate_json(line)
    except ValidationError as exc:
        places = ", ".join(".".join(map(str, error["loc"])) or "line" for error in exc.errors())
        message = f"the Sage Intacct simulator's first line is not what it should be: {places}"
        raise StackError(message) from None
