"""Whether a store's cart tells what its policy on currencies wants of it (R-8.1, R-8.3)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.policy.choices import CurrencySide, FxRate
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]

TELL_RATES = frozenset({"magento"})
"""Carts that keep a rate with each order; a ratio of two totals is none (R-8.3)."""

TELL_BOTH_SIDES = frozenset({"magento", "shopify"})
"""Carts whose documents tell each amount in the shop's currency and in the buyer's."""


def currency_problems(store: Store) -> Iterator[tuple[Place, str]]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    if store.policy.fx_rate is FxRate.CART and store.cart not in TELL_RATES:
        message = (
            f"orders of {store.cart} tell no rate: set it to erp_daily or table"
            f" (cart is for {', '.join(sorted(TELL_RATES))})"
        )
        yield ("policy", "fx_rate"), message
    side = store.policy.currency_side
    if side is CurrencySide.PRESENTMENT and store.cart not in TELL_BOTH_SIDES:
        message = (
            f"orders of {store.cart} are told in one currency: set it to shop"
            f" (presentment is for {', '.join(sorted(TELL_BOTH_SIDES))})"
        )
        yield ("policy", "currency_side"), message


def side_moves(old: Tenant, new: Tenant) -> Iterator[tuple[Place, str]]:
    """Changes of the side that a store's orders are booked in: those that are known keep theirs.

    Args:
        old: the document that is stored.
        new: the document that is to be.
    """
    for number, store in enumerate(new.stores):
        known = old.store(store.id)
        if known is not None and known.policy.currency_side is not store.policy.currency_side:
            message = (
                f"orders of this store are booked as {known.policy.currency_side.value}, and their"
                " refunds must be: make another store for the other side"
            )
            yield ("stores", number, "policy", "currency_side"), message
