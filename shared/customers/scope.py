"""Whether an order is posted at all, by itself, and under which of its store's policies: pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from commerce.orders import Facts, Order, OrderStatus
from shared.gl.dates import ledger_date
from shared.policy.choices import PostingMode
from shared.postings.plan import Finding, Reason
from shared.tenants.models import Store, Tenant


def has_business(facts: Facts) -> bool:
    """A cancelled order that nobody paid leaves nothing in the books, nor a customer."""
    order = facts.order
    if order is None or order.status is not OrderStatus.CANCELLED:
        return True
    return any(payment.is_receipt for payment in facts.payments)


def out_of_scope(tenant: Tenant, store: Store, order: Order) -> Finding | None:
    """Test orders and orders from before go-live are never posted (carts reference §3.7)."""
    if order.is_test:
        return Finding(Reason.TEST_ORDER, "order", "a test order is never posted")
    entity = tenant.entity(store.entity)
    if store.go_live_on and entity is not None:
        placed_on = order.placed_at.astimezone(ZoneInfo(entity.zone)).date()
        if placed_on < date.fromisoformat(store.go_live_on):
            message = f"was placed before the store went live on {store.go_live_on}"
            return Finding(Reason.OUT_OF_SCOPE, "order", message)
    return None


def is_in_detail(tenant: Tenant, store: Store, order: Order) -> bool:
    """Whether the order is posted by itself, and so to a customer (R-11.9)."""
    entity = tenant.entity(store.entity)
    if entity is None:
        return store.policy.posting_mode is PostingMode.DETAIL
    placed_on = ledger_date(order.placed_at, entity.zone, entity.day_ends_at)
    return store.policy.mode_on(placed_on) is PostingMode.DETAIL


def store_then(tenant: Tenant, store: Store, order: Order) -> Store:
    """The store as orders of that day have it: a moved channel keeps its customers (R-11.9)."""
    entity = tenant.entity(store.entity)
    if entity is None or not store.policy.posting_depth_from:
        return store
    placed_on = ledger_date(order.placed_at, entity.zone, entity.day_ends_at)
    policy = store.policy.for_placed(placed_on)
    return store.model_copy(update={"policy": policy})
