"""The simulator's documentation names tests, switches and mishaps that exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from local.intacct_simulator.company import Switches
from local.intacct_simulator.faults import Mishap

HERE = Path(__file__).parent
TEXT = (HERE.parents[2] / "docs/simulator.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([a-z0-9]+(?:_[a-z0-9]+){3,})`")


def names_of_tests() -> set[str]:
    return {
        name
        for file in HERE.glob("test_*.py")
        for name in re.findall(r"^def test_(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_every_test_that_the_documentation_names_exists() -> None:
    checklists = TEXT.partition("## What it must do")[2].partition("## What no source settles")[0]
    switches = {one.name for one in fields(Switches)}

    named = set(NAMED.findall(checklists))

    assert len(named) > 100
    assert named - names_of_tests() - switches == set()


def test_every_row_of_the_checklists_and_registers_is_there() -> None:
    for title, numbers in (
        ("### REST §19", [str(n) for n in range(1, 13)]),
        ("### XML §16.1", [str(n) for n in range(1, 21)]),
        ("### REST §21", [f"U{n}" for n in range(1, 25)]),
        ("### XML §17", [str(n) for n in range(1, 21)]),
    ):
        part = re.split(r"^#", TEXT.partition(title)[2], maxsplit=1, flags=re.MULTILINE)[0]
        assert re.findall(r"^\| (U?\d+) ", part, re.MULTILINE) == numbers


def test_every_switch_and_mishap_is_documented() -> None:
    missing = [one.name for one in fields(Switches) if f"`{one.name}`" not in TEXT]
    missing += [one.value for one in Mishap if f"`{one.value}`" not in TEXT]

    assert missing == []
