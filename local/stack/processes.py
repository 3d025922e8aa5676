"""Processes that we start and surely end: each in a group of its own, with a log of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from local.stack.errors import StackError

_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05

# Children of this process, so that one that has ended can be let go by whoever stops it.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process that cannot be taken for another one that later got the same number."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        """The identity of a process that runs now; `started` is empty when it does not."""
        return cls(pid, _start_mark(pid))

    def runs(self) -> bool:
        """Whether that very process still runs."""
        return bool(self.started) and _start_mark(self.pid) == self.started


def _start_mark(pid: int) -> str:
    """When a process began, in whatever words this system has; empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return _start_mark_by_ps(pid)
    state, *fields = stat.rpartition(")")[2].split()
    # A process whose first thread has ended looks dead while its other threads are still going.
    threads, started = int(fields[16]), fields[18]
    return "" if state == "Z" and threads <= 1 else started


def _start_mark_by_ps(pid: int) -> str:
    if Path("/proc/self/stat").exists():
        return ""
    answer = subprocess.run(  # noqa: S603  # a fixed command and a number
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    output: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, which outlives us unless it is stopped.

    Everything it says goes into `log`; its standard output into `output` instead, if given.

    Raises:
        StackError: it cannot be started at all.
    """
    with ExitStack() as files:
        errors = files.enter_context(log.open("ab"))
        words = files.enter_context(output.open("wb")) if output else errors
        try:
            process = subprocess.Popen(  # noqa: S603  # our own commands
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=errors,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as exc:
            message = f"{name} cannot be started: {exc.strerror}"
            raise StackError(message) from exc
    _children[process.pid] = process
    return process


def run(
    name: str, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str], cwd: Path
) -> int:
    """Run a command to its end, everything it says in `log`, and return its exit code.

    If we are interrupted, the command and all that it started are ended first.

    Raises:
        StackError: it cannot be started at all.
    """
    process = start(name, command, log=log, env=env, cwd=cwd)
    try:
        return process.wait()
    except BaseException:
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        _reap(process.pid)


def stop(process: ProcessId, *, seconds: float = _STOP_SECONDS) -> None:
    """End a process and everything in its group, kindly at first; nothing happens if it is gone."""
    if process.runs():
        _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while not _is_over(process) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        _signal_group(process.pid, signal.SIGKILL)
        while not _is_over(process):
            time.sleep(_POLL_SECONDS)
    _reap(process.pid)


def _is_over(process: ProcessId) -> bool:
    child = _children.get(process.pid)
    return not process.runs() if child is None else child.poll() is not None


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def _reap(pid: int) -> None:
    """Let a child of ours that has ended go; another process's child is not ours to wait for."""
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]


def tail(log: Path, *, lines: int = 15) -> str:
    """The end of a log, for a message."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
