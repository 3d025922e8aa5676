"""What a tenant's company may do at a time and in a month: the tier that its document names."""

from __future__ import annotations

from intacct.limits import TIERS, Tier, TierLimits
from shared.tenants.models import Intacct


def limits_of(intacct: Intacct) -> TierLimits:
    """The limits of the company.

    Raises:
        ValueError: it is of the fifth tier and its contract's figures are not stated.
    """
    limits = TIERS.get(Tier(intacct.tier))
    if limits is not None:
        return limits
    if not all(_figures(intacct)):
        message = f"tier {intacct.tier} needs the figures of the company's contract"
        raise ValueError(message)
    return TierLimits(*_figures(intacct))


def spare_seats(intacct: Intacct) -> int:
    """How many calls may run beside the lanes: those that no lane orders, and reads."""
    return max(1, limits_of(intacct).concurrent_per_application - intacct.lanes)


def problems_of(intacct: Intacct) -> list[tuple[str, str]]:
    """What disagrees in the company's settings: the member's name, and why."""
    figures = _figures(intacct)
    is_stated = all(figures) if intacct.tier == Tier.FIVE.value else any(figures)
    if is_stated is not (intacct.tier == Tier.FIVE.value):
        return [("contract", "tier 5 states all figures of its contract, and no other tier does")]
    most = limits_of(intacct).lanes
    if intacct.lanes > most:
        return [("lanes", f"tier {intacct.tier} allows {most}: two calls at a time stay for reads")]
    return []


def _figures(intacct: Intacct) -> tuple[int, int, int]:
    stated = intacct.contract
    return (
        stated.calls_per_month,
        stated.concurrent_per_application,
        stated.concurrent_per_company,
    )
