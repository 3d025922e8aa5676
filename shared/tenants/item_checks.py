"""What a store's policy for items and the ownership table ask of each other."""

from __future__ import annotations

from collections.abc import Iterator

from intacct.masters import CostMethod, ItemType
from shared.ownership.table import Kind, Ownership, Right, Side
from shared.policy.items import Bundles, UnknownSku
from shared.tenants.models import Store

Place = tuple[str | int, ...]
Told = tuple[Place, str]


def item_problems(store: Store, ownership: Ownership) -> Iterator[Told]:
    """Every problem as its path within the store and a sentence that says what mends it."""
    policy = store.items
    place: Place = ("items", "unknown_sku")
    link = ownership.may_link(Kind.ITEM, Side.SAGE)
    create = ownership.may_create(Kind.ITEM, Side.SAGE)
    if policy.is_kept and not link.is_allowed:
        yield place, f"{link.rule} does not allow to link items: add link there"
    elif policy.unknown_sku is UnknownSku.CREATE and not create.is_allowed:
        yield place, f"{create.rule} does not allow to create items: add create there, or hold"
    if policy.bundles is not Bundles.AS_TOLD and not policy.is_kept:
        message = "parts are told by the items that articles are linked to: set unknown_sku"
        yield ("items", "bundles"), message
    if policy.writes_back and Right.UPDATE not in ownership.item.in_carts:
        message = "ownership.item.in_carts does not allow to update products: add update there"
        yield ("items", "writes_back"), message
    if policy.item_type not in set(ItemType):
        yield ("items", "item_type"), _choice(policy.item_type, list(ItemType))
    if policy.cost_method and policy.cost_method not in set(CostMethod):
        yield ("items", "cost_method"), _choice(policy.cost_method, list(CostMethod))


def _choice(wrong: str, offered: list[ItemType] | list[CostMethod]) -> str:
    return f"{wrong!r} is not offered; choose one of {', '.join(one.value for one in offered)}"
