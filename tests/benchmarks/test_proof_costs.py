"""The measurement of proofs proves what it measures."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.proof_costs import measure


def test_a_measured_day_is_equal_and_its_calls_are_counted(tmp_path: Path) -> None:
    found = measure(12, tmp_path)

    assert found.orders == 12
    assert found.seconds > found.again > 0
    assert found.transactions == 6
