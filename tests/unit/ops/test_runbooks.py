from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import typer

from ops.app import app

ROOT = Path(__file__).parents[3]
RUNBOOKS = ROOT / "docs" / "runbooks"
COMMANDS = typer.main.get_command(app)
_ALARM = re.compile(r"^  (\w+Alarm):$", re.MULTILINE)
_COMMAND = re.compile(r"^ *python -m ops (.+)$", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    files = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
    return [(file.stem, line) for file in files for line in _COMMAND.findall(file.read_text())]


def test_every_alarm_has_a_runbook_and_every_runbook_an_alarm() -> None:
    alarms = set(_ALARM.findall((ROOT / "template.yaml").read_text()))

    assert {file.stem for file in RUNBOOKS.glob("*.md")} == alarms


@pytest.mark.parametrize(("document", "line"), sorted(set(commands())))
def test_every_command_of_a_page_is_one_that_can_be_typed(document: str, line: str) -> None:
    command = COMMANDS
    arguments = shlex.split(line.partition(" > ")[0], comments=True)
    context = click.Context(command)  # type: ignore[arg-type]  # typer carries its own click

    while hasattr(command, "get_command"):
        name = arguments.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"{document}: there is no {name}"
        command = found

    command.make_context("ops", arguments)
