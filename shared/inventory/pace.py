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

HEARD_A_DAY = 24
"""API transactions of a company that may be spent a day on what its carts tell by webhook."""

SOONEST = timedelta(minutes=5)
"""How soon after a comparison a store is compared again for what was heard: counts settle first."""

_DAY = timedelta(days=1)


def pause(tenant: Tenant, cost: int) -> timedelta:
    """How long a store is left alone after a comparison that cost so many transactions."""
    stores = sum(1 for store in tenant.stores if store.stock.is_kept)
    shortest = SHORTEST.get(Tier(tenant.intacct.tier), USUAL)
    return max(shortest, _DAY * (cost * max(1, stores) / MOST_A_DAY))


def may_look(tenant: Tenant, since: timedelta, spent: int) -> bool:
    """Whether a store is compared for what its cart told, so long after the last comparison.

    `spent` are the transactions that this cost the store today: each of the company's stores has an
    equal share of `HEARD_A_DAY`.
    """
    stores = sum(1 for store in tenant.stores if store.stock.is_kept)
    return since >= SOONEST and spent * max(1, stores) < HEARD_A_DAY
