"""What is written down of a running stack, so that another process can use it or end it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from local.stack.processes import ProcessId
from local.stack.simulator import SimulatorAccess


class RunningProcess(BaseModel):
    """A process of ours, so marked that no other one is taken for it."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    started: str

    @property
    def id(self) -> ProcessId:
        """Who it is."""
        return ProcessId(self.pid, self.started)


class StackRecord(BaseModel):
    """One stack: its processes, where it listens, and the deployment's outputs if there are any."""

    model_config = ConfigDict(frozen=True)

    port: int
    simulator_port: int = 0
    keep: bool = False
    is_detached: bool = False
    processes: tuple[RunningProcess, ...] = ()
    simulator: SimulatorAccess | None = None
    outputs: dict[str, str] = {}
    log_groups: dict[str, str] = {}

    @property
    def is_running(self) -> bool:
        """Whether any of its processes still runs."""
        return any(process.id.runs() for process in self.processes)

    def write(self, path: Path) -> None:
        """Keep it for others of this user only; the demo's credentials are in it."""
        path.touch(mode=0o600)
        path.write_text(self.model_dump_json(indent=2), encoding="utf-8")


def read(path: Path) -> StackRecord | None:
    """The record, if there is one that can be read."""
    try:
        return StackRecord.model_validate_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError):
        return None
