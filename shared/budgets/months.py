"""Where a month of API transactions is heading, and what passing the allowance costs.

Pure, so that the budget command and the daily proof tell the same figures.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from intacct.limits import Tier
from shared.budgets.depths import BACKGROUND_READS_MOST
from shared.connections.calls import TRANSACTIONS, month_of
from shared.connections.profiles import limits_of
from shared.tenants.models import Intacct

BACKGROUND = "background"
"""The kind under which reads are counted that no order needs."""

OVERAGE_USD: Mapping[Tier, Decimal] = {Tier.ONE: Decimal("0.015")}
"""What one transaction over the allowance costs: 0.15 USD for ten on tier 1 (XML reference §7.2).

UNCONFIRMED for every other tier: Sage's contract says it.
"""

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class MonthForecast:
    """One month of one company's transactions.

    `used` are transactions as Sage bills them, `calls` our requests by kind. `forecast` is what the
    month comes to if it goes on like this; of a month that is over it is what was used. Shares are
    percentages of the tier's allowance; `overage_usd` is None where nobody published the price.
    `background` counts reads that no order needs, of at most `background_most`.
    """

    month: str
    tier: str
    allowance: int
    used: int
    used_percent: float
    forecast: int
    forecast_percent: float
    overage_usd: Decimal | None
    background: int
    background_most: int
    calls: dict[str, int]

    @property
    def passes(self) -> bool:
        """Whether the month is heading over its allowance."""
        return self.forecast > self.allowance


def month_forecast(
    intacct: Intacct, counts: Mapping[str, int], *, now: datetime, month: str = ""
) -> MonthForecast:
    """Where the month is heading, from what was counted so far.

    Args:
        intacct: the company's settings, which name its tier.
        counts: what `CallRecords.of_month` answers.
        now: the present instant.
        month: like `2026-11`; the present one where none is named.

    Raises:
        ValueError: the month is none, or the tier's figures are not stated.
    """
    wanted = month or month_of(now)
    begins_at = datetime.strptime(wanted, "%Y-%m").replace(tzinfo=UTC)
    days = calendar.monthrange(begins_at.year, begins_at.month)[1]
    calls = dict(counts)
    used, background = calls.pop(TRANSACTIONS, 0), calls.pop(BACKGROUND, 0)
    allowance = limits_of(intacct).allowance(days)
    passed = (now - begins_at).total_seconds() / (days * _SECONDS_A_DAY)
    forecast = round(used / min(1.0, passed)) if passed > 0 else used
    return MonthForecast(
        month=wanted,
        tier=intacct.tier,
        allowance=allowance,
        used=used,
        used_percent=percent(used, allowance),
        forecast=forecast,
        forecast_percent=percent(forecast, allowance),
        overage_usd=overage_usd(Tier(intacct.tier), forecast - allowance),
        background=background,
        background_most=BACKGROUND_READS_MOST,
        calls=calls,
    )


def overage_usd(tier: Tier, transactions: int, price: Decimal | None = None) -> Decimal | None:
    """What so many transactions over the allowance cost, to the cent; None where it is not known.

    Args:
        tier: the company's tier, whose published price counts where `price` is None.
        transactions: how many are over; nothing is owed for none.
        price: of one transaction in USD, as the company's contract has it.
    """
    if transactions <= 0:
        return Decimal("0.00")
    each = price if price is not None else OVERAGE_USD.get(tier)
    return None if each is None else (each * transactions).quantize(Decimal("0.01"))


def background_reads_left(counts: Mapping[str, int]) -> int:
    """How many more reads that no order needs the company may have this month.

    Who reads on a schedule asks first, and leaves it be at zero: orders are posted all the same.
    """
    return max(0, BACKGROUND_READS_MOST - counts.get(BACKGROUND, 0))


def percent(part: int, whole: int) -> float:
    """The share in percent, to one decimal."""
    return round(100 * part / whole, 1)
