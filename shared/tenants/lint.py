"""What is sound in a tenant's document, and still not what its people meant.

Rules that nothing can reach, and rules that are missing: orders that need one are held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.policy.choices import (
    Cogs,
    CreditOn,
    Duties,
    Moment,
    PostingMode,
    Presentation,
    RefundPresentation,
    Tips,
)
from shared.policy.mapping import ItemRule, LineRule, Mapping, Role, RuleScope
from shared.policy.switches import PostingPolicy
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]
Told = tuple[Place, str]

_MARKETPLACES = frozenset({"amazon", "ebay", "walmart"})


class LintKind(StrEnum):
    """What a lint is about."""

    UNREACHABLE = "unreachable"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Lint:
    """One doubt about a document: its path, and a sentence that says what happens."""

    kind: LintKind
    place: Place
    message: str


def lint(tenant: Tenant) -> Iterator[Lint]:
    """Every doubt about a sound document, store by store."""
    for number, store in enumerate(tenant.stores):
        place: Place = ("stores", number, "mapping")
        for inner, message in _shadowed(store.mapping):
            yield Lint(LintKind.UNREACHABLE, (*place, *inner), message)
        for inner, message in _missing(tenant, store):
            yield Lint(LintKind.MISSING, (*place, *inner), message)


def _missing(tenant: Tenant, store: Store) -> Iterator[Told]:
    mapping = store.mapping
    for role in dict.fromkeys(_wanted_roles(store)):
        if role not in mapping.accounts:
            message = f"no account for {role.value}: an order that needs one is held"
            yield ("accounts", role.value), message
    for name in dict.fromkeys(_wanted_items(store)):
        if not getattr(mapping.items, name):
            yield ("items", name), f"no item for {name}: an order that needs one is held"
    if not mapping.tenders:
        yield ("tenders",), "no tender at all: every order that was paid is held"
    if not mapping.taxes and store.cart not in _MARKETPLACES:
        yield ("taxes",), "no tax rule at all: every order with a tax is held"
    if not (mapping.item_rules or mapping.items.default or any(r.item for r in mapping.line_rules)):
        yield ("item_rules",), "nothing names the item of any SKU: every order is held"
    entity = tenant.entity(store.entity)
    rules = any(rule.scope is RuleScope.STORE and rule.location for rule in mapping.line_rules)
    if not (mapping.location or rules or (entity and entity.location)):
        message = "no location: balance-sheet lines carry at least the entity's (R-13.3)"
        yield ("location",), message


def _wanted_roles(store: Store) -> Iterator[Role]:
    """The roles that orders of every sort need under the store's policy."""
    policy = store.policy
    if PostingMode.SUMMARY_PAYOUT in policy.modes():
        yield Role.PAYOUT_CLEARING
    yield from (Role.RECEIVABLE, Role.CUSTOMER_ADVANCES)
    yield from (Role.PRODUCT_REVENUE, Role.SHIPPING_REVENUE)
    if policy.discount_presentation is Presentation.GROSS:
        yield Role.DISCOUNTS
    if policy.refund_presentation is RefundPresentation.RETURNS_ACCOUNT:
        yield Role.RETURNS
    if policy.credit_on is CreditOn.REFUND_CREATED:
        yield Role.REFUNDS_PAYABLE
    yield Role.TIPS_PAYABLE if policy.tips is Tips.PAYABLE else Role.FEE_REVENUE
    yield Role.DUTIES_COLLECTED if policy.duties is Duties.AGENT else Role.FEE_REVENUE
    if store.cart in _MARKETPLACES:
        yield Role.MARKETPLACE_TAX
    if _defers(policy):
        yield Role.DEFERRED_REVENUE
    if policy.cogs is not Cogs.OFF:
        yield from (Role.COST_OF_GOODS, Role.INVENTORY)


def _wanted_items(store: Store) -> Iterator[str]:
    """The items behind those roles, where orders are posted one by one."""
    if PostingMode.DETAIL not in store.policy.modes():
        return
    yield from ("shipping", "tip", "duty")
    if store.policy.discount_presentation is Presentation.GROSS:
        yield "discount"
    if store.cart in _MARKETPLACES:
        yield "marketplace_tax"
    if _defers(store.policy):
        yield "deferred"


def _defers(policy: PostingPolicy) -> bool:
    return policy.invoice_on is Moment.CAPTURE and policy.recognise_on is not Moment.CAPTURE


def _shadowed(mapping: Mapping) -> Iterator[Told]:
    """Rules that nothing can reach: an earlier one names every value of theirs for the same lines.

    Item rules are asked before line rules of scope `sku` (R-13.2).
    """
    before: dict[tuple[RuleScope, str], dict[str, str]] = {}
    for number, item in enumerate(mapping.item_rules):
        _remember(before, (RuleScope.SKU, item.sku), _values(item), f"item_rules[{number}]")
    for number, rule in enumerate(mapping.line_rules):
        scope = (rule.scope, rule.value if rule.scope is RuleScope.SKU else rule.value.casefold())
        values = _values(rule)
        known = before.get(scope, {})
        if values and values <= set(known):
            by = ", ".join(sorted({known[name] for name in values}))
            yield ("line_rules", number), f"is never reached: {by} names all its values first"
        _remember(before, scope, values, f"line_rules[{number}]")
    by_store = before.get((RuleScope.STORE, ""), {})
    for name in ("location", "department", "class_id"):
        if getattr(mapping, name) and name in by_store:
            yield (name,), f"is never used: {by_store[name]} names it for every line"
    if mapping.items.default and "item" in by_store:
        yield ("items", "default"), f"is never used: {by_store['item']} sells every line"


def _values(rule: ItemRule | LineRule) -> set[str]:
    names = [
        name
        for name in ("item", "location", "department", "class_id", "project")
        if getattr(rule, name, "")
    ]
    custom = rule.custom if isinstance(rule, LineRule) else ()
    return {*names, *(f"custom {name}" for name, _ in custom)}


def _remember(
    before: dict[tuple[RuleScope, str], dict[str, str]],
    scope: tuple[RuleScope, str],
    values: set[str],
    by: str,
) -> None:
    known = before.setdefault(scope, {})
    for name in values:
        known.setdefault(name, by)
