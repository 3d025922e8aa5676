"""What each part of a tenant's document allows and the whole does not; every problem at once.

A problem is a path in the document and a sentence that says what is wrong and what mends it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urlsplit

from intacct.capabilities import CAPABILITIES, READS, Action, Protocol, Read
from shared.connections.profiles import problems_of
from shared.ownership.contradictions import contradictions
from shared.ownership.table import Kind, Side
from shared.policy.choices import CustomerMode, PostingMode
from shared.tenants.currency_checks import currency_problems
from shared.tenants.customer_checks import customer_problems
from shared.tenants.errand_checks import errand_problems
from shared.tenants.fee_checks import fee_problems
from shared.tenants.item_checks import item_problems
from shared.tenants.mapping_checks import mapping_problems
from shared.tenants.models import Store, Tenant
from shared.tenants.return_checks import return_problems
from shared.tenants.stock_checks import stock_problems

Place = tuple[str | int, ...]
Told = tuple[Place, str]

MOST_STORES = 45
"""The stores whose routes can move in one transaction with the document (`ops.tenant_store`)."""

MOST_BYTES = 380_000
"""A document is one item of DynamoDB, which holds 400 KB with its names and its version."""

_OWN_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def disagreements(tenant: Tenant) -> Iterator[Told]:
    """Every problem between parts that are sound by themselves."""
    for member, message in problems_of(tenant.intacct):
        yield ("intacct", member), message
    yield from _protocols(tenant)
    yield from doubled(("entities",), [entity.id for entity in tenant.entities])
    yield from doubled(("stores",), [store.id for store in tenant.stores])
    if len(tenant.stores) > MOST_STORES:
        yield ("stores",), f"{len(tenant.stores)} stores; a tenant has {MOST_STORES} at most"
    size = len(tenant.model_dump_json().encode())
    if size > MOST_BYTES:
        yield (
            (),
            f"{size} bytes; {MOST_BYTES} at most: cover SKUs by line rules or a default item",
        )
    for place, message in contradictions(tenant.ownership):
        yield ("ownership", *place), message
    for number, store in enumerate(tenant.stores):
        yield from _store(tenant, store, ("stores", number))


def doubled(place: Place, names: Sequence[str]) -> Iterator[Told]:
    """The last place of each name that is there more than once."""
    for name, count in Counter(names).items():
        if count > 1:
            last = len(names) - 1 - list(reversed(names)).index(name)
            yield (*place, last), f"{name!r} is there {count} times; keep one"


def _protocols(tenant: Tenant) -> Iterator[Told]:
    offered = {
        **{action.value: CAPABILITIES[action].offered for action in Action},
        **{read.value: READS[read].offered for read in Read},
    }
    for name, protocol in tenant.intacct.protocols.items():
        place = ("intacct", "protocols", name)
        if name not in offered:
            yield place, f"{name!r} is no action or read; docs/intacct-actions.md lists them"
        elif Protocol(protocol) not in offered[name]:
            yield place, f"{protocol} does not offer {name}; remove it"


def _store(tenant: Tenant, store: Store, place: Place) -> Iterator[Told]:
    entities = {entity.id for entity in tenant.entities}
    if store.entity not in entities:
        yield (*place, "entity"), f"{store.entity} is not among the entities; add it there"
    if store.go_live_on and not _is_date(store.go_live_on):
        yield (*place, "go_live_on"), f"{store.go_live_on!r} is no date like 2026-03-01"
    if not _is_safe(store.api_base_url):
        yield (
            (*place, "api_base_url"),
            "is no https address without name and password; write https://host/...",
        )
    for name in ("bank_entity", "stock_entity"):
        other = getattr(store.mapping, name)
        if other and other not in entities:
            yield (*place, "mapping", name), f"{other} is not among the entities; add it there"
    yield from _policy(store, place)
    yield from _ownership(tenant, store, (*place, "policy", "posting_mode"))
    for inner, message in (
        *customer_problems(store, tenant.ownership),
        *currency_problems(store),
        *errand_problems(store, tenant),
        *fee_problems(store),
        *item_problems(store, tenant.ownership),
        *return_problems(store, tenant),
        *stock_problems(store, tenant),
    ):
        yield (*place, *inner), message
    for inner, message in mapping_problems(store.mapping):
        yield (*place, "mapping", *inner), message


def _policy(store: Store, place: Place) -> Iterator[Told]:
    policy = store.policy
    for switch, message in policy.contradictions():
        yield (*place, "policy", switch), message
    if policy.customer_mode is CustomerMode.CHANNEL and not store.mapping.channel_customer:
        yield (
            (*place, "mapping", "channel_customer"),
            "customer_mode is channel: name the customer in Sage that orders are posted to",
        )


def _ownership(tenant: Tenant, store: Store, place: Place) -> Iterator[Told]:
    """A store posts what the ownership table must allow."""
    ownership, modes = tenant.ownership, store.policy.modes()
    wanted = []
    if PostingMode.DETAIL in modes:
        wanted += [ownership.may_create(Kind.ORDER, Side.SAGE)]
        wanted += [ownership.may_create(Kind.GL, Side.SAGE, "detail")]
    if modes - {PostingMode.DETAIL}:
        wanted += [ownership.may_create(Kind.GL, Side.SAGE, "summary")]
    for decision in wanted:
        if not decision.is_allowed:
            yield place, f"this store posts, and {decision.rule} says no: {decision.message}"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_safe(url: str) -> bool:
    """Whether tokens may travel there: encrypted, or within this machine."""
    if not url:
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_own = parts.scheme == "http" and parts.hostname in _OWN_HOSTS
    return bool(parts.hostname) and not parts.username and (parts.scheme == "https" or is_own)
