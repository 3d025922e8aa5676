"""`make setup`: an interpreter that really runs, packages whose hashes are known."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.paths import REPOSITORY
from tests.unit.stack.conftest import program

REQUIREMENTS = [
    *(REPOSITORY / ".ci").glob("*.txt"),
    REPOSITORY / "layers" / "dependencies" / "requirements.txt",
]
FAILS = "#!/bin/sh\necho 'command not found in these versions' >&2\nexit 127\n"
RUNS = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
TOO_OLD = """#!/bin/sh
exit 1
"""


def _find(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own script
        [str(REPOSITORY / ".ci" / "find-python")],
        env={"PATH": f"{folder}:/bin:/usr/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "shim", FAILS)
    program(tmp_path / "old", TOO_OLD)
    program(tmp_path / "snake", RUNS)

    found = _find(tmp_path, PYTHON="shim old snake")

    assert found.returncode == 0
    assert os.path.realpath(found.stdout.strip()) == os.path.realpath(sys.executable)


def test_an_interpreter_that_is_whole_in_itself_comes_before_one_that_loads_its_core(
    tmp_path: Path,
) -> None:
    program(tmp_path / "loads", "#!/bin/sh\necho '1 /of/a/version/manager'\n")
    program(tmp_path / "whole", "#!/bin/sh\necho '0 /of/the system'\n")

    assert _find(tmp_path, PYTHON="loads whole").stdout == "/of/the system\n"
    assert _find(tmp_path, PYTHON="loads").stdout == "/of/a/version/manager\n"


def test_the_first_that_runs_is_taken_though_it_is_not_the_first_on_the_path(
    tmp_path: Path,
) -> None:
    program(tmp_path / "first" / "python3.12", FAILS)
    program(tmp_path / "second" / "python3.12", RUNS)

    found = _find(tmp_path / "first", PATH=f"{tmp_path}/first:{tmp_path}/second:/bin:/usr/bin")

    assert found.returncode == 0


def test_without_any_python_it_is_said_what_to_install(tmp_path: Path) -> None:
    program(tmp_path / "snake", FAILS)

    found = _find(tmp_path, PYTHON="snake")

    assert found.returncode == 1
    assert "No Python 3.11, 3.12 or 3.13 runs here" in found.stderr


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_package_is_pinned_and_hashed(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if re.match("[a-z]", line)]

    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==", package)
        assert "--hash=sha256:" in package


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_no_requirement_names_a_registry_or_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"https?://|--index-url|--find-links|file:", text)


def test_the_developers_packages_are_those_of_the_layer() -> None:
    def pins(path: Path) -> dict[str, str]:
        found = re.findall(
            r"^([a-z0-9.-]+)==([^ ;]+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        return dict(found)

    layer = pins(REPOSITORY / "layers" / "dependencies" / "requirements.txt")
    developer = pins(REPOSITORY / ".ci" / "dev.txt")

    assert {name: developer.get(name) for name in layer} == layer
