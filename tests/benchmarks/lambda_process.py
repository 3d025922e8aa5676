"""One execution environment of a function: the runtime interface emulator and Lambda's own client.

The emulator is the one inside the SAM CLI; it starts `awslambdaric`, which loads `app.handler`
from the task root as in the cloud. Layers lie where `PYTHONPATH` says, in place of `/opt/python`.
Nothing may write bytecode, because Lambda's file system is read-only.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from local.stack import environment, ports, processes
from local.stack.build import Target
from local.stack.errors import StackError
from tests.benchmarks.deployment import REPOSITORY
from tests.benchmarks.loopback_aws import REGION

_PYTHON = REPOSITORY / ".local" / "bench" / "bin" / "python"
_EMULATORS = ".local/sam/lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-"
_INVOKE = "/2015-03-31/functions/function/invocations"
_READY_SECONDS = 10.0
_STOP_SECONDS = 0.2
_POLL_SECONDS = 0.01
_ATTEMPTS = 3
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_KILOBYTES_A_MEGABYTE = 1024


class InvocationError(RuntimeError):
    """A function raised, ended or did not answer; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The interpreter and emulator that functions run with."""

    python: Path
    emulator: Path
    target: Target

    @classmethod
    def find(cls) -> Runtime:
        """What `make bench` has installed.

        Raises:
            StackError: something is missing, or this is no Linux, for which alone the emulator is.
        """
        if not sys.platform.startswith("linux"):
            message = "the runtime interface emulator of Lambda runs on Linux only"
            raise StackError(message)
        if not _PYTHON.exists():
            message = "the runtime interface client is missing: run `make bench`"
            raise StackError(message)
        version = _says(_PYTHON, "import sys; print('%d.%d' % sys.version_info[:2])")
        target = Target.of(version, platform.machine())
        emulators = sorted(REPOSITORY.glob(_EMULATORS + target.architecture))
        if not emulators:
            message = "the SAM CLI ships no runtime interface emulator: run `make setup`"
            raise StackError(message)
        return cls(_PYTHON, emulators[-1], target)


def _says(python: Path, code: str) -> str:
    answer = subprocess.run(  # noqa: S603  # our own interpreter
        [python, "-c", code], capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


class LambdaProcess:
    """A fresh execution environment while the block lasts; its first invocation is a cold start."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        task_root: Path,
        packages: Path,
        variables: Mapping[str, str],
        log: Path,
        memory_mb: int = 512,
        timeout_seconds: int = 60,
    ) -> None:
        """`packages` is the layers' common folder; `variables` are those of the template."""
        self._runtime = runtime
        self._task_root = task_root
        self._packages = packages
        self._variables = dict(variables)
        self._log = log
        self._memory_mb = memory_mb
        self._timeout_seconds = timeout_seconds
        self._client = httpx.Client(timeout=timeout_seconds + 10.0)
        self._url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the emulator; the function itself starts with the first invocation.

        Raises:
            InvocationError: it does not start, on other ports either.
        """
        for _ in range(_ATTEMPTS):
            self._process = self._started(ports.free_port(), ports.free_port())
            if self._listens(self._process):
                return self
            self._end()
        what = "the emulator does not listen"
        raise self._failure(what)

    def _started(self, port: int, runtime_port: int) -> subprocess.Popen[bytes]:
        self._url = f"http://127.0.0.1:{port}"
        command: list[str | Path] = [
            self._runtime.emulator,
            "--log-level",
            "error",
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{port}",
            "--runtime-api-address",
            f"127.0.0.1:{runtime_port}",
            self._runtime.python,
            "-m",
            "awslambdaric",
            "app.handler",
        ]
        return processes.start(
            self._task_root.name,
            command,
            log=self._log,
            env=self._environment(),
            cwd=self._task_root,
        )

    def _listens(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until it does; False when it ended, because somebody else took one of its ports."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                self._client.get(self._url, timeout=1.0)
            except httpx.TransportError:
                time.sleep(_POLL_SECONDS)
            else:
                time.sleep(_POLL_SECONDS)  # if another one answered, ours has ended by now
                return process.poll() is None
        return False

    def __exit__(self, *_: object) -> None:
        """End the emulator and the function."""
        self._client.close()
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            processes.stop(processes.ProcessId.of(self._process.pid), seconds=_STOP_SECONDS)
            self._process.wait()

    def invoke(self, event: Mapping[str, Any]) -> tuple[Any, float]:
        """The function's answer and how long it took in seconds.

        Raises:
            InvocationError: it raised, ended or did not answer in time.
        """
        started = time.perf_counter()
        try:
            response = self._client.post(self._url + _INVOKE, json=event)
        except httpx.TransportError as exc:
            raise self._failure(type(exc).__name__) from exc
        seconds = time.perf_counter() - started
        try:
            answer = response.json()
        except json.JSONDecodeError:
            raise self._failure(response.text[:200]) from None
        if isinstance(answer, dict) and "errorType" in answer:
            raise self._failure(str(answer["errorType"]))
        return answer, seconds

    def cpu_seconds(self) -> float:
        """Processor time that the function's process has used since it began."""
        fields = (self._proc() / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def peak_memory_mb(self) -> float:
        """The most memory that the function's process has held at once, in MiB."""
        status = (self._proc() / "status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / _KILOBYTES_A_MEGABYTE

    def has_loaded(self, library: str) -> bool:
        """Whether a shared library of that name (`lxml/etree`) is mapped into the function."""
        return library in (self._proc() / "maps").read_text()

    def _proc(self) -> Path:
        """The function's process: the one child of the emulator that lives."""
        assert self._process is not None
        children = [
            pid for pid in Path("/proc").glob("[0-9]*") if _parent(pid) == self._process.pid
        ]
        if len(children) != 1:
            what = f"the emulator has {len(children)} processes"
            raise self._failure(what)
        return children[0]

    def _environment(self) -> dict[str, str]:
        return environment.bare() | {
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": environment.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": environment.ACCESS_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_FUNCTION_NAME": self._task_root.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self._memory_mb),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self._timeout_seconds),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "LAMBDA_TASK_ROOT": str(self._task_root),
            "PYTHONPATH": str(self._packages),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_PROXY": "*",
            **self._variables,
        }

    def _failure(self, what: str) -> InvocationError:
        tail = processes.tail(self._log)
        return InvocationError(f"{self._task_root.name} failed: {what}\n{tail}")


def _parent(process: Path) -> int:
    """The parent of a process; 0 when it has ended, or has just gone."""
    try:
        stat = (process / "stat").read_text()
    except OSError:
        return 0
    state, parent, *_ = stat.rpartition(")")[2].split()
    return 0 if state == "Z" else int(parent)
