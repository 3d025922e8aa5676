"""A few seeds of `make proofs`, so that the suite notices when a proof lies."""

from __future__ import annotations

import pytest

from tests.proofs.days import History


@pytest.mark.parametrize("seed", range(4))
def test_a_seeded_history_is_proved_and_its_planted_cent_is_found(seed: int) -> None:
    History(seed).live()
