"""The places of a store by who owns their stock: what is read where, and what is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.ownership.table import Side
from shared.tenants.models import Store, Tenant
from shared.tenants.stock_checks import decision_of, owner_of


@dataclass(frozen=True, slots=True)
class Places:
    """What flows which way: `outward` are the warehouses of each location that Sage tells.

    `inward` are the locations of each warehouse that the cart tells.
    """

    outward: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    inward: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def places_of(tenant: Tenant, store: Store) -> Places:
    """The store's places, by the owner of each.

    Raises:
        NotOursError: the ownership table does not let the connector write to the other side.
    """
    outward: dict[str, list[str]] = defaultdict(list)
    inward: dict[str, list[str]] = defaultdict(list)
    for place in dict.fromkeys(store.stock.places):
        decision_of(tenant.ownership, place).insist()
        if owner_of(tenant.ownership, place) is Side.SAGE:
            outward[place.location].append(place.warehouse)
        else:
            inward[place.warehouse].append(place.location)
    return Places(_frozen(outward), _frozen(inward))


def sharing(tenant: Tenant, store: Store) -> tuple[Store, ...]:
    """The other stores that have a place at one of this store's warehouses."""
    ours = {place.warehouse for place in store.stock.places}
    return tuple(
        other
        for other in tenant.stores
        if other.id != store.id and ours & {place.warehouse for place in other.stock.places}
    )


def _frozen(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}
