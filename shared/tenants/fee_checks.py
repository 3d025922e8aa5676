"""Whether fees can be booked with orders, and changes that would book some twice (R-6.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.policy.choices import FeesOn
from shared.policy.switches import PostingPolicy
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]
Told = tuple[Place, str]

TELL_FEES = frozenset({"woocommerce"})
"""Carts whose orders tell what a gateway kept; the others tell it with their payouts alone."""


def fee_problems(store: Store) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    if store.policy.may_book_fees_with_orders and store.cart not in TELL_FEES:
        message = (
            f"{store.cart} tells fees with payouts alone: set it to payout"
            f" (capture is for {', '.join(sorted(TELL_FEES))})"
        )
        yield ("policy", "fees_on"), message


def fee_moves(old: Tenant, new: Tenant, today: date) -> Iterator[Told]:
    """Changes of `fees_on` that are not tied to a day, so that payouts could not tell which counts.

    Args:
        old: the document that is stored.
        new: the document that is to be.
        today: a change counts for orders that are placed after it.
    """
    for number, store in enumerate(new.stores):
        known = old.store(store.id)
        if known is None or _fees(known.policy) == _fees(store.policy):
            continue
        place: Place = ("stores", number, "policy")
        before, after = known.policy, store.policy
        moves_on = after.fees_on_from
        if before.may_book_fees_with_orders and not after.may_book_fees_with_orders:
            message = "payouts must look for fees that orders booked: keep fees_on_before capture"
            yield (*place, "fees_on_before"), message
        elif not after.may_book_fees_with_orders:
            continue
        elif after.fees_on_before is not before.fees_on or not moves_on:
            message = f"say since when, and what was before: fees_on_before {before.fees_on.value}"
            yield (*place, "fees_on_from"), message
        elif date.fromisoformat(moves_on) <= today:
            yield (*place, "fees_on_from"), "name a day to come: payouts may hold orders of before"


def _fees(policy: PostingPolicy) -> tuple[FeesOn, str, FeesOn]:
    return policy.fees_on, policy.fees_on_from, policy.fees_on_before
