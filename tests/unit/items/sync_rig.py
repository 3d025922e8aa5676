"""A shop whose articles and items are synced, with a keeper, a Sage and a resender in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce.catalogue import Product
from commerce.orders import Facts, OrderLine
from intacct.item_search import ItemSearch, KnownItem
from intacct.masters import KitPart
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.registry import simulator
from local.intacct_simulator.clock import Clock
from shared.bundles.register import OrderBundles
from shared.costs.noting import CostNoter
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.items.bundling import Bundling
from shared.items.keeping import NO_KITS, Kept, KeptAs
from shared.items.links import Condition, ItemLink, Origin
from shared.items.runs import ItemReport
from shared.items.sync import ItemSync, ItemSyncParts
from shared.items.waiting import WaitingOrders
from shared.items.watching import EVERY, ItemWatch
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.items import ItemPolicy, UnknownSku
from shared.polling.windows import OutOfTimeError
from shared.postings.articles import article_of, item_place
from shared.postings.findings import Finding, Reason
from shared.releasing.resend import CannotResendError, HeldOrder
from shared.reviews.records import Stage, order_subject
from shared.tenants.models import Store, Tenant
from tests.accounting.shop import line, order
from tests.fakes import MemoryFacts, MemoryReviews
from tests.paging.clients import CONNECT
from tests.paging.memory import MemoryCheckpoints
from tests.unit.bundles.memory import MemoryBundles
from tests.unit.costs.memory import MemoryCosts, MemoryFixes
from tests.unit.items.keeping_rig import CART_OWNS, tenant_owning
from tests.unit.items.memory import MemoryItemLinks, MemoryItemNews

START = datetime(2026, 4, 1, 12, tzinfo=UTC)
CREATES = ItemPolicy(unknown_sku=UnknownSku.CREATE)


class FakeKeeper:
    """Links what it may, as the real keeper does.

    `refuses` are articles that it holds, `mapped` those that a rule sells.
    """

    def __init__(self, links: MemoryItemLinks, clock: Clock) -> None:
        self.links, self.clock = links, clock
        self.kept: list[str] = []
        self.kits: dict[str, tuple[KitPart, ...]] = {}
        self.batches: list[int] = []
        self.refuses: set[str] = set()
        self.mapped: set[str] = set()
        self.error: Exception | None = None
        self.seconds = 0.0

    def keep_many(
        self,
        tenant: Tenant,
        store: Store,
        articles: Sequence[tuple[Product, ItemLink | None]],
        *,
        is_late: Callable[[], bool] = lambda: False,
        kits: Mapping[str, tuple[KitPart, ...]] = NO_KITS,
    ) -> list[Kept | Exception]:
        self.kits |= kits
        self.batches.append(len(articles))
        return [
            OutOfTimeError() if place and is_late() else self._keep(tenant, store, product, link)
            for place, (product, link) in enumerate(articles)
        ]

    def _keep(
        self, tenant: Tenant, store: Store, product: Product, link: ItemLink | None
    ) -> Kept | Exception:
        if self.error:
            return self.error
        self.clock.advance(self.seconds)
        article = article_of(product.sku, product.ref.id)
        self.kept.append(article)
        if article in self.mapped:
            return Kept(KeptAs.MAPPED)
        if article in self.refuses:
            finding = Finding(Reason.ITEM_MISSING, item_place(store.id, article), "no")
            return Kept(KeptAs.HELD, link, (finding,))
        if link is not None:
            return Kept(KeptAs.UPDATED, link)
        made = ItemLink(
            tenant.id,
            store.id,
            article,
            article,
            Origin.CREATED,
            Condition.GOOD,
            self.clock.now(),
            product_id=product.product_id,
            ref_id=product.ref.id,
        )
        return Kept(KeptAs.CREATED, self.links.put_new(made))


class FakeSage:
    """The items of a company, by id; `asked` counts transactions."""

    def __init__(self) -> None:
        self.items_by_id: dict[str, KnownItem] = {}
        self.asked = 0

    def add(self, item: str, **members: Any) -> None:
        """A person makes or changes an item."""
        self.items_by_id[item] = KnownItem(f"key-{item}", item, **{"name": "Mug", **members})

    def items(self, search: ItemSearch) -> list[KnownItem]:
        self.asked += 1
        return [self.items_by_id[one] for one in search.values if one in self.items_by_id]


class FakeResender:
    """Remembers what went again; `gone` cannot."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.gone: set[str] = set()

    def send(self, tenant: str, held: HeldOrder, *, once: str) -> None:
        assert tenant == "acme"
        assert once
        if held.order_id in self.gone:
            raise CannotResendError
        self.sent.append(held.order_id)


