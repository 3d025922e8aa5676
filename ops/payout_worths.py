"""What a payout was booked at, for people: each amount with its rate, its day and its source."""

from __future__ import annotations

from decimal import Decimal

from shared.payouts.worths import Valuation

WORTH_COLUMNS = ("of", "taken", "worth", "rate", "on", "source")
_SHOWN = Decimal("0.0000000001")


def worth_rows(valuation: Valuation) -> list[tuple[object, ...]]:
    """The payout's own rate first, then each row of a buyer's money (R-8.2)."""
    rows: list[tuple[object, ...]] = []
    if valuation.rate is not None:
        rate = valuation.rate
        rows.append(("the payout", "", "", rate.rate, rate.on, rate.source))
    for each in valuation.worths:
        told = each.base.amount / each.taken.amount if each.taken else Decimal(0)
        shown = told.quantize(_SHOWN).normalize()
        rows.append(
            (f"row {each.line_id}", each.taken, each.base, f"{shown:f}", each.on, each.source)
        )
    return rows
