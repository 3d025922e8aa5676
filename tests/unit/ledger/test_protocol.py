"""The exhaustive check of reliability §3.5, and proof that it would notice what it must notice."""

from __future__ import annotations

import pytest

from tests.unit.ledger.protocol_model import Defects, Uniqueness, explore


@pytest.mark.parametrize("uniqueness", list(Uniqueness))
def test_no_history_of_two_workers_doubles_loses_or_blocks_a_posting(
    uniqueness: Uniqueness,
) -> None:
    verdict = explore(uniqueness)

    assert verdict.problems == set()
    assert verdict.worlds > 1_000


@pytest.mark.parametrize(
    ("uniqueness", "defects", "problem"),
    [
        (Uniqueness.NONE, Defects(without_settle_window=True), "duplicate"),
        (Uniqueness.COMPLETED_ONLY, Defects(without_settle_window=True), "duplicate"),
        (Uniqueness.NONE, Defects(without_fence=True), "duplicate"),
        (Uniqueness.NONE, Defects(without_intent=True), "duplicate"),
        (Uniqueness.NONE, Defects(without_rearming=True), "duplicate"),
        (Uniqueness.NONE, Defects(without_look=True), "duplicate"),
        (Uniqueness.HARD, Defects(duplicate_is_refusal=True), "posted but refused"),
    ],
)
def test_the_check_notices_a_protocol_without_one_of_its_rules(
    uniqueness: Uniqueness, defects: Defects, problem: str
) -> None:
    verdict = explore(uniqueness, defects=defects)

    assert verdict.problems == {problem}
