"""Whatever the documentation leads to is there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.unit.docs.pages import PAGES, ROOT, anchors, links, name_of, quoted, shell_lines, text_of

_ROOMS = ("docs", "shared", "layers", "functions", "local", "ops", "tests", "events", ".ci")
_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, _ROOMS))})/[\w./-]+")
_TARGET = re.compile(r"(?<![\w-])make ([a-z][a-z-]*)")
_MODULE = re.compile(r"python -m ([\w.]+)")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_page_and_its_heading(page: Path) -> None:
    for link in links(page):
        target, _, anchor = link.partition("#")
        led = (page.parent / target) if target else page

        assert led.exists(), link
        assert not anchor or anchor in anchors(led), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_of_the_repository_that_is_quoted_exists(page: Path) -> None:
    paths = [one for one in quoted(page) if _PATH.fullmatch(one)]

    missing = [one for one in paths if not (ROOT / one).exists() and not _is_file(ROOT / one)]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    makefile = text_of(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    told = [name for text in [*quoted(page), *shell_lines(page)] for name in _TARGET.findall(text)]

    assert set(told) <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_output_of_the_stack_that_is_to_be_put_in_exists(page: Path) -> None:
    """As `<WebhookApiUrl>`: a name of the template, where others are in small letters."""
    _, _, outputs = text_of(ROOT / "template.yaml").partition("\nOutputs:")
    told = [name for text in quoted(page) for name in re.findall(r"<([A-Z]\w+)>", text)]

    assert [name for name in told if f"\n  {name}:\n" not in outputs] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_module_that_is_to_be_run_exists(page: Path) -> None:
    told = [name for text in [*quoted(page), *shell_lines(page)] for name in _MODULE.findall(text)]

    assert [name for name in told if importlib.util.find_spec(name) is None] == []


def _is_file(path: Path) -> bool:
    """Whether a module goes by its path without the ending."""
    return path.with_suffix(".py").exists()
