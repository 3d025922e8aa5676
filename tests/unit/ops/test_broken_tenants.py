"""Broken configurations: each line says in a comment what must be found there, and nothing else.

`# expect PLACE: WORDS` names the path of the problem and words of its sentence. `# expect 0 ...`
stands for a problem that has no line.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ops.tenant_files import check, read_all

FOLDER = Path(__file__).parent / "broken_tenants"
GOOD = Path(__file__).parent / "good_tenants"
FILES = sorted(FOLDER.glob("*.yaml"))
_EXPECTED = re.compile(r"# expect (0 )?(\S*): (.+?)$")


def expected(text: str) -> list[tuple[int, str, str]]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _EXPECTED.search(line)
        if match:
            found.append((0 if match[1] else number, match[2], match[3]))
    return found


def test_there_are_broken_configurations_of_many_kinds() -> None:
    assert len(FILES) >= 40


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_error_is_found_in_one_run_with_its_place_and_nothing_else_is(file: Path) -> None:
    text = file.read_text()
    wanted = expected(text)

    checked = check(text)

    assert wanted
    assert checked.tenant is None
    found = [(problem.line, problem.place) for problem in checked.problems]
    assert sorted(found) == sorted((line, place) for line, place, _ in wanted), checked.problems
    for line, place, words in wanted:
        said = [one.message for one in checked.problems if (one.line, one.place) == (line, place)]
        assert any(words in message for message in said), said


@pytest.mark.parametrize("file", sorted(GOOD.glob("*.yaml")), ids=lambda file: file.stem)
def test_sound_configurations_pass(file: Path) -> None:
    checked = check(file.read_text())

    assert checked.problems == ()
    assert checked.tenant is not None


def test_a_folder_is_checked_in_one_run(tmp_path: Path) -> None:
    texts = {file.name: file.read_text() for file in FILES[:6]}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)

    checked = read_all(tmp_path)

    assert [file.name for file in checked] == list(texts)
    assert {file.name: len(one.problems) for file, one in checked.items()} == {
        name: len(expected(text)) for name, text in texts.items()
    }


def test_tenants_of_one_folder_share_neither_an_id_nor_a_path(tmp_path: Path) -> None:
    text = (GOOD / "one-store.yaml").read_text()
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "b.yaml").write_text(text)
    (tmp_path / "c.yml").write_text(text.replace("id: acme", "id: rival", 1))
    (tmp_path / "notes.txt").write_text("not a tenant")

    checked = read_all(tmp_path)

    told = {file.name: [one.place for one in found.problems] for file, found in checked.items()}
    assert told == {"a.yaml": [], "b.yaml": ["id", "stores[0].id"], "c.yml": ["stores[0].id"]}
    assert checked[tmp_path / "b.yaml"].problems[1].line == 15
