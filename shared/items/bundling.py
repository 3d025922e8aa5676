"""Makes sure of bundles: first of the items of their parts, then of what the store makes of them.

A bundle waits as one cause until every part of it has an item. Its parts are those that the cart
tells of the product; what an order itself tells of a bundle's parts comes before that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from commerce.catalogue import Component, Product, ProductKind
from intacct.masters import KitPart
from shared.bundles.register import ALWAYS, BundleRegister, Composition
from shared.items.cases import is_mapped, mapped_item
from shared.items.findings import parts_unfit, parts_unknown
from shared.items.keeping import Kept, KeptAs
from shared.items.links import Condition, ItemLink, ItemLinks
from shared.policy.items import Bundles
from shared.ports import Clock
from shared.postings.articles import article_of
from shared.postings.bundle_parts import Part
from shared.postings.findings import Finding
from shared.tenants.models import Store, Tenant

Articles = Sequence[tuple[Product, ItemLink | None]]


class Shop(Protocol):
    """The part of a run that bundles are looked up in."""

    @property
    def tenant(self) -> Tenant:
        """Whose shop it is."""
        ...

    @property
    def store(self) -> Store:
        """The shop."""
        ...

    def products(self, product_id: str) -> Sequence[Product]:
        """The articles of a product as the cart has them now."""
        ...


KeepsArticles = Callable[[Articles], list[Kept | Exception]]
"""Makes sure of the items of articles: what came of each."""


@dataclass(frozen=True, slots=True)
class Bundling:
    """Keeps bundles of any store."""

    register: BundleRegister
    links: ItemLinks
    clock: Clock

    def is_asked(self, store: Store, product: Product) -> bool:
        """Whether the product is a bundle that is more than one article in the store's books."""
        is_bundle = product.kind is ProductKind.BUNDLE
        is_told = store.items.bundles is Bundles.AS_TOLD
        return is_bundle and not is_told and not is_mapped(store, product.sku)

    def made_ready(
        self, shop: Shop, product: Product, link: ItemLink | None, keep: KeepsArticles
    ) -> Kept | tuple[KitPart, ...]:
        """Make sure of the parts: what the bundle is a kit of, or how it stands without being one.

        Args:
            shop: where it is sold.
            product: the bundle.
            link: its item, where it has one.
            keep: makes sure of the items of other articles.

        Raises:
            CartApiError: the cart could not be asked for a part.
            IntacctError: Sage could not be asked or told.
            StaleLinkError: somebody else changed a link meanwhile.
            BundlesMovedError: likewise with what the bundle is made of.
            botocore.exceptions.ClientError: something could not be read or stored.
        """
        store, article = shop.store, article_of(product.sku, product.ref.id)
        parts, unknown = self._parts(shop, product)
        problem = _problem(store, article, product, parts)
        if problem is not None:
            return Kept(KeptAs.HELD, link, (problem,))
        kept, unmade = self._kept(shop, parts, keep)
        if unknown or unmade:
            finding = parts_unknown(store.id, article, [*unknown, *unmade])
            return Kept(KeptAs.HELD, link, (finding,))
        self._note(shop, article, link, product, [part for part, _ in parts])
        if store.items.bundles is Bundles.PARTS:
            return Kept(KeptAs.DIVIDED, link)
        return tuple(
            KitPart(item, part.quantity) for (part, _), item in zip(parts, kept, strict=True)
        )

    def registered(self, shop: Shop, articles: Iterable[str]) -> Collection[str]:
        """Those of the articles that are registered as bundles; none of a store that needs none.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        if shop.store.items.bundles is Bundles.AS_TOLD:
            return ()
        return self.register.load_many(shop.tenant.id, shop.store.id, articles).keys()

    def let_be(self, shop: Shop, products: Sequence[Product]) -> None:
        """Note which of the products, none of them a bundle now, were bundles before.

        Raises:
            BundlesMovedError: others kept changing one.
            botocore.exceptions.ClientError: something could not be read or stored.
        """
        tenant, store = shop.tenant.id, shop.store.id
        articles = [article_of(each.sku, each.ref.id) for each in products]
        for article in self.registered(shop, articles):
            self.register.note(tenant, store, article, Composition(self.clock(), ()))

    def _parts(self, shop: Shop, product: Product) -> tuple[list[tuple[Part, Product]], list[str]]:
        """The parts with their products, each article once, and the names of those not found."""
        found: dict[str, tuple[Part, Product]] = {}
        unknown: list[str] = []
        for component in product.components:
            part = self._product(shop, component)
            if part is None:
                unknown.append(component.sku or f"product {component.product_id or '(none)'}")
                continue
            article = article_of(part.sku, part.ref.id)
            before = found[article][0].quantity if article in found else Decimal(0)
            quantity = before + component.quantity
            told = Part(part.sku.strip(), quantity, part.product_id, part.ref.id, part.price)
            found[article] = (told, part)
        return list(found.values()), unknown

    def _product(self, shop: Shop, component: Component) -> Product | None:
        """The article that a part is; None where the cart does not tell exactly one."""
        product_id = component.product_id
        if not product_id and component.sku:
            link = self.links.load(shop.tenant.id, shop.store.id, component.sku)
            product_id = link.product_id if link else ""
        told = shop.products(product_id) if product_id else ()
        same = [each for each in told if component.ref_id and each.ref.id == component.ref_id]
        same = same or [each for each in told if component.sku and each.sku == component.sku]
        if not same and not component.sku:
            same = list(told)
        return same[0] if len(same) == 1 else None

    def _kept(
        self, shop: Shop, parts: Sequence[tuple[Part, Product]], keep: KeepsArticles
    ) -> tuple[list[str], list[str]]:
        """The items of the parts in their order, and the names of those that have none yet."""
        names = [part.article for part, _ in parts]
        known = self.links.load_many(shop.tenant.id, shop.store.id, names)
        articles = [(each, known.get(name)) for name, (_, each) in zip(names, parts, strict=True)]
        items, unmade = list[str](), list[str]()
        for (part, _), kept in zip(parts, keep(articles), strict=True):
            item = _item(shop.store, part, _only([kept]))
            (items if item else unmade).append(item or part.article)
        return items, unmade

    def _note(
        self,
        shop: Shop,
        article: str,
        link: ItemLink | None,
        product: Product,
        parts: Sequence[Part],
    ) -> None:
        """Register the parts; since always, where nothing can be in the books as one article."""
        tenant, store, now = shop.tenant.id, shop.store.id, self.clock()
        history = self.register.load_many(tenant, store, [article]).get(article, ())
        was_sold = link is not None and link.condition is not Condition.UNMADE
        told = Composition(
            now if history or was_sold else ALWAYS,
            tuple(parts),
            is_fixed=not any(component.is_chosen for component in product.components),
        )
        if not history or history[-1].since < now:
            self.register.note(tenant, store, article, told)


def _problem(
    store: Store, article: str, product: Product, parts: Sequence[tuple[Part, Product]]
) -> Finding | None:
    """Why the bundle can be neither made nor divided, whatever becomes of its parts."""
    if not product.components:
        return parts_unfit(store.id, article, "the cart tells no parts of the bundle")
    if any(part.article == article for part, _ in parts):
        return parts_unfit(store.id, article, "the bundle is a part of itself")
    nested = [part.article for part, each in parts if each.kind is ProductKind.BUNDLE]
    if nested:
        return parts_unfit(store.id, article, f"its part {', '.join(nested)} is a bundle itself")
    if any(component.quantity <= 0 for component in product.components):
        return parts_unfit(store.id, article, "it has a part of no quantity")
    is_kit = store.items.bundles is Bundles.KIT
    if is_kit and any(component.is_chosen for component in product.components):
        return parts_unfit(store.id, article, "buyers choose its parts, and a kit has fixed ones")
    return None


def _item(store: Store, part: Part, kept: Kept) -> str:
    """The item that sells a part; empty while there is none."""
    if kept.outcome is KeptAs.MAPPED:
        return mapped_item(store, part.sku)
    return kept.link.item if kept.link is not None and kept.link.sells else ""


def _only(outcomes: Sequence[Kept | Exception]) -> Kept:
    (outcome,) = outcomes
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
