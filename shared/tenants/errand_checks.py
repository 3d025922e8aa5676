"""What a store's policy for writing back and the rest of the document ask of each other."""

from __future__ import annotations

from collections.abc import Iterator

from shared.errands.fields import TAKEN, carried
from shared.ownership.table import Kind, Right, Side
from shared.policy.choices import CustomerMode, Moment, PostingDepth, PostingMode
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]
Told = tuple[Place, str]

WITH_ACCOUNTS = frozenset({"bigcommerce", "magento", "shopify", "woocommerce"})
"""Carts whose buyers' accounts can be written; buyers of marketplaces are the marketplaces'."""

MARKING_PAID = frozenset({"magento", "shopify", "woocommerce"})
"""Carts that can be told that an order is paid; BigCommerce knows its own payments only."""

_CARRIED = (("note", WITH_ACCOUNTS), ("payment_status", MARKING_PAID))
"""What each switch writes, and which carts take it."""

_BY_HAND = ("manual",)


def errand_problems(store: Store, tenant: Tenant) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    if store.customers.writes_back:
        for message in _accounts(store, tenant):
            yield ("customers", "writes_back"), message
    yield from _orders(store, tenant)


def _orders(store: Store, tenant: Tenant) -> Iterator[Told]:
    policy, place = store.orders_back, "orders_back"
    wanted = (("notes_documents", policy.notes_documents), ("marks_paid", policy.marks_paid))
    for (switch, is_on), (field, carts) in zip(wanted, _CARRIED, strict=True):
        if not is_on:
            continue
        if store.cart not in carts:
            yield (place, switch), f"{store.cart} takes none of it ({', '.join(sorted(carts))} do)"
        decision = tenant.ownership.may_write(Kind.ORDER, field, Side.CART)
        if not decision.is_allowed:
            yield (place, switch), f"{decision.rule} says no: {decision.message}"
        if not tenant.changes.is_polled:
            yield (place, switch), "changes.is_polled is false: nobody hears what changes in Sage"
    if policy.marks_paid and store.cart == "shopify" and not policy.is_received_in_sage(_BY_HAND):
        message = (
            "an order that is marked as paid in Shopify was paid by the gateway manual: add it"
        )
        yield (place, "received_in_sage"), message
    if policy.received_in_sage and not _bills_open_orders(store):
        message = (
            "money that people book in Sage needs invoices that stay open: posting_mode detail,"
        )
        message += " posting_depth full, and neither invoice_on nor recognise_on capture"
        yield (place, "received_in_sage"), message


def _bills_open_orders(store: Store) -> bool:
    policy = store.policy
    by_capture = Moment.CAPTURE in (policy.invoice_on, policy.recognise_on)
    is_full = policy.posting_depth is PostingDepth.FULL
    return set(policy.modes()) == {PostingMode.DETAIL} and is_full and not by_capture


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
