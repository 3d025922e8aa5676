"""What a refund gives back on a line of which no unit came back."""

from __future__ import annotations

from collections.abc import Iterable

from commerce.orders import AdjustmentKind, RefundAdjustment, RefundLine


def allowances(lines: Iterable[RefundLine]) -> tuple[RefundAdjustment, ...]:
    """The amounts of lines without units as adjustments; lines of units stay what they are.

    Such an amount has nothing that it could be the price of: the buyer keeps the goods.
    """
    return tuple(
        RefundAdjustment(AdjustmentKind.GOODWILL, line.subtotal, line.tax, line.line_id)
        for line in lines
        if not line.quantity and (line.subtotal or line.tax)
    )