class Rig:
    def __init__(self, policy: ItemPolicy = CREATES) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.cart = simulator("shopify", clock=self.clock)
        self.links, self.news = MemoryItemLinks(), MemoryItemNews()
        self.keeper = FakeKeeper(self.links, self.clock)
        self.reviews, self.facts = MemoryReviews(), MemoryFacts()
        self.resender = FakeResender()
        self.sage = FakeSage()
        self.costs, self.fixes = MemoryCosts(), MemoryFixes()
        self.bundles = MemoryBundles()
        self.tenant = tenant_owning(CART_OWNS, policy)
        self.client: Any = CONNECT["shopify"](self.cart, 3)
        keeper: Any = self.keeper
        resender: Any = self.resender
        self.sync = ItemSync(
            ItemSyncParts(
                checkpoints=MemoryCheckpoints(),
                looks=MemoryCheckpoints(),
                keeper=keeper,
                watch=ItemWatch(self.links, lambda *_: self.sage),
                news=self.news,
                links=self.links,
                waiting=WaitingOrders(self.facts, resender, OrderBundles(self.bundles)),
                reviews=self.reviews,
                client_of=lambda *_: self.client,
                costs=CostNoter(self.costs, self.fixes, self.clock.now),
                bundling=Bundling(self.bundles, self.links, self.clock.now),
                clock=self.clock.now,
            )
        )

    def run(self, seconds: float = 200.0) -> ItemReport:
        deadline = self.clock.now() + timedelta(seconds=seconds)
        return self.sync.sync(self.tenant, self.tenant.stores[0], deadline)

    def sells(self, sku: str) -> str:
        """The shop offers it; the product's id."""
        product = self.cart.catalogue.add(Offer(sku=sku, levels={"71001": Decimal(3)}))
        return str(product.id)

    def waits(self, order_id: str, sold: OrderLine) -> None:
        """An order that waits for the item of its only article."""
        self.waits_for(order_id, sold, article_of(sold.sku, sold.variant_id or sold.product_id))

    def waits_for(self, order_id: str, sold: OrderLine, article: str, *others: OrderLine) -> None:
        """An order of such lines that waits for the item of an article."""
        told = order(sold, *others)
        facts = Facts(told.ref, order=told)
        pk = order_pk("acme", "shop", order_id)
        self.facts.save(FactsRecord(pk, facts, status=FactsStatus.READY))
        place = item_place("shop", article)
        finding = Finding(Reason.ITEM_MISSING, place, "no Sage item is linked to it")
        subject = order_subject("shop", order_id, Stage.POSTING)
        self.reviews.open("acme", subject, [finding], at=self.clock.now())
        self.clock.advance(1)


def sold(sku: str, product_id: str) -> OrderLine:
    return replace(line(sku or "x", "10.00"), sku=sku, product_id=product_id, variant_id=product_id)


SAGE_OWNS = Ownership(
    item=Rule(Side.SAGE, (Right.READ, Right.LINK), (Right.READ, Right.LINK, Right.UPDATE)),
    price=Rule(Side.SAGE, (Right.READ,), (Right.READ, Right.UPDATE)),
)


def writing_rig() -> Rig:
    """A shop with one linked mug, whose name and price Sage owns."""
    rig = Rig(ItemPolicy(unknown_sku=UnknownSku.HOLD, writes_back=True))
    rig.tenant = rig.tenant.model_copy(update={"ownership": SAGE_OWNS})
    product = rig.sells("MUG-1")
    rig.links.put_new(
        ItemLink(
            "acme",
            "shop",
            "MUG-1",
            "MUGS",
            Origin.MATCHED,
            Condition.GOOD,
            START,
            product_id=product,
            ref_id=product,
        )
    )
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("13.37"))
    return rig


def later(rig: Rig) -> ItemReport:
    rig.clock.advance(EVERY.total_seconds() + 1)
    return rig.run()


def shown(rig: Rig) -> tuple[str, Decimal]:
    (product,) = rig.cart.catalogue
    return product.title, product.articles[0].offer.price
