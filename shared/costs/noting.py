"""Keeps what the cart says its articles cost, as item_sync reads products."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from commerce.catalogue import Product
from shared.costs.register import Costs, UnitCost
from shared.policy.choices import Cogs
from shared.ports import Clock
from shared.posting.store_books import store_book
from shared.postings.articles import article_of
from shared.releasing.fixes import KNOWN_TO_ALL, Fixes
from shared.tenants.models import Store, Tenant

_WHO = "item_sync"


def is_noted(store: Store) -> bool:
    """Whether the store's costs are those of its cart."""
    return store.policy.cogs is Cogs.CART_COST


@dataclass(frozen=True, slots=True)
class CostNoter:
    """Notes the costs of products; orders that waited for a first one are looked at again."""

    costs: Costs
    fixes: Fixes
    clock: Clock

    def note(self, tenant: Tenant, store: Store, products: Iterable[Product]) -> int:
        """Keep costs that changed, in the currency of the entity's books; how many did.

        What a cart tells in another currency, or does not tell, is passed over: the order says
        that its cost is missing.

        Raises:
            CostsMovedError: others kept changing one.
            botocore.exceptions.ClientError: one could not be read or stored.
        """
        book = store_book(tenant, store.id)
        if book is None or not is_noted(store):
            return 0
        told = {
            article_of(each.sku, each.ref.id): each.cost
            for each in products
            if each.cost is not None and each.cost.currency == book.base_currency
        }
        known = self.costs.load_many(tenant.id, store.id, told)
        now, noted = self.clock(), 0
        for article, amount in told.items():
            noted += self.costs.note(
                tenant.id, store.id, article, UnitCost(now, amount), known=known.get(article, ())
            )
        if told.keys() - known.keys():
            self.fixes.note(tenant.id, by=_WHO, due_at=now + KNOWN_TO_ALL)
        return noted
