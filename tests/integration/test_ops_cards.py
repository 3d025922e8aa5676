"""`card`: cards are registered from a file, all of it or nothing, and listed with what is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]

HEAD = "card,face,paid,currency\n"
WHERE = ("--tenant", "acme", "--store", "shop")


def _file(tmp_path: Path, text: str) -> str:
    file = tmp_path / "cards.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_cards_are_registered_and_listed(rig: OpsRig, tmp_path: Path) -> None:
    file = _file(tmp_path, f"{HEAD}gc-1,50.00,40.00,USD\ngc-2,20.00,0.00,USD\n")
    looked = rig.run("card", "import", file, *WHERE)
    assert "nothing was kept" in looked.output
    assert rig.json("card", "list", "acme", "shop") == []

    for told in ("2 kept, 0 known", "0 kept, 2 known"):
        kept = rig.run("card", "import", file, *WHERE, "--apply", "--why", "spring promotion")
        assert told in kept.output
    listed = rig.json("card", "list", "acme", "shop")
    assert [(x["card"], x["left_discounted"]["amount"]) for x in listed] == [
        ("gc-1", "10.00"),
        ("gc-2", "0"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("card,face\n", "there is no column"),
        (f"{HEAD}gc-1,50.00,60.00,USD\n", "between nothing and"),
        (f"{HEAD}gc-1,much,0,USD\n", "line 2"),
        (f"{HEAD}gc-1,50.001,0,USD\n", "minor unit"),
        (f"{HEAD}gc-1,50,0,USD\ngc-1,50,1,USD\n", "there twice"),
        (f"{HEAD},50,0,USD\n", "needs its id"),
        (f"{HEAD}gc-1,0,0,USD\n", "more than nothing"),
    ],
)
def test_a_file_with_an_error_is_not_kept(
    rig: OpsRig, tmp_path: Path, text: str, told: str
) -> None:
    said = rig.run("card", "import", _file(tmp_path, text), *WHERE, "--apply", "--why", "x")
    assert said.exit_code == 1
    assert told in said.output
    assert rig.json("card", "list", "acme", "shop") == []


def test_a_card_at_another_price_is_refused(rig: OpsRig, tmp_path: Path) -> None:
    for paid, code in (("40.00", 0), ("50.00", 1)):
        file = _file(tmp_path, f"{HEAD}gc-1,50.00,{paid},USD\n")
        assert rig.run("card", "import", file, *WHERE, "--apply", "--why", "x").exit_code == code


def test_a_store_that_is_not_there_is_said_so(rig: OpsRig) -> None:
    assert "no store" in rig.run("card", "list", "acme", "nothing").output
