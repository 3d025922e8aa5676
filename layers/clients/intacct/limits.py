"""What Sage lets one company and one application do, per service tier, as plain data.

How a company's calls react when it asks for a pause or fails is in `intacct.health`.

Tiers: REST reference §11. `APPLICATION` holds the figures of a secondary source that no page of
Sage's confirms (U19): a ceiling of ours over all companies together, never a licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """The service tiers that Sage sells; the standard one unless a tenant says otherwise."""

    ONE = "1"
    TWO = "2"
    TWO_500K = "2-500k"
    THREE = "3"
    FOUR = "4"


@dataclass(frozen=True, slots=True)
class TierLimits:
    """API transactions a month, and calls at a time per application and per company."""

    calls_per_month: int
    concurrent_per_application: int
    concurrent_per_company: int

    @property
    def lanes(self) -> int:
        """How many writes we run at a time: two of the allowance stay free for reads (§5)."""
        return max(1, self.concurrent_per_application - 2)


TIERS: Mapping[Tier, TierLimits] = {
    Tier.ONE: TierLimits(100_000, 6, 8),
    Tier.TWO: TierLimits(250_000, 8, 10),
    Tier.TWO_500K: TierLimits(500_000, 8, 10),
    Tier.THREE: TierLimits(1_000_000, 12, 15),
    Tier.FOUR: TierLimits(2_500_000, 15, 20),
}


@dataclass(frozen=True, slots=True)
class ApplicationLimits:
    """What all companies of one client application may use together."""

    requests_per_second: float
    requests_per_day: int
    concurrent: int


APPLICATION = ApplicationLimits(
    requests_per_second=15.0, requests_per_day=1_296_000, concurrent=150
)
