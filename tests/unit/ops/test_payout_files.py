"""Files of payouts as people have them: marked, wrongly encoded, empty, and off by a cent."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.payout_files import read_file
from shared.payouts.imports import Format, Layout

FILE = """payout_id,payout_amount,currency,sent_at,line_id,kind,amount
T-1,10.00,USD,2026-03-05,1,charge,10.00
"""


def places(file: Path) -> list[str]:
    _, findings = read_file(file, Format.CSV, "shop", Layout(), delimiter=",")
    return [finding.place for finding in findings]


def test_a_byte_order_mark_is_no_part_of_the_first_heading(tmp_path: Path) -> None:
    file = tmp_path / "payouts.csv"
    file.write_text(FILE, encoding="utf-8-sig")

    assert places(file) == []


def test_sums_are_proved_with_everything_else(tmp_path: Path) -> None:
    file = tmp_path / "payouts.csv"
    file.write_text(FILE + "T-2,9.99,USD,2026-03-05,1,charge,10.00\nT-3,x,USD,2026-03-05,1,fee,1\n")

    assert places(file) == ["row 3 payout_amount", "payout T-2 amount"]


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "payouts.csv"
    file.write_text("")

    assert places(file) == ["file"]


def test_another_encoding_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "payouts.csv"
    file.write_text(FILE, encoding="utf-16")

    with pytest.raises(OpsError, match="UnicodeDecodeError"):
        places(file)
