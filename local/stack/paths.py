"""Where the local stack keeps its things: all of it under `.local/` of the repository."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local.stack.errors import StackError

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs of the three environments that `make setup` makes."""

    root: Path = REPOSITORY

    @property
    def python(self) -> Path:
        """The interpreter of our own environment."""
        return self._existing(self.root / ".venv" / "bin" / "python")

    @property
    def sam(self) -> Path:
        """The SAM CLI."""
        return self._existing(self.root / ".local" / "sam" / "bin" / "sam")

    @property
    def ministack_python(self) -> Path:
        """The interpreter that runs the embedded AWS, and with it every function."""
        return self._existing(self.root / ".local" / "ministack" / "bin" / "python")

    def _existing(self, program: Path) -> Path:
        if not program.exists():
            message = f"{program.relative_to(self.root)} is missing: run `make setup` first"
            raise StackError(message)
        return program


@dataclass(frozen=True, slots=True)
class StackPaths:
    """The folders of one stack; two stacks of different names share nothing but the build."""

    name: str
    root: Path = REPOSITORY

    @property
    def home(self) -> Path:
        """Everything of this stack."""
        return self.root / ".local" / "stacks" / self.name

    @property
    def logs(self) -> Path:
        """One file per process and per function."""
        return self.home / "logs"

    @property
    def temporary(self) -> Path:
        """Where the embedded AWS unpacks code and layers."""
        return self.home / "tmp"

    @property
    def state(self) -> Path:
        """What the embedded AWS and the simulator remember between two starts."""
        return self.home / "state"

    @property
    def record(self) -> Path:
        """Who runs, where, and what the deployment's outputs are."""
        return self.home / "stack.json"

    @property
    def lock(self) -> Path:
        """Held by whoever starts or stops this stack."""
        return self.home / "lock"

    @property
    def builds(self) -> Path:
        """What `sam build` made, shared by all stacks."""
        return self.root / ".local" / "builds"

    def make(self) -> None:
        """Create the folders that must exist; the stack's own are for this user alone."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        for folder in (self.logs, self.temporary, self.state, self.builds):
            folder.mkdir(parents=True, exist_ok=True)
