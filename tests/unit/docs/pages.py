"""The pages that people read, and what they quote: links, commands, paths and targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "layers").rglob("README.md"),
        *(ROOT / "local").rglob("README.md"),
    ]
)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")


@cache
def text_of(page: Path) -> str:
    """What the page says."""
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    """The page's path from the root, as tests are named by it."""
    return str(page.relative_to(ROOT))


def links(page: Path) -> list[str]:
    """Where the page's links lead, those to other sites left out."""
    found = _LINK.findall(_FENCED.sub("", text_of(page)))
    return [one for one in found if not re.match(r"[a-z]+:", one)]


def anchors(page: Path) -> set[str]:
    """The anchors of the page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def quoted(page: Path) -> list[str]:
    """What stands between single backticks."""
    return _QUOTED.findall(_FENCED.sub("", text_of(page)))


def shell_lines(page: Path) -> Iterator[str]:
    """The lines of the page's blocks of code, those that go on joined."""
    for block in _FENCED.findall(text_of(page)):
        yield from block.replace("\\\n", " ").splitlines()
