"""A tenant's document names its company's tier, and nothing runs beyond it."""

from __future__ import annotations

from typing import Any

import pytest

from intacct.limits import TIERS, Tier
from shared.connections.profiles import limits_of, problems_of, spare_seats
from shared.tenants.models import Intacct

CONTRACT = {
    "calls_per_month": 9_000_000,
    "concurrent_per_application": 30,
    "concurrent_per_company": 40,
}


def intacct(**members: Any) -> Intacct:
    return Intacct.model_validate({"company_id": "Acme", "user_id": "ws", **members})


@pytest.mark.parametrize(
    ("tier", "month", "application", "company"),
    [
        ("1", 100_000, 6, 8),
        ("2", 250_000, 8, 10),
        ("2-500k", 500_000, 8, 10),
        ("3", 1_000_000, 12, 15),
        ("4", 2_500_000, 15, 20),
    ],
)
def test_tiers_are_those_of_the_reference(
    tier: str, month: int, application: int, company: int
) -> None:
    limits = limits_of(intacct(tier=tier))
    assert limits.allowance(30) == month
    assert limits.concurrent_per_application == application
    assert limits.concurrent_per_company == company
    assert limits.requests_per_second is None


def test_the_fifth_tier_is_the_companys_own_contract() -> None:
    limits = limits_of(intacct(tier="5", contract=CONTRACT))
    assert (limits.allowance(31), limits.lanes) == (9_000_000, 28)


def test_the_figures_of_a_client_application_are_a_profile_of_their_own() -> None:
    limits = limits_of(intacct(tier="application"))
    assert limits.requests_per_second == 15.0
    assert limits.concurrent_per_application == 150
    assert limits.allowance(30) == 30 * 1_296_000


@pytest.mark.parametrize("tier", [tier for tier in Tier if tier is not Tier.FIVE])
def test_lanes_and_spare_seats_together_are_the_allowance(tier: Tier) -> None:
    allowed = TIERS[tier].concurrent_per_application
    most = min(TIERS[tier].lanes, 64)
    assert problems_of(intacct(tier=tier.value, lanes=most)) == []
    assert most + spare_seats(intacct(tier=tier.value, lanes=most)) <= allowed


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"lanes": 5}, "lanes"),
        ({"tier": "4", "lanes": 14}, "lanes"),
        ({"tier": "5"}, "contract"),
        ({"tier": "5", "contract": {"calls_per_month": 9_000_000}}, "contract"),
        ({"tier": "2", "contract": CONTRACT}, "contract"),
    ],
)
def test_what_goes_beyond_the_tier_or_names_none_is_a_problem(
    members: dict[str, Any], place: str
) -> None:
    assert [problem for problem, _ in problems_of(intacct(**members))] == [place]


def test_a_fifth_tier_without_figures_has_no_limits_to_work_by() -> None:
    with pytest.raises(ValueError, match="contract"):
        limits_of(intacct(tier="5"))
