"""The books of a tenant's stores, as the planner wants them, from the tenant's configuration."""

from __future__ import annotations

from intacct.documents import Dimensions
from shared.postings.book import StoreBook
from shared.tenants.models import Tenant
from shared.tenants.return_checks import shelf_of


def store_book(tenant: Tenant, store_id: str) -> StoreBook | None:
    """What the planner knows of the store's books; None where store or entity is not configured."""
    store = tenant.store(store_id)
    entity = tenant.entity(store.entity) if store else None
    if store is None or entity is None:
        return None
    return StoreBook(
        tenant=tenant.id,
        entity=entity.id,
        zone=entity.zone,
        base_currency=entity.base_currency,
        store=store.id,
        mapping=store.mapping,
        policy=store.policy,
        day_ends_at=entity.day_ends_at,
        entity_dimensions=Dimensions(entity.location, entity.department, entity.class_id),
        shelf=shelf_of(tenant, store),
    )
