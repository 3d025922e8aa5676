"""The makefiles of the layers: what is shipped, compiled for whom, and the same every time."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.paths import REPOSITORY
from tests.unit.stack.conftest import program

LAYERS = {"shared": "SharedLayer", "layers/clients": "ClientsLayer"}
VERSION = "{}.{}".format(*sys.version_info[:2])
# PEP 552: bit 0 says that a hash validates the bytecode, bit 1 that it is to be checked.
UNCHECKED_HASH = 0b01


def _build(folder: str, artifacts: Path, **environment: str) -> str:
    source = REPOSITORY / folder
    done = subprocess.run(  # noqa: S603  # our own makefile
        [  # noqa: S607  # make is wherever this machine has it
            "make",
            "--makefile",
            str(source / "Makefile"),
            f"build-{LAYERS[folder]}",
        ],
        cwd=source,
        env={**os.environ, "ARTIFACTS_DIR": str(artifacts), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def _compiled(folder: str, artifacts: Path) -> str:
    return _build(folder, artifacts, LAYER_PYTHON=VERSION, LAYER_COMPILER=sys.executable)


def _digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("folder", LAYERS)
def test_every_module_is_shipped_with_bytecode_that_nothing_voids(
    folder: str, tmp_path: Path
) -> None:
    told = _compiled(folder, tmp_path)

    modules = list(tmp_path.rglob("*.py"))
    tag = sys.implementation.cache_tag
    assert f"compiled for Python {VERSION}" in told
    assert modules
    for module in modules:
        bytecode = module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc"
        assert int.from_bytes(bytecode.read_bytes()[4:8], "little") == UNCHECKED_HASH


def test_bytecode_names_the_paths_of_the_runtime(tmp_path: Path) -> None:
    _compiled("shared", tmp_path)

    (bytecode,) = tmp_path.rglob("settings.*.pyc")
    assert b"/opt/python/shared/settings.py" in bytecode.read_bytes()
    assert str(tmp_path).encode() not in bytecode.read_bytes()


@pytest.mark.parametrize("folder", LAYERS)
def test_the_same_source_gives_the_same_layer(folder: str, tmp_path: Path) -> None:
    _compiled(folder, tmp_path / "one")
    _compiled(folder, tmp_path / "two")

    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_a_layer_holds_packages_and_no_makefile(tmp_path: Path) -> None:
    _compiled("layers/clients", tmp_path)

    assert {path.name for path in (tmp_path / "python").iterdir()} == {
        path.parent.name for path in (REPOSITORY / "layers" / "clients").glob("*/__init__.py")
    }
    assert not list(tmp_path.rglob("Makefile"))


def test_a_shim_that_only_prints_an_error_is_not_taken_for_an_interpreter(tmp_path: Path) -> None:
    shim = program(tmp_path / "python3.13", "#!/bin/sh\necho 'command not found' >&2\nexit 127\n")

    told = _build("shared", tmp_path / "layer", LAYER_PYTHON="3.13", LAYER_COMPILER=str(shim))

    assert "not compiled: no Python 3.13 runs here" in told
    assert not list((tmp_path / "layer").rglob("*.pyc"))
    assert list((tmp_path / "layer").rglob("settings.py"))


def test_an_interpreter_of_another_version_compiles_nothing(tmp_path: Path) -> None:
    told = _build("shared", tmp_path, LAYER_PYTHON="3.99", LAYER_COMPILER=sys.executable)

    assert "not compiled: no Python 3.99 runs here" in told
    assert not list(tmp_path.rglob("*.pyc"))


def test_niquests_is_in_no_requirements() -> None:
    for name in ("requirements.in", "requirements.txt"):
        text = (REPOSITORY / "layers" / "dependencies" / name).read_text(encoding="utf-8")
        assert "niquests" not in text
