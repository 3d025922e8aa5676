"""S7: a card is sold below face and used in another order, in the simulated company's ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tests.accounting.journals import Played
from tests.accounting.lives import LIVES
from tests.scenarios.conftest import Sage


def test_a_discounted_card_leaves_nothing_behind_once_it_is_used(
    sage: Sage, show: Callable[[str, Played], None]
) -> None:
    """J-4.3 and J-4.4; the 50.00 invoice itself is not among the rows of S7."""
    sold = sage.live(LIVES["gift_card_sold_below_face"]())
    life = LIVES["discounted_card_redeemed"]()
    used = sage.live(replace(life, book=replace(life.book, store="other")))
    show("S7 gift card discounted, sold", sold)
    show("S7 ... and used", used)

    ledger = sage.simulator.balances()

    assert "2200" not in ledger
    assert "2201" not in ledger
    assert (ledger["1100"], ledger["4090"]) == (Decimal("40.00"), Decimal("10.00"))
    assert ledger.get("1200", Decimal(0)) - Decimal("50.00") == Decimal("-50.00")
