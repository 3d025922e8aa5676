"""Whether what is said of returned goods fits the store's cart (R-3.7)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.ownership.table import Kind, Side
from shared.policy.choices import Restocking, UntoldReturns
from shared.postings.book import Shelf
from shared.tenants.models import Store, Tenant
from shared.tenants.stock_checks import owner_of

Told = tuple[tuple[str | int, ...], str]

TELL_RESTOCKS = frozenset({"shopify"})
"""Carts whose refunds say of each line whether its goods went back on the shelf."""


def shelf_of(tenant: Tenant, store: Store) -> Shelf | None:
    """Where the store's returned goods are received by policy; None where people do that.

    It is the warehouse that its sales name, or the only one of its places that Sage owns; no name
    where neither is.
    """
    if store.policy.restock is not Restocking.BOOK:
        return None
    owned = {
        place.warehouse
        for place in store.stock.places
        if owner_of(tenant.ownership, place) is Side.SAGE
    }
    only = next(iter(owned)) if len(owned) == 1 else ""
    return Shelf(
        warehouse=store.mapping.warehouse or only,
        receive=store.stock.receive,
        take_back=store.stock.take_back,
        contains={rule.sku: rule.contains for rule in store.stock.rules},
    )


def return_problems(store: Store, tenant: Tenant) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    yield from _restock_problems(store, tenant)
    is_assumed = store.policy.untold_returns is not UntoldReturns.NOT_RESTOCKED
    if is_assumed and store.cart in TELL_RESTOCKS:
        message = f"refunds of {store.cart} say what became of the goods: set it to not_restocked"
        yield ("policy", "untold_returns"), message


def _restock_problems(store: Store, tenant: Tenant) -> Iterator[Told]:
    """What receipts that book themselves lack, or would count a second time."""
    shelf = shelf_of(tenant, store)
    if shelf is None:
        return
    place = ("policy", "restock")
    if store.mapping.stock_entity not in ("", store.entity):
        yield place, "goods leave another entity's stock: set it to by_hand"
    if not shelf.warehouse:
        yield ("mapping", "warehouse"), "returned goods are received there: name the warehouse"
    else:
        decision = tenant.ownership.may_act(Kind.QUANTITY, "on_hand", Side.SAGE, shelf.warehouse)
        if not decision.is_allowed:
            text = "{} says no at {}: what the cart puts back on its shelf reaches Sage as a count"
            yield place, text.format(decision.rule, shelf.warehouse)
    for name, definition in (("receive", shelf.receive), ("take_back", shelf.take_back)):
        if not definition:
            yield ("stock", name), "returned goods are booked (policy.restock): name its definition"
    if shelf.receive and shelf.receive == shelf.take_back:
        yield ("stock", "take_back"), "one definition either adds or takes away; name two"
