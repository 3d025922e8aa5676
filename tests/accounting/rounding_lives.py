"""Orders whose cart rounds: the law's smallest coin is an amount of the cart, not ours (R-9.7)."""

from __future__ import annotations

from commerce.orders import Charge, ChargeKind
from tests.accounting.lives import OrderLife, told_life
from tests.accounting.shop import book, captured, day, facts, line, order, parcel, usd


@told_life
def rounded_to_the_coin() -> OrderLife:
    """Goods of 19.98 are paid with 20.00 in cash, and the cart says so."""
    placed = order(line("jar", "19.98"), charges=(Charge(ChargeKind.ROUNDING, usd("0.02")),))
    sent, paid = (
        parcel("parcel-1", day(2), jar=1),
        captured("cash", "20.00", day(2), "Bank Deposit"),
    )
    return OrderLife(book(), (facts(placed, sent, paid),))
