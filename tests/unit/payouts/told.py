"""Payouts as carts tell them, in the numbers of the accounting reference §6."""

from __future__ import annotations

from datetime import UTC, datetime

from commerce.money import Money
from commerce.orders import Ref
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus

CHARGED_AT = datetime(2026, 3, 3, 15, tzinfo=UTC)
SENT_AT = datetime(2026, 3, 5, 15, tzinfo=UTC)
ARRIVED_AT = datetime(2026, 3, 7, 15, tzinfo=UTC)


def usd(amount: str) -> Money:
    """An amount in dollars."""
    return Money.of(amount, "USD")


def line(
    line_id: str,
    kind: PayoutLineKind,
    amount: str,
    fee: str = "0.00",
    *,
    at: datetime = CHARGED_AT,
    order_id: str = "",
    fee_kind: FeeKind | None = None,
    type_name: str = "",
    is_recognized: bool = True,
) -> PayoutLine:
    """A line whose net is its amount less its fee."""
    return PayoutLine(
        line_id,
        kind,
        usd(amount),
        usd(fee),
        usd(amount) - usd(fee),
        at,
        order_id=order_id,
        fee_kind=fee_kind,
        type_name=type_name,
        is_recognized=is_recognized,
    )


LINES = (
    line("1", PayoutLineKind.CHARGE, "69.95", "2.33", order_id="A", fee_kind=FeeKind.PROCESSING),
    line("2", PayoutLineKind.CHARGE, "120.00", "3.78", order_id="B", fee_kind=FeeKind.PROCESSING),
    line("3", PayoutLineKind.REFUND, "-24.50", order_id="A"),
)
"""J-6.1: charges 69.95 and 120.00, refund 24.50, fees 2.33 + 3.78; the net is 159.34."""


def payout(
    lines: tuple[PayoutLine, ...] = LINES,
    *,
    amount: str | None = "159.34",
    status: PayoutStatus = PayoutStatus.IN_TRANSIT,
    payout_id: str = "po-1001",
    sent_at: datetime = SENT_AT,
    arrived_at: datetime | None = None,
    period_from: datetime | None = None,
) -> Payout:
    """The payout of J-6.1 unless told otherwise."""
    return Payout(
        ref=Ref("shopify", "shop", "payout", payout_id),
        status=status,
        currency="USD",
        amount=usd(amount) if amount is not None else None,
        initiated_at=sent_at,
        lines=lines,
        arrived_at=arrived_at,
        period_from=period_from,
        period_until=sent_at if period_from else None,
    )
