"""Which item each article of a cart's stock is: by the mapping, by its link, or by its very SKU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from intacct.item_search import MOST_ITEMS, ItemBy, ItemSearch, KnownItem
from intacct.masters import ItemType
from shared.bundles.register import BundleRegister
from shared.inventory import findings
from shared.inventory.cases import rule_of
from shared.inventory.places import sharing
from shared.items.asking import TOP_LEVEL, FindsItems
from shared.items.links import ItemLink, ItemLinks
from shared.policy.items import Bundles
from shared.postings.bundle_parts import Part
from shared.postings.findings import Finding
from shared.tenants.models import Store, Tenant

_KEPT = frozenset({ItemType.INVENTORY.value.lower(), ItemType.STOCKABLE_KIT.value.lower()})


@dataclass(frozen=True, slots=True)
class Named:
    """The items of articles, and what is wrong with the others, by article.

    `unknown` are articles of which no item is known, or none that is good. `parts` are bundles,
    which have no item here: the items that one of each is made of, and how many of Sage's units.
    """

    items: Mapping[str, str]
    wrong: Mapping[str, Finding] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    parts: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)


class Articles:
    """Names the items of articles, of any store."""

    def __init__(
        self,
        links: ItemLinks,
        reads_of: Callable[[Tenant, str], FindsItems],
        bundles: BundleRegister,
    ) -> None:
        """`reads_of` gives what reads the books of a tenant and entity."""
        self._links = links
        self._reads_of = reads_of
        self._bundles = bundles

    def named(self, tenant: Tenant, store: Store, articles: Iterable[str]) -> Named:
        """The items of SKUs; an article without SKU is an item only by its link.

        Raises:
            botocore.exceptions.ClientError: links or bundles could not be read.
        """
        wanted = sorted(set(articles))
        if not store.items.is_kept:
            return Named({article: article for article in wanted} | _mapped(store, wanted))
        bundles = self._bundled(tenant, store, wanted)
        if not bundles:
            return self._items(tenant, store, wanted)
        inside = {part.article for parts in bundles.values() for part in parts}
        named = self._items(tenant, store, sorted({*wanted, *inside} - bundles.keys()))
        whole = {
            article: parts
            for article, parts in bundles.items()
            if all(part.article in named.items for part in parts)
        }
        asked = frozenset(wanted)
        return replace(
            named,
            unknown=(
                *(article for article in named.unknown if article in asked),
                *(article for article in bundles if article not in whole),
            ),
            parts={article: _units(store, named, parts) for article, parts in whole.items()},
        )

    def _bundled(
        self, tenant: Tenant, store: Store, wanted: Sequence[str]
    ) -> dict[str, tuple[Part, ...]]:
        """Those that are bundles of fixed parts now, and that no rule sells as one item."""
        if store.items.bundles is Bundles.AS_TOLD:
            return {}
        known = self._bundles.load_many(tenant.id, store.id, wanted)
        mapped = _mapped(store, wanted)
        newest = {article: history[-1] for article, history in known.items()}
        return {
            article: told.parts
            for article, told in newest.items()
            if told.parts and told.is_fixed and article not in mapped
        }

    def _items(self, tenant: Tenant, store: Store, wanted: Sequence[str]) -> Named:
        links = self._links.load_many(tenant.id, store.id, wanted)
        items = {article: link.item for article, link in links.items() if link.sells}
        items |= _mapped(store, wanted)
        unknown = tuple(article for article in wanted if article not in items)
        wrong = self._unlike(tenant, store, links, items)
        good = {article: item for article, item in items.items() if article not in wrong}
        return Named(good, wrong, unknown)

    def _unlike(
        self,
        tenant: Tenant,
        store: Store,
        links: Mapping[str, ItemLink],
        items: Mapping[str, str],
    ) -> dict[str, Finding]:
        """What another store sells by another unit, and no rule says how the units compare."""
        others = sharing(tenant, store)
        stated = set(store.stock.by_sku())
        mine = {article: link for article, link in links.items() if link.unit}
        if not others or not mine:
            return {}
        units: dict[str, set[str]] = defaultdict(set)
        for other in others:
            known = other.stock.by_sku()
            for link in self._links.all(tenant.id, other.id):
                if link.unit and link.article not in known:
                    units[link.item].add(link.unit)
        return {
            article: findings.other_units(store.id, article, link.item, {*others_units, link.unit})
            for article, link in mine.items()
            if article in items
            and article not in stated
            and (others_units := units.get(link.item, set()) - {link.unit})
        }

    def known(self, tenant: Tenant, items: Sequence[str]) -> dict[str, KnownItem]:
        """Those of the items that Sage has, by id; five hundred a transaction.

        Raises:
            IntacctError: Sage could not be asked.
        """
        reads = self._reads_of(tenant, TOP_LEVEL)
        found: dict[str, KnownItem] = {}
        wanted = sorted(set(items))
        for start in range(0, len(wanted), MOST_ITEMS):
            part = tuple(wanted[start : start + MOST_ITEMS])
            found |= {item.id: item for item in reads.items(ItemSearch(ItemBy.ID, part))}
        return found


def keeps_stock(item: KnownItem) -> bool:
    """Whether Sage counts the item at all; a plain kit's stock is that of its parts."""
    return item.type in _KEPT


def _units(store: Store, named: Named, parts: Sequence[Part]) -> Mapping[str, Decimal]:
    """How many of Sage's units of each item are in one bundle of those parts."""
    units: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        units[named.items[part.article]] += part.quantity * rule_of(store, part.article).contains
    return dict(units)


def _mapped(store: Store, articles: Sequence[str]) -> dict[str, str]:
    """What a rule of the mapping says of very SKUs; it counts before every link."""
    mapping = store.mapping
    named = {rule.value: rule.item for rule in mapping.line_rules if rule.scope.value == "sku"}
    named |= {rule.sku: rule.item for rule in mapping.item_rules}
    return {article: named[article] for article in articles if named.get(article)}
