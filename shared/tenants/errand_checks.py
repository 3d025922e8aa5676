"""What a store's policy for writing back and the rest of the document ask of each other."""

from __future__ import annotations

from collections.abc import Iterator

from shared.errands.fields import TAKEN, carried
from shared.ownership.table import Right
from shared.policy.switches import CustomerMode, PostingMode
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]
Told = tuple[Place, str]

WITH_ACCOUNTS = frozenset({"bigcommerce", "magento", "shopify", "woocommerce"})
"""Carts whose buyers' accounts can be written; buyers of marketplaces are the marketplaces'."""


def errand_problems(store: Store, tenant: Tenant) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    if store.customers.writes_back:
        for message in _accounts(store, tenant):
            yield ("customers", "writes_back"), message


def _accounts(store: Store, tenant: Tenant) -> Iterator[str]:
    if store.cart not in WITH_ACCOUNTS:
        carts = ", ".join(sorted(WITH_ACCOUNTS))
        yield f"{store.cart} has no accounts that can be written ({carts} have); remove it"
    if Right.UPDATE not in tenant.ownership.customer.in_carts:
        yield "ownership.customer.in_carts does not allow to update accounts: add update there"
    elif not carried(tenant.ownership):
        fields = ", ".join(sorted(TAKEN.values()))
        yield f"ownership.customer gives Sage Intacct none of {fields}: name those it owns"
    is_real = store.policy.customer_mode is CustomerMode.REAL
    if PostingMode.DETAIL not in store.policy.modes() or not is_real:
        yield "the store's buyers have no customers of their own in Sage Intacct; remove it"
    if not tenant.changes.is_polled:
        yield "changes.is_polled is false: nobody hears what changes in Sage Intacct"
