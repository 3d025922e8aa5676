"""Items first, orders after: what waits is served, what changed is followed, the rest is told."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from carts.catalogue import WriteOutcome, Written
from commerce.catalogue import Product
from commerce.orders import Facts, OrderLine
from intacct.errors import NotSentError
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
from shared.items.sync import LAG, ItemSync, ItemSyncParts
from shared.items.waiting import WaitingOrders
from shared.items.watching import EVERY, ItemWatch
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.items import ItemPolicy, ItemScope, UnknownSku
from shared.polling.reports import PollOutcome
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
from tests.unit.items.memory import MemoryItemLinks, MemoryItemNews
from tests.unit.items.test_keeping import CART_OWNS, _tenant

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
        self.tenant = _tenant(CART_OWNS, policy)
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


def test_an_unknown_article_holds_two_orders_and_lets_both_go_in_their_order() -> None:
    rig = Rig()
    product = rig.sells("MUG-1")
    rig.waits("1002", sold("MUG-1", product))
    rig.waits("1001", sold("MUG-1", product))

    report = rig.run()

    assert (report.waiting, report.orders_let_go) == (1, 2)
    assert rig.keeper.kept == ["MUG-1"]
    assert rig.resender.sent == ["1002", "1001"]


def test_an_article_that_was_linked_meanwhile_is_asked_of_nobody() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", rig.sells("MUG-1")))
    rig.sage.add("MUGS")
    rig.links.put_new(
        ItemLink("acme", "shop", "MUG-1", "MUGS", Origin.PERSON, Condition.GOOD, START, by="ops")
    )

    rig.run()

    assert rig.keeper.kept == []
    assert rig.resender.sent == ["1001"]


def test_what_a_person_must_decide_is_a_review_until_it_is_decided() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", rig.sells("MUG-1")))
    rig.keeper.refuses = {"MUG-1"}

    assert rig.run().orders_let_go == 0
    assert rig.reviews.is_open("acme", "item:shop:MUG-1")
    rig.keeper.refuses.clear()
    assert rig.run().orders_let_go == 1
    assert not rig.reviews.is_open("acme", "item:shop:MUG-1")


def test_a_product_that_the_cart_knows_no_more_is_told() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", "999"))

    assert rig.run().orders_let_go == 0
    review = rig.reviews.records["acme", "item:shop:MUG-1"]
    assert "not know the product" in review.findings[0].message


def test_an_article_without_sku_is_told_by_its_id() -> None:
    rig = Rig()
    product = rig.sells("")
    rig.waits("1001", sold("", product))

    rig.run()

    assert rig.keeper.kept == [f"id:{product}"]


def test_an_order_that_was_undone_meanwhile_stops_no_other() -> None:
    rig = Rig()
    product = rig.sells("MUG-1")
    rig.waits("1001", sold("MUG-1", product))
    rig.waits("1002", sold("MUG-1", product))
    rig.resender.gone = {"1001"}

    assert rig.run().orders_let_go == 1
    assert rig.resender.sent == ["1002"]


def test_a_cart_that_tells_no_products_is_served_from_its_orders() -> None:
    rig = Rig()
    rig.waits("1001", sold("MUG-1", "8001"))
    rig.client = object()

    report = rig.run()

    assert (report.outcome, report.orders_let_go) == (PollOutcome.COMPLETE, 1)
    assert rig.keeper.kept == ["MUG-1"]


def test_a_product_that_the_cart_tells_nothing_of_is_served_from_its_orders() -> None:
    """EBay's listings that were made elsewhere are not in what its API tells."""
    rig = Rig()
    rig.client = CONNECT["ebay"](simulator("ebay", clock=rig.clock), 3)
    rig.waits("1001", sold("MUG-1", "330000001"))

    assert rig.run().orders_let_go == 1
    assert rig.keeper.kept == ["MUG-1"]


def test_only_linked_articles_follow_the_cart_by_default() -> None:
    rig = Rig()
    rig.run()
    rig.sells("NEVER-SOLD")
    rig.sells("MUG-1")
    rig.links.put_new(
        ItemLink("acme", "shop", "MUG-1", "MUGS", Origin.MATCHED, Condition.GOOD, START)
    )
    rig.clock.advance(600)

    report = rig.run()

    assert report.outcome is PollOutcome.COMPLETE
    assert rig.keeper.kept == ["MUG-1"]


def test_the_whole_catalogue_is_kept_where_that_is_wanted() -> None:
    rig = Rig(replace(CREATES, scope=ItemScope.ALL))
    for number in range(7):
        rig.sells(f"SKU-{number}")
    rig.clock.advance(LAG.total_seconds() + 60)

    report = rig.run()

    assert report.kept[KeptAs.CREATED] == 7
    assert sorted(rig.keeper.kept) == [f"SKU-{number}" for number in range(7)]


