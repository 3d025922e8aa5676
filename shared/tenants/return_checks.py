"""Whether what is said of returned goods fits the store's cart (R-3.7)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.policy.switches import UntoldReturns
from shared.tenants.models import Store

Told = tuple[tuple[str | int, ...], str]

TELL_RESTOCKS = frozenset({"shopify"})
"""Carts whose refunds say of each line whether its goods went back on the shelf."""


def return_problems(store: Store) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    is_assumed = store.policy.untold_returns is not UntoldReturns.NOT_RESTOCKED
    if is_assumed and store.cart in TELL_RESTOCKS:
        message = f"refunds of {store.cart} say what became of the goods: set it to not_restocked"
        yield ("policy", "untold_returns"), message
