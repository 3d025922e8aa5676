"""How often a store's stock is compared, by what a comparison costs: pure.

Reading what a warehouse holds is a transaction per two thousand items. A company's stock may cost
`MOST_A_DAY` of the 160 that all background reads may use: a great warehouse is read less often.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from intacct.limits import Tier
from shared.tenants.models import Tenant

MOST_A_DAY = 48
"""API transactions of a company that comparing stock plans with."""

SHORTEST: Mapping[Tier, timedelta] = {Tier.ONE: timedelta(minutes=30)}
"""How long a store is left alone at least, by profile; `USUAL` where none is named."""

USUAL = timedelta(minutes=15)

_DAY = timedelta(days=1)


def pause(tenant: Tenant, cost: int) -> timedelta:
    """How long a store is left alone after a comparison that cost so many transactions."""
    stores = sum(1 for store in tenant.stores if store.stock.is_kept)
    shortest = SHORTEST.get(Tier(tenant.intacct.tier), USUAL)
    return max(shortest, _DAY * (cost * max(1, stores) / MOST_A_DAY))
