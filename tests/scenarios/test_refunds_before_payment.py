"""Money that went back before the last receipt, through both protocols (R-2.3, R-3.2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from commerce.orders import Restock
from tests.accounting.journals import Played
from tests.accounting.lives import OrderLife, grown_stages
from tests.accounting.shop import (
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    order,
    parcel,
    refund,
)
from tests.scenarios.conftest import Sage


def test_a_receipt_that_comes_later_covers_what_went_back_before(
    sage: Sage, show: Callable[[str, Played], None]
) -> None:
    """60.00 left on account, 50.00 came, 40.00 that never left went back, 50.00 came."""
    placed = order(line("tee", "60.00"), line("mug", "40.00"), is_b2b=True)
    first, last = captured("capture-1", "50.00", day(3)), captured("capture-2", "50.00", day(6))
    gone = back("mug", 1, "40.00", restock=Restock.CANCEL)
    cancelled = refund(gone, at=day(4), transactions=(given_back("40.00", day(4)),))
    stages = (
        facts(placed, parcel("parcel-1", day(2), tee=1), first, cancelled),
        facts(placed, last),
    )

    played = sage.live(OrderLife(book(), grown_stages(stages)))

    show("Given back before it was paid", played)
    expected = {"1100": Decimal("60.00"), "4000": Decimal("-60.00")}
    assert sage.simulator.balances() == expected
