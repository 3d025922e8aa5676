"""Countries by name and by code (§12.1); the books keep the two letters of ISO 3166.

Sage's own list of names is not published: what is shown is the plain English name, and other common
names of the same country are read too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path


def code_of_name(name: str) -> str:
    """Give the two letters of the country of that name, in any case.

    Raises:
        KeyError: there is no such country.
    """
    return _names()[name.casefold()]


def code_of(code: str) -> str:
    """Give the two letters of a code of two or three letters, in any case.

    Raises:
        KeyError: there is no such country.
    """
    return _codes()[code.upper()]


def name_of(code: str) -> str:
    """Give the name that is shown for a code; the code itself where it is none."""
    return _shown().get(code, code)


@cache
def _rows() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    text = Path(__file__).with_name("countries.txt").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        if not line.startswith("#"):
            two, three, names = line.split(" ", 2)
            found.append((two, three, tuple(names.split(";"))))
    return tuple(found)


@cache
def _names() -> Mapping[str, str]:
    return {name.casefold(): two for two, _, names in _rows() for name in names}


@cache
def _codes() -> Mapping[str, str]:
    return {code: two for two, three, _ in _rows() for code in (two, three)}


@cache
def _shown() -> Mapping[str, str]:
    return {two: names[0] for two, _, names in _rows()}
