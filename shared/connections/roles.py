"""What a tenant's Web Services users must be allowed, by what the tenant has switched on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from intacct.capabilities import Action
from intacct.permissions import (
    CUSTOMER_UPDATES,
    ITEM_READS,
    ITEM_UPDATES,
    STOCK_READS,
    Permission,
    PermissionReport,
    needed,
)
from intacct.permissions import Right as Granted
from shared.ownership.table import Right, Side
from shared.policy.choices import CustomerMode, PostingMode
from shared.policy.items import UnknownSku
from shared.policy.mapping import Mapping
from shared.policy.switches import PostingPolicy
from shared.tenants.models import Tenant
from shared.tenants.stock_checks import owner_of

_READING = (Granted.LIST, Granted.VIEW)


@dataclass(frozen=True, slots=True)
class RoleReport:
    """How the role of one user differs from what the tenant needs of it."""

    user_id: str
    is_reading: bool
    found: PermissionReport

    def as_json(self) -> dict[str, Any]:
        """The same as the function answers it."""
        return {
            "user": self.user_id,
            "is_reading": self.is_reading,
            "is_sufficient": self.found.is_sufficient,
            "missing": list(self.found.missing),
            "excess": list(self.found.excess),
            "unclear": list(self.found.unclear),
        }


def actions_of(tenant: Tenant) -> frozenset[Action]:
    """The business actions that the tenant's stores may come to."""
    return frozenset(
        action
        for store in tenant.stores
        for action in _actions_of_store(store.policy, store.mapping)
    )


def wanted_of(tenant: Tenant, *, is_reading: bool) -> frozenset[Permission]:
    """The permissions that one of the tenant's users needs; the one that reads writes nothing."""
    actions = actions_of(tenant)
    wanted = needed(actions)
    if Action.CUSTOMER in actions and Right.UPDATE in tenant.ownership.customer.in_sage:
        wanted |= CUSTOMER_UPDATES
    wanted |= _of_items(tenant) | _of_stock(tenant)
    if not is_reading:
        return wanted
    return frozenset(one for one in wanted if one.right in _READING)


def _of_items(tenant: Tenant) -> frozenset[Permission]:
    """What stores that link articles to items need, as far as the ownership table lets them."""
    kept = [store.items for store in tenant.stores if store.items.is_kept]
    allowed = tenant.ownership.item.in_sage
    wanted = ITEM_READS if kept else frozenset[Permission]()
    if any(policy.unknown_sku is UnknownSku.CREATE for policy in kept) and Right.CREATE in allowed:
        wanted |= needed({Action.ITEM})
    if any(policy.updates for policy in kept) and Right.UPDATE in allowed:
        wanted |= ITEM_UPDATES
    return wanted


def _of_stock(tenant: Tenant) -> frozenset[Permission]:
    """What stores need whose stock and the company's warehouses are kept alike."""
    places = [place for store in tenant.stores for place in store.stock.places]
    wanted = STOCK_READS if places else frozenset[Permission]()
    if any(owner_of(tenant.ownership, place) is Side.CART for place in places):
        wanted |= needed({Action.STOCK_DOCUMENT})
    return wanted


def _actions_of_store(policy: PostingPolicy, mapping: Mapping) -> Iterator[Action]:
    modes = policy.modes()
    if modes != {PostingMode.DETAIL}:
        yield Action.GL_BATCH
        if mapping.definitions.statistical_journal:
            yield Action.STATISTICAL_ENTRY
    if PostingMode.DETAIL not in modes:
        return
    yield from (
        Action.SALES_DOCUMENT,
        Action.ADVANCE,
        Action.PAYMENT,
        Action.ADJUSTMENT,
        Action.CUSTOMER_REFUND,
        Action.JOURNAL_ENTRY,
        Action.CLOSE_SALES_DOCUMENT,
    )
    if policy.customer_mode is CustomerMode.REAL:
        yield Action.CUSTOMER