def test_nothing_is_passed_over_when_sage_cannot_be_asked() -> None:
    rig = Rig(replace(CREATES, scope=ItemScope.ALL))
    rig.sells("MUG-1")
    rig.clock.advance(600)
    rig.keeper.error = NotSentError("paused")

    assert rig.run().outcome is PollOutcome.FAILED
    rig.keeper.error = None
    assert rig.run().kept[KeptAs.CREATED] == 1


def test_a_catalogue_too_large_for_one_run_is_kept_by_several() -> None:
    rig = Rig(replace(CREATES, scope=ItemScope.ALL))
    for number in range(9):
        rig.sells(f"SKU-{number}")
        rig.clock.advance(3600)
    rig.keeper.seconds = 30.0

    outcomes = [rig.run(seconds=100.0).outcome]
    while outcomes[-1] is PollOutcome.PARTIAL and len(outcomes) < 60:
        outcomes.append(rig.run(seconds=100.0).outcome)

    assert outcomes[0] is PollOutcome.PARTIAL
    assert outcomes[-1] is PollOutcome.COMPLETE
    assert set(rig.keeper.kept) == {f"SKU-{number}" for number in range(9)}


def test_stores_that_link_no_items_are_left_alone() -> None:
    rig = Rig(ItemPolicy())
    rig.sells("MUG-1")

    assert rig.run().outcome is PollOutcome.SKIPPED
    assert rig.keeper.kept == []
    assert rig.cart.calls == []


def test_a_paused_tenant_is_left_alone() -> None:
    rig = Rig()
    rig.tenant = rig.tenant.model_copy(update={"is_paused": True})

    assert rig.run().detail == "the tenant is paused"


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


def test_what_sage_owns_reaches_the_cart_once() -> None:
    rig = writing_rig()

    assert rig.run().written_back == 1
    assert shown(rig) == ("Mug of Sage", Decimal("13.37"))
    assert later(rig).written_back == 0
    assert "UPDATED" not in {outcome.name for outcome in later(rig).kept}


def test_a_change_in_sage_travels_and_one_in_the_cart_is_left_until_sage_speaks_again() -> None:
    rig = writing_rig()
    rig.run()
    rig.sage.add("MUGS", name="Mug of Sage", base_price=Decimal("14.00"))

    assert later(rig).written_back == 1
    assert shown(rig) == ("Mug of Sage", Decimal("14.00"))


def test_what_the_cart_owns_is_not_written_to_it() -> None:
    rig = writing_rig()
    rig.tenant = rig.tenant.model_copy(update={"ownership": CART_OWNS})

    assert rig.run().written_back == 0
    assert shown(rig)[0] == "Article"


def test_linked_items_are_looked_at_a_few_times_a_day_only() -> None:
    rig = writing_rig()
    rig.run()
    asked = rig.sage.asked
    rig.clock.advance(900)

    rig.run()

    assert rig.sage.asked == asked


def test_an_item_that_people_deactivate_or_delete_sells_no_more_until_it_is_back() -> None:
    rig = writing_rig()
    rig.run()
    rig.sage.add("MUGS", is_active=False)
    later(rig)

    link = rig.links.load("acme", "shop", "MUG-1")
    assert link is not None
    assert link.condition is Condition.INACTIVE
    assert rig.reviews.is_open("acme", "item:shop:MUG-1")

    del rig.sage.items_by_id["MUGS"]
    later(rig)
    link = rig.links.load("acme", "shop", "MUG-1")
    assert link is not None
    assert link.condition is Condition.DELETED

    rig.sage.add("MUGS")
    rig.waits("1001", sold("MUG-1", "8001"))
    assert later(rig).orders_let_go == 1
    assert not rig.reviews.is_open("acme", "item:shop:MUG-1")


def test_a_lost_permission_is_not_taken_for_deletions() -> None:
    rig = Rig()
    for number in range(30):
        name = f"SKU-{number}"
        rig.sage.add(name)
        rig.links.put_new(
            ItemLink("acme", "shop", name, name, Origin.MATCHED, Condition.GOOD, START)
        )
    rig.run()
    rig.sage.items_by_id.clear()

    later(rig)

    assert all(link.sells for link in rig.links.all("acme", "shop"))
    review = rig.reviews.records["acme", "items:shop"]
    assert review.reasons == (Reason.PERMISSION,)


def test_what_the_cart_refuses_is_told() -> None:
    rig = writing_rig()
    refused = Written(WriteOutcome.REFUSED, "TOO_CHEAP")
    rig.client.change_products = lambda changes: [refused for _ in changes]

    assert rig.run().written_back == 0
    review = rig.reviews.records["acme", "item:shop:MUG-1"]
    assert review.reasons == (Reason.REFUSED_BY_CART,)


def test_a_report_can_be_logged_whatever_became_of_articles() -> None:
    report = ItemReport("acme", "shop", PollOutcome.COMPLETE, kept=Counter(KeptAs))
    logger = logging.getLogger("test")

    record = logger.makeRecord("test", 20, "", 1, "", (), None, extra=report.as_json())

    assert vars(record)["items_created"] == 1
