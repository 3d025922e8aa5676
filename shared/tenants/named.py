"""Every master of Sage that a tenant's document names, with the places that name it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intacct.names import NameKind
from shared.policy.choices import PostingMode
from shared.policy.mapping import ItemRule, LineRule, Mapping, Role, TaxRule, Tender
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]

_STATISTICAL = frozenset(role for role in Role if role.value.startswith("statistical"))
_DIMENSIONS = {
    "location": NameKind.LOCATION,
    "department": NameKind.DEPARTMENT,
    "class_id": NameKind.CLASS,
    "project": NameKind.PROJECT,
}


@dataclass(frozen=True, slots=True)
class Named:
    """One name: at which entity it must be there (empty: top level), its kind, who names it."""

    entity: str
    kind: NameKind
    name: str
    place: Place


def named(tenant: Tenant) -> Iterator[Named]:
    """Every name of the document that Sage must know, as often as it is named."""
    for number, entity in enumerate(tenant.entities):
        place: Place = ("entities", number)
        yield Named("", NameKind.ENTITY, entity.id, (*place, "id"))
        for member, kind in _DIMENSIONS.items():
            value = getattr(entity, member, "")
            if value:
                yield Named(entity.id, kind, value, (*place, member))
    for number, store in enumerate(tenant.stores):
        for kind, name, inner in _of_store(store):
            if name:
                yield Named(store.entity, kind, name, ("stores", number, "mapping", *inner))
        for index, held in enumerate(store.stock.places):
            at: Place = ("stores", number, "stock", "places", index, "warehouse")
            yield Named(store.entity, NameKind.WAREHOUSE, held.warehouse, at)


def _of_store(store: Store) -> Iterator[tuple[NameKind, str, Place]]:
    mapping = store.mapping
    for role, account in mapping.accounts.items():
        is_counted = role in _STATISTICAL
        kind = NameKind.STATISTICAL_ACCOUNT if is_counted else NameKind.ACCOUNT
        yield kind, account, ("accounts", role.value)
    yield from _of_rules(mapping)
    for name in mapping.items.__dataclass_fields__:
        yield NameKind.ITEM, getattr(mapping.items, name), ("items", name)
    for member, kind in _DIMENSIONS.items():
        yield kind, getattr(mapping, member, ""), (member,)
    yield NameKind.WAREHOUSE, mapping.warehouse, ("warehouse",)
    yield NameKind.CUSTOMER, mapping.channel_customer, ("channel_customer",)
    yield NameKind.TERM, mapping.term, ("term",)
    yield NameKind.JOURNAL, mapping.definitions.journal, ("definitions", "journal")
    counts = mapping.definitions.statistical_journal
    yield NameKind.STATISTICAL_JOURNAL, counts, ("definitions", "statistical_journal")
    if PostingMode.DETAIL in store.policy.modes():
        for name in ("sales_order", "sales_invoice"):
            definition = getattr(mapping.definitions, name)
            yield NameKind.DEFINITION, definition, ("definitions", name)


def _of_rules(mapping: Mapping) -> Iterator[tuple[NameKind, str, Place]]:
    for number, tax in enumerate(mapping.taxes):
        yield from _members(("taxes", number), tax)
    for number, tender in enumerate(mapping.tenders):
        yield from _members(("tenders", number), tender)
        place: Place = ("tenders", number)
        yield NameKind.BANK_ACCOUNT, tender.financial_entity, (*place, "financial_entity")
        yield NameKind.ACCOUNT, tender.undeposited_account, (*place, "undeposited_account")
    for number, item in enumerate(mapping.item_rules):
        yield from _members(("item_rules", number), item)
    for number, rule in enumerate(mapping.line_rules):
        yield from _members(("line_rules", number), rule)
        for name, _ in rule.custom:
            yield NameKind.DIMENSION, name, ("line_rules", number, "custom")
    for number, charge in enumerate(mapping.charge_rules):
        yield NameKind.ACCOUNT, charge.account, ("charge_rules", number, "account")
        yield NameKind.ITEM, charge.item, ("charge_rules", number, "item")
    for number, payout in enumerate(mapping.payout_rules):
        yield NameKind.ACCOUNT, payout.account, ("payout_rules", number, "account")


def _members(
    place: Place, rule: TaxRule | Tender | ItemRule | LineRule
) -> Iterator[tuple[NameKind, str, Place]]:
    kinds = {"account": NameKind.ACCOUNT, "item": NameKind.ITEM, **_DIMENSIONS}
    for member, kind in kinds.items():
        yield kind, getattr(rule, member, ""), (*place, member)
