"""`sam build` for this machine, done again only when something that goes into it has changed."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.stack import environment, processes
from local.stack.errors import StackError
from local.stack.paths import StackPaths, Tools

_SOURCES = ("template.yaml", "layers", "shared")
_LEFT_OUT = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache"})
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class Target:
    """What the embedded AWS runs functions with: a Python version and this machine's processor."""

    python: str
    architecture: str

    @classmethod
    def of(cls, python: str, machine: str) -> Target:
        """The target of an interpreter on a machine, as `platform.machine()` names it.

        Raises:
            StackError: there are no layers for such a processor.
        """
        architecture = _MACHINES.get(machine.lower())
        if architecture is None:
            message = f"functions run on {' and '.join(sorted(set(_MACHINES)))}, not on {machine}"
            raise StackError(message)
        return cls(python, architecture)

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that say the same."""
        return {"PythonRuntime": f"python{self.python}", "Architecture": self.architecture}


class Build:
    """The artifacts for one target."""

    def __init__(self, paths: StackPaths, tools: Tools, target: Target) -> None:
        """`paths.builds` holds one build per target."""
        self._tools = tools
        self._target = target
        self._root = tools.root
        self._home = paths.builds / f"python{target.python}-{target.architecture}"
        self._log = paths.logs / "sam-build.log"
        self.template = self._home / "build" / "template.yaml"

    def make(self) -> bool:
        """Bring the artifacts up to date; whether there was anything to do.

        Raises:
            StackError: the build failed; the message shows the end of its log.
        """
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another stack may be building the same
            mark = self._home / "fingerprint"
            current = fingerprint(self._root, self._target)
            if self.template.exists() and mark.exists() and mark.read_text() == current:
                return False
            mark.unlink(missing_ok=True)
            self._run_sam()
            mark.write_text(current)
            return True

    def _cache(self) -> Path:
        """Where SAM keeps each layer by the digest of its folder: one place per way of building."""
        way = hashlib.sha256((self._root / "layers" / "bytecode.mk").read_bytes()).hexdigest()
        return self._home / "cache" / way[:16]

    def _run_sam(self) -> None:
        shutil.rmtree(self._home / "build", ignore_errors=True)
        python = str(self._tools.ministack_python)
        parameters = [f"{name}={value}" for name, value in self._target.parameters.items()]
        command: list[str | Path] = [self._tools.sam, "build", "--config-env", "local"]
        command += ["--build-dir", self.template.parent, "--cached", "--cache-dir", self._cache()]
        command += ["--parameter-overrides", *parameters]
        layers = {
            "LAYER_PYTHON": self._target.python,
            "LAYER_ARCHITECTURE": "native",
            "LAYER_PIP": python,
            "LAYER_COMPILER": python,
            "SAM_CLI_TELEMETRY": "0",
        }
        failed = processes.run(
            "sam build",
            command,
            log=self._log,
            env=environment.for_building() | layers,
            cwd=self._tools.root,
        )
        if failed:
            message = f"sam build failed (all of it in {self._log}):\n{processes.tail(self._log)}"
            raise StackError(message)


def fingerprint(root: Path, target: Target) -> str:
    """A digest of all that goes into a build; the same tree gives the same digest anywhere."""
    digest = hashlib.sha256(repr(target).encode())
    for path in _source_files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _source_files(root: Path) -> Iterator[Path]:
    for name in _SOURCES:
        source = root / name
        if source.is_file():
            yield source
            continue
        for path in sorted(source.rglob("*")):
            if path.is_file() and not _LEFT_OUT.intersection(path.relative_to(root).parts):
                yield path
