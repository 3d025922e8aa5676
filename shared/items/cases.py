"""One article on its way to its item: what policy, mapping and ownership say of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from commerce.catalogue import Product
from intacct.errors import RejectedError
from intacct.item_search import ItemBy
from intacct.masters import Item, KitPart
from shared.items.documents import item_id, item_of
from shared.items.fields import base_currency, edited_in_cart, is_contested, is_followed
from shared.items.findings import gone, not_allowed, refused, without_sku
from shared.items.links import Condition, ItemLink, Origin
from shared.ownership.table import Kind, NotOursError, Side
from shared.policy.items import ItemMatch, UnknownSku
from shared.postings.findings import Finding
from shared.tenants.models import Store, Tenant


@dataclass(frozen=True, slots=True)
class Case:
    """One article on its way to its item; a kit has `parts`."""

    tenant: Tenant
    store: Store
    product: Product
    article: str
    parts: tuple[KitPart, ...] = ()

    def link(self, item: str, at: datetime) -> ItemLink:
        """A first link to that item."""
        return ItemLink(
            tenant=self.tenant.id,
            store=self.store.id,
            article=self.article,
            item=item,
            origin=Origin.MATCHED,
            condition=Condition.GOOD,
            linked_at=at,
            product_id=self.product.product_id,
            ref_id=self.product.ref.id,
            unit=self.product.unit,
        )

    @property
    def currency(self) -> str:
        """The one in which Sage keeps prices and costs."""
        return base_currency(self.tenant, self.store)

    def item(self, link: ItemLink) -> Item:
        """The item as the cart tells it."""
        return item_of(
            self.product,
            self.store.items,
            link.item,
            base_currency=self.currency,
            parts=self.parts,
        )


def waves(marks: Sequence[frozenset[str]]) -> Iterator[list[int]]:
    """The places of articles in the order given, those that might be one item not together.

    The one that comes later finds what the earlier one made.
    """
    left = list(range(len(marks)))
    while left:
        seen, now, later = set[str](), list[int](), list[int]()
        for place in left:
            (later if marks[place] & seen else now).append(place)
            seen |= marks[place]
        yield now
        left = later


def marks_of(product: Product, link: ItemLink | None) -> frozenset[str]:
    """What another article would have to share to be the same item."""
    if link is not None:
        return frozenset({f"item {link.item}"})
    sku = product.sku.strip()
    marks = {f"item {sku}", f"item {item_id(sku)}"} if sku else set()
    return frozenset(marks | ({f"barcode {product.barcode}"} if product.barcode else set()))


def why_not_created(case: Case) -> Finding | None:
    """Why no item is made for an article that none is found for; None where one is."""
    store, article = case.store, case.article
    if store.items.unknown_sku is not UnknownSku.CREATE:
        return gone(store.id, article, "no item of Sage Intacct has its SKU or barcode")
    if not case.product.sku.strip():
        return without_sku(store.id, article)
    decision = case.tenant.ownership.may_create(Kind.ITEM, Side.SAGE)
    return None if decision.is_allowed else not_allowed(store.id, article, decision)


def search_of(match: ItemMatch, product: Product) -> tuple[ItemBy, tuple[str, ...]]:
    """What is looked for; the id that we would make for a SKU is as good as the SKU."""
    sku = product.sku.strip()
    if match is ItemMatch.BARCODE:
        return ItemBy.BARCODE, (product.barcode,) if product.barcode else ()
    return ItemBy.ID, tuple(dict.fromkeys((sku, item_id(sku)))) if sku else ()


def refusal(case: Case, error: RejectedError) -> Finding:
    """What a person is told of a write that Sage, or the ownership table, refused."""
    if isinstance(error, NotOursError):
        return not_allowed(case.store.id, case.article, error.decision)
    return refused(case.store.id, case.article, error)


def is_woken_by_us(case: Case, link: ItemLink) -> bool:
    """Whether an inactive item is active again when the cart says so, which has said it before."""
    return case.store.items.updates and is_followed(link, case.tenant.ownership)


def is_edited_for_good(case: Case, link: ItemLink) -> bool:
    """Whether the cart keeps showing something else than what Sage owns."""
    if not case.store.items.writes_back or not is_contested(link, Side.CART):
        return False
    return bool(edited_in_cart(link, case.product, case.tenant.ownership))


def is_mapped(store: Store, sku: str) -> bool:
    """Whether a rule of the mapping names the item of that SKU."""
    return bool(mapped_item(store, sku))


def mapped_item(store: Store, sku: str) -> str:
    """The item that a rule of the mapping names for that very SKU; empty where none does."""
    wanted = sku.strip()
    by_sku = ((rule.sku, rule.item) for rule in store.mapping.item_rules)
    scoped = (
        (rule.value, rule.item) for rule in store.mapping.line_rules if rule.scope.value == "sku"
    )
    return next((item for name, item in (*by_sku, *scoped) if name == wanted and item), "")
