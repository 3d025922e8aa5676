"""What a store's policy for customers and the ownership table ask of each other."""

from __future__ import annotations

from collections.abc import Iterator

from shared.ownership.table import Kind, Ownership, Side
from shared.policy.choices import CustomerMode, PostingMode
from shared.policy.customers import Contacts, MatchBy, Served, WhenInactive
from shared.tenants.models import Store

Place = tuple[str | int, ...]
Told = tuple[Place, str]


def customer_problems(store: Store, ownership: Ownership) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    is_real = store.policy.customer_mode is CustomerMode.REAL
    if PostingMode.DETAIL not in store.policy.modes() or not is_real:
        return
    yield from _searches(store, ownership)
    yield from _writes(store, ownership)
    if _needs_channel(store) and not store.mapping.channel_customer:
        place = ("mapping", "channel_customer")
        yield place, "some buyers are posted to the channel customer: name it"


def _searches(store: Store, ownership: Ownership) -> Iterator[Told]:
    match_by = [way for way in store.customers.match_by if way is not MatchBy.CHANNEL]
    link = ownership.may_link(Kind.CUSTOMER, Side.SAGE)
    create = ownership.may_create(Kind.CUSTOMER, Side.SAGE)
    if match_by and not link.is_allowed:
        yield (
            ("customers", "match_by"),
            f"{link.rule} does not allow to link what is found: add link there",
        )
    if not create.is_allowed and not match_by and store.customers.match_by == ():
        message = f"{create.rule} allows to create none, and nothing is searched by:"
        message += " no order would have a customer; name a search, or add create there"
        yield ("customers", "match_by"), message


def _writes(store: Store, ownership: Ownership) -> Iterator[Told]:
    wanted = {
        ("customers", "when_inactive"): ("is_active", WhenInactive.REACTIVATE),
        ("customers", "contacts"): ("contacts", Contacts.ADDRESSES),
    }
    chosen = (store.customers.when_inactive, store.customers.contacts)
    for place, (field, setting) in wanted.items():
        decision = ownership.may_write(Kind.CUSTOMER, field, Side.SAGE)
        if setting in chosen and not decision.is_allowed:
            message = f"{setting.value} writes customer.{field}, and {decision.rule} says no:"
            yield place, f"{message} {decision.message}"


def _needs_channel(store: Store) -> bool:
    policy = store.customers
    served = (policy.consumers, policy.guests, policy.relays)
    return Served.CHANNEL in served or MatchBy.CHANNEL in policy.match_by
