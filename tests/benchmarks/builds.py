"""The layers as `sam build` leaves them, laid out as in Lambda, and how large they are."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from local.stack.build import Build, Target
from local.stack.errors import StackError
from local.stack.paths import StackPaths, Tools
from tests.benchmarks.deployment import REPOSITORY, Deployment, Function

_STACK = "bench"
_EMPTY = "empty_handler"
_EMPTY_HANDLER = "def handler(event, context):\n    return {}\n"


@dataclass(frozen=True, slots=True)
class LayerSize:
    """What a layer weighs, in bytes."""

    name: str
    zipped: int
    unzipped: int


@dataclass(frozen=True, slots=True)
class Layers:
    """The packages of all layers in one folder, as shipped and without their bytecode."""

    compiled: Path
    source_only: Path
    sizes: tuple[LayerSize, ...]


def build_layers(deployment: Deployment, target: Target, folder: Path) -> Layers:
    """Build what is out of date, and lay the layers out under `folder`.

    Raises:
        StackError: a tool is missing, the build failed, or it is compiled for another Python.
    """
    paths = StackPaths(_STACK)
    paths.make()
    build = Build(paths, Tools(), target)
    build.make()
    compiled, source_only = folder / "compiled", folder / "source_only"
    sizes = []
    for name in deployment.resources("AWS::Serverless::LayerVersion"):
        layer = build.template.parent / name
        sizes.append(LayerSize(name, _zipped_bytes(layer), _bytes(layer)))
        shutil.copytree(layer / "python", compiled, dirs_exist_ok=True)
    bytecode = f"*.cpython-{target.python.replace('.', '')}.pyc"
    if not any(compiled.rglob(bytecode)):
        message = f"the layers hold no bytecode of Python {target.python}: run `make clean setup`"
        raise StackError(message)
    shutil.copytree(compiled, source_only, ignore=shutil.ignore_patterns("__pycache__"))
    return Layers(compiled, source_only, tuple(sizes))


def task_root(function: Function, folder: Path) -> Path:
    """The function's code alone, as its zip holds it."""
    root = folder / "functions" / function.name
    shutil.copytree(function.folder, root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def empty_task_root(folder: Path) -> Path:
    """A function that does nothing: what the runtime itself costs."""
    root = folder / "functions" / _EMPTY
    root.mkdir(parents=True)
    (root / "app.py").write_text(_EMPTY_HANDLER, encoding="utf-8")
    return root


def logs() -> Path:
    """Where the functions' logs go."""
    folder = StackPaths(_STACK, REPOSITORY).logs
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _zipped_bytes(folder: Path) -> int:
    """The size as one deflated archive, which is what `sam deploy` uploads."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in _files(folder):
            file.write(path, path.relative_to(folder))
    return archive.tell()
