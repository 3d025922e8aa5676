"""Every command of operators that the documentation tells exists, and each is told."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ops.app import app
from tests.unit.docs.pages import PAGES, ROOT, name_of, quoted, shell_lines, text_of

COMMANDS: Any = typer.main.get_command(app)
LOGGED = "".join(
    file.read_text(encoding="utf-8") for file in sorted((ROOT / "functions").rglob("*.py"))
)
_CALL = re.compile(r"(?:^|python -m )ops ((?:[a-z]|--)\S*(?: .*)?)$")
_WORD = re.compile(r"[a-z][a-z-]+")


def calls(page: Path) -> Iterator[str]:
    """What is said to the program, from the word after `ops` on."""
    for text in [*quoted(page), *shell_lines(page)]:
        found = _CALL.search(text.replace("\\|", "|"))
        if found:
            yield found[1]


def wrong_of(call: str) -> str:
    """What of a call the program does not know; empty where it knows all of it."""
    command, path = COMMANDS, list[str]()
    words = shlex.split(call.partition(" > ")[0], comments=True)
    while words and getattr(command, "commands", None) and _WORD.match(words[0]):
        names = words.pop(0).split("|")
        unknown = [name for name in names if name not in command.commands]
        if unknown:
            return f"{' '.join([*path, *unknown])} is no command"
        path.append(names[0])
        command = command.commands[names[0]]
    options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    told = [word.partition("=")[0] for word in words if word.startswith("--")]
    return next((f"{' '.join(path)} has no {one}" for one in told if one not in options), "")


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of each command that does something."""
    for name, inner in command.commands.items():
        if hasattr(inner, "commands"):
            yield from leaves(inner, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_that_a_page_tells_exists(page: Path) -> None:
    assert [wrong for call in calls(page) if (wrong := wrong_of(call))] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_is_named_without_the_program_exists(page: Path) -> None:
    """As `review list` in prose: a group's name and another word, unless it is what a log says."""
    groups = {name: one for name, one in COMMANDS.commands.items() if hasattr(one, "commands")}
    named = [text.split() for text in quoted(page) if f'"{text}"' not in LOGGED]
    pairs = [(words[0], words[1]) for words in named if len(words) > 1 and words[0] in groups]
    told = [(group, word) for group, word in pairs if _WORD.fullmatch(word)]

    assert [(group, word) for group, word in told if word not in groups[group].commands] == []


@pytest.mark.parametrize("path", sorted(leaves(COMMANDS)), ids=" ".join)
def test_every_command_is_told_on_some_page(path: tuple[str, ...]) -> None:
    *groups, name = path
    named = re.compile(rf"\b{' '.join(groups)}[^\n]*\b{re.escape(name)}\b")
    pages = [*(ROOT / "docs").rglob("*.md")]

    assert any(named.search(text_of(page)) for page in pages)
