"""The processes in which the embedded AWS runs functions: found by their parent, and killed."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from local.stack.processes import ProcessId


def workers_of(aws: ProcessId) -> list[ProcessId]:
    """The children of the embedded AWS that run functions now.

    Only what that very process started: nobody else's workers are ever found.
    """
    if not aws.runs():
        return []
    found = (_of_parent(status, aws.pid) for status in Path("/proc").glob("[0-9]*/stat"))
    return [process for process in found if process is not None and process.runs()]


def kill(workers: list[ProcessId]) -> int:
    """Kill workers at once, in the middle of whatever they do; how many there were."""
    killed = 0
    for worker in workers:
        if worker.runs():
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
                killed += 1
    return killed


def _of_parent(status: Path, parent: int) -> ProcessId | None:
    try:
        fields = status.read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return ProcessId.of(int(status.parent.name)) if int(fields[1]) == parent else None
