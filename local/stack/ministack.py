"""The embedded AWS: MiniStack, one process on a loopback port of its own.

Facts about MiniStack 1.5.33 that this module rests on, all measured: it runs functions with its
own interpreter; `BIND_HOST` and `GATEWAY_PORT` say where it listens; it opens an MQTT and an SFTP
port of fixed numbers unless told otherwise; `MINISTACK_EDITION` comes back in its health answer,
which tells us that the process that answers is ours; it saves its state when it is asked to end.
"""

from __future__ import annotations

import secrets
import subprocess
import time

import httpx

from local.stack import environment, ports, processes
from local.stack.errors import StackError
from local.stack.paths import StackPaths, Tools

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.1


class MiniStack:
    """One embedded AWS; `wait` returns when it answers."""

    def __init__(self, paths: StackPaths, tools: Tools, *, port: int, keep: bool) -> None:
        """`keep` makes it remember its state from one start to the next."""
        self._paths = paths
        self._tools = tools
        self._keep = keep
        self._nonce = secrets.token_hex(8)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port
        self.url = f"http://{ports.LOOPBACK}:{port}"
        self.log = paths.logs / "ministack.log"

    def start(self) -> processes.ProcessId:
        """Start the process; it is not ready yet.

        Raises:
            StackError: the port is taken.
        """
        if not ports.is_free(self.port):
            message = (
                f"port {self.port} of {ports.LOOPBACK} is taken, and the kept state of this stack "
                f"belongs to that port: free it, or drop the state with `make down KEEP=0`"
            )
            raise StackError(message)
        self._process = processes.start(
            "the embedded AWS",
            [self._tools.ministack_python, "-m", "ministack"],
            log=self.log,
            env=self._environment(),
            cwd=self._paths.home,
        )
        return processes.ProcessId.of(self._process.pid)

    def wait(self) -> None:
        """Return when the process answers.

        Raises:
            StackError: it ended, another process answers on its port, or it takes too long.
        """
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                message = f"the embedded AWS ended at once:\n{processes.tail(self.log)}"
                raise StackError(message)
            answered_by = edition(self.url)
            if answered_by == self._nonce:
                return
            if answered_by is not None:
                message = f"another process answers on port {self.port}; ours does not run"
                raise StackError(message)
            time.sleep(_POLL_SECONDS)
        message = f"the embedded AWS does not answer after {_READY_SECONDS:.0f} s: see {self.log}"
        raise StackError(message)

    def _environment(self) -> dict[str, str]:
        state = self._paths.state
        return environment.bare() | {
            "BIND_HOST": ports.LOOPBACK,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_EDITION": self._nonce,
            "MINISTACK_REGION": environment.REGION,
            # Every call is checked against the policies of template.yaml, as in the cloud.
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": environment.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": environment.ACCESS_KEY,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(self._paths.temporary),
            "PERSIST_STATE": "1" if self._keep else "0",
            "S3_PERSIST": "1" if self._keep else "0",
            "STATE_DIR": str(state / "aws"),
            "S3_DATA_DIR": str(state / "s3"),
            "PYTHONUNBUFFERED": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def edition(url: str) -> str | None:
    """What an embedded AWS at that address calls itself; None while nothing answers."""
    try:
        answer = httpx.get(f"{url}/_ministack/health", timeout=2.0, trust_env=False)
        return str(answer.json().get("edition", ""))
    except httpx.TransportError:
        return None
    except ValueError:
        return ""


def python_version(tools: Tools) -> str:
    """The version that functions run with, as in `3.13`."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run(  # noqa: S603  # our own interpreter, a fixed program
        [tools.ministack_python, "-c", program], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        message = f"{tools.ministack_python} does not run: run `make clean setup`"
        raise StackError(message)
    return answer.stdout.strip()
