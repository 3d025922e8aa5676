"""Whether a store's cart tells what its policy on currencies wants of it (R-8.1, R-8.3)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.policy.switches import FxRate
from shared.tenants.models import Store

Place = tuple[str | int, ...]

TELL_RATES = frozenset({"magento"})
"""Carts that keep a rate with each order; a ratio of two totals is none (R-8.3)."""


def currency_problems(store: Store) -> Iterator[tuple[Place, str]]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    if store.policy.fx_rate is FxRate.CART and store.cart not in TELL_RATES:
        message = (
            f"orders of {store.cart} tell no rate: set it to erp_daily or table"
            f" (cart is for {', '.join(sorted(TELL_RATES))})"
        )
        yield ("policy", "fx_rate"), message
