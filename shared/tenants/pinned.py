"""The configuration of an order that is in the books already: that of its first posting.

What an old version does not say could not have been posted under it; such gaps are filled from the
current one, so that fixing a cause releases old orders too. Whatever the old version decided stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

from shared.policy.choices import ClosedPeriod, UnknownLiability
from shared.policy.mapping import ItemRule, Items, Mapping, RateRow, RuleScope
from shared.policy.switches import PostingPolicy
from shared.tenants.models import Store, Tenant

T = TypeVar("T")

_WITH_FALLBACK = frozenset({"tip", "duty", "rounding", "fee", "gift_wrap", "handling", "cod"})
"""Charges that are booked without a rule of their own; a new rule must not move them."""


def pinned(then: Tenant, now: Tenant) -> Tenant:
    """The tenant of now, with the entities, policies and mappings that the version `then` had.

    Connection, lanes, ownership, and how customers and items are kept are those of now, but what a
    bundle is stays as it was. A store that `then` did not have is as now.
    """
    stores = tuple(_store_then(then, store) for store in now.stores)
    entities = {entity.id: entity for entity in (*now.entities, *then.entities)}
    return now.model_copy(update={"stores": stores, "entities": tuple(entities.values())})


def _store_then(then: Tenant, now: Store) -> Store:
    known = then.store(now.id)
    if known is None:
        return now
    return now.model_copy(
        update={
            "entity": known.entity,
            "policy": _policy(known.policy, now.policy),
            "mapping": _mapping(known.mapping, now.mapping),
            "items": replace(now.items, bundles=known.items.bundles),
        }
    )


def _policy(then: PostingPolicy, now: PostingPolicy) -> PostingPolicy:
    """Switches that held an order back have decided nothing yet."""
    changes: dict[str, Any] = {}
    if then.channel_liable_unknown is UnknownLiability.HOLD:
        changes["channel_liable_unknown"] = now.channel_liable_unknown
    for switch in fields(PostingPolicy):
        if getattr(then, switch.name) is ClosedPeriod.HOLD:
            changes[switch.name] = getattr(now, switch.name)
    return replace(then, **changes)


def _mapping(then: Mapping, now: Mapping) -> Mapping:
    charges = [rule for rule in now.charge_rules if rule.kind not in _WITH_FALLBACK]
    return replace(
        then,
        accounts={**now.accounts, **then.accounts},
        taxes=_joined(then.taxes, now.taxes, lambda rule: rule.title.casefold()),
        tenders=_joined(then.tenders, now.tenders, lambda tender: tender.gateway.casefold()),
        charge_rules=_joined(then.charge_rules, charges, lambda rule: rule.kind),
        item_rules=_item_rules(then, now),
        fx_rates=_rates(then.fx_rates, now.fx_rates),
        items=_items(then.items, now.items),
        channel_customer=then.channel_customer or now.channel_customer,
    )


def _joined(then: tuple[T, ...], now: Iterable[T], name: Callable[[T], str]) -> tuple[T, ...]:
    """The rules of then, and after them those of now for what they do not name."""
    known = {name(rule) for rule in then}
    return (*then, *(rule for rule in now if name(rule) not in known))


def _item_rules(then: Mapping, now: Mapping) -> tuple[ItemRule, ...]:
    """New SKUs, unless the old version sold every SKU, or whole groups of them, by another rule."""
    is_broad = any(rule.item and rule.scope is not RuleScope.SKU for rule in then.line_rules)
    if then.items.default or is_broad:
        return then.item_rules
    named = {rule.value for rule in then.line_rules if rule.item}
    new = [rule for rule in now.item_rules if rule.sku not in named]
    return _joined(then.item_rules, new, lambda rule: rule.sku)


def _rates(then: tuple[RateRow, ...], now: tuple[RateRow, ...]) -> tuple[RateRow, ...]:
    """The rates of then, and those of now for days after its last one: a table goes on growing."""
    last: dict[str, str] = {}
    for row in then:
        last[row.currency] = max(row.from_on, last.get(row.currency, ""))
    return (*then, *(row for row in now if row.from_on > last.get(row.currency, "")))


def _items(then: Items, now: Items) -> Items:
    names = [member.name for member in fields(Items)]
    return Items(**{name: getattr(then, name) or getattr(now, name) for name in names})
