"""What Sage lets one company and one application do, per service tier, as plain data.

How a company's calls react when it asks for a pause or fails is in `intacct.health`.

Tiers: REST reference §11. The figures of one client application come from a secondary source that
no page of Sage's confirms (U19): a profile that a company may be set to, never a licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """The service tiers that Sage sells, and the figures of a client application as one more."""

    ONE = "1"
    TWO = "2"
    TWO_500K = "2-500k"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class TierLimits:
    """API transactions a month, calls at a time per application and per company, and their rate.

    Where `requests_per_second` is set, all companies of that profile share it: it is a limit of the
    client application. Where `calls_per_day` is set, it bounds the month instead.
    """

    calls_per_month: int
    concurrent_per_application: int
    concurrent_per_company: int
    requests_per_second: float | None = None
    calls_per_day: int | None = None

    @property
    def lanes(self) -> int:
        """How many writes we run at a time: two of the allowance stay free for reads (§5)."""
        return max(1, self.concurrent_per_application - 2)

    def allowance(self, days: int) -> int:
        """API transactions in a month of so many days, before they are charged or refused."""
        return self.calls_per_day * days if self.calls_per_day else self.calls_per_month


_PER_DAY = 1_296_000

TIERS: Mapping[Tier, TierLimits] = {
    Tier.ONE: TierLimits(100_000, 6, 8),
    Tier.TWO: TierLimits(250_000, 8, 10),
    Tier.TWO_500K: TierLimits(500_000, 8, 10),
    Tier.THREE: TierLimits(1_000_000, 12, 15),
    Tier.FOUR: TierLimits(2_500_000, 15, 20),
    Tier.APPLICATION: TierLimits(
        _PER_DAY * 28, 150, 150, requests_per_second=15.0, calls_per_day=_PER_DAY
    ),
}
"""All tiers but the fifth, whose figures are in each company's own contract."""
