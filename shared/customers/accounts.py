"""A buyer's accounts in carts, as its link keeps them: the carts' own ids, for who writes there.

They are learned from orders, and kept only where a store's policy has something carried back. A
link with two accounts of one store is no one person's: it is remembered as several.
"""

from __future__ import annotations

from dataclasses import replace

from commerce.orders import Order
from shared.customers.links import CustomerLink
from shared.tenants.models import Store

SEVERAL = "-several"
"""In place of an id: the link has several accounts of that store."""


def with_account(link: CustomerLink, store: Store, order: Order) -> CustomerLink:
    """The link with the account that bought, where the store's policy writes to accounts."""
    account = order.buyer.id
    if not store.customers.writes_back or not account:
        return link
    known = link.accounts.get(store.id, account)
    kept = account if known == account else SEVERAL
    if link.accounts.get(store.id) == kept:
        return link
    return replace(link, accounts={**link.accounts, store.id: kept})
