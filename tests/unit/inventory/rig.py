"""A company's warehouses in memory, simulated carts, and what keeps the two alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from intacct.documents import Document, DocumentResult
from intacct.errors import RejectedError
from intacct.item_search import ItemSearch, KnownItem
from intacct.stock import StockDocument, StockLevel
from local.cart_simulators.catalogue import Offer
from local.cart_simulators.registry import simulator
from local.intacct_simulator.clock import Clock
from shared.budgets.background import BackgroundReads
from shared.inventory.articles import Articles
from shared.inventory.inward import InwardParts, InwardStock
from shared.inventory.outward import OutwardStock
from shared.inventory.reading import Warehouses
from shared.inventory.sync import StockOrder, StockReport, StockSync, StockSyncParts
from shared.ledger.apply import Applier
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.stock import StockPlace, StockPolicy
from shared.reviews.records import Review, ReviewStatus
from shared.tenants.models import Store, Tenant
from tests.fakes import FakeBooks, MemoryLedger, MemoryReviews, counting_ids
from tests.paging.clients import CONNECT
from tests.paging.memory import MemoryCheckpoints
from tests.unit.bundles.memory import MemoryBundles
from tests.unit.inventory.memory import MemoryCounts, MemoryFeeds
from tests.unit.items.memory import MemoryItemLinks

START = datetime(2026, 4, 1, 12, tzinfo=UTC)
FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
ITEM = Rule(Side.SAGE, FULL, FULL, fields={"upc": Side.CART})
INCREASE, DECREASE = "Count In", "Count Out"


def table(**places: Side) -> Ownership:
    """Sage owns all stock but that of the warehouses that are named."""
    owned = {**places, "-": Side.CART}
    return Ownership(item=ITEM, quantity=Rule(Side.SAGE, FULL, FULL, places=owned))


class Sage(FakeBooks):
    """The warehouses of a company; documents move stock as their definition says.

    `refuses` are items that no document may name. `reads` counts transactions; one of stock takes
    `seconds` and tells what is `late`, where that is there.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.seconds = clock, 0.0
        self.on_hand: dict[tuple[str, str], Decimal] = {}
        self.taken: Counter[tuple[str, str]] = Counter()
        self.kinds: dict[str, str] = {}
        self.refuses: set[str] = set()
        self.late: dict[tuple[str, str], Decimal] | None = None
        self.reads = 0
        self.tells_taken = True

    def has(self, item: str, warehouse: str, quantity: int | Decimal) -> None:
        """A person counts an item in a warehouse."""
        self.kinds.setdefault(item, "inventory")
        self.on_hand[item, warehouse] = Decimal(quantity)

    def land(self, document: Document) -> DocumentResult:
        assert isinstance(document, StockDocument)
        sign = 1 if document.definition == INCREASE else -1
        for line in document.lines:
            place = (line.item, line.warehouse)
            self.on_hand[place] = self.on_hand.get(place, Decimal(0)) + sign * line.quantity
        return super().land(document)

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        assert isinstance(document, StockDocument)
        if self.refuses & {line.item for line in document.lines}:
            self.sent.append((control_id, idempotency_key))
            message = "an item is not valid"
            raise RejectedError(message)
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)

    def stock_levels(self, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        assert not items, "a warehouse is read whole"
        self.reads += 1
        self.clock.advance(self.seconds)
        none = None if not self.tells_taken else Decimal(0)
        return [
            StockLevel(item, place, held, self._taken(item, place), none)
            for (item, place), held in (self.late or self.on_hand).items()
            if place == warehouse
        ]

    def _taken(self, item: str, place: str) -> Decimal | None:
        return Decimal(self.taken[item, place]) if self.tells_taken else None

    def items(self, search: ItemSearch) -> list[KnownItem]:
        self.reads += 1
        there = [item for item in search.values if item in self.kinds]
        return [KnownItem(f"key-{item}", item, item, self.kinds[item]) for item in there]

    def adjustments(self) -> list[StockDocument]:
        """What was booked, in its order."""
        return [document for document, _ in self.documents if isinstance(document, StockDocument)]


@dataclass
class Shop:
    """One store with its simulated cart and the client of it."""

    store: Store
    cart: Any
    client: Any

    def level(self, sku: str, location: str) -> Decimal:
        """What the cart has of a SKU."""
        return Decimal(self.cart.catalogue.by_sku(sku)[1].levels[location])

    def offer(self, sku: str, **levels: int) -> None:
        """The shop sells a new thing; locations are named with an L before."""
        told = {place.removeprefix("L"): Decimal(level) for place, level in levels.items()}
        self.cart.catalogue.add(Offer(sku=sku, levels=told))

    def count(self, sku: str, location: str, quantity: int | Decimal) -> None:
        """A person of the shop counts a thing."""
        _, article = self.cart.catalogue.by_sku(sku)
        self.cart.catalogue.set_level(article.id, Decimal(quantity), location)


class Rig:
    """A tenant with stores on simulated carts; `policies` are theirs, one each."""

    def __init__(
        self,
        *policies: StockPolicy,
        cart: str = "shopify",
        ownership: Ownership | None = None,
        page_size: int = 50,
    ) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.sage, self.links = Sage(self.clock), MemoryItemLinks()
        self.bundles = MemoryBundles()
        self.reviews, self.ledger, self.counts = MemoryReviews(), MemoryLedger(), MemoryCounts()
        self.on_the_way: dict[str, dict[str, Decimal]] = {}
        self.feeds = MemoryFeeds()
        self.left = 100
        self.shops: list[Shop] = []
        for number, policy in enumerate(policies):
            shop = simulator(cart, clock=self.clock, seed=number)
            store = _store(f"shop-{number}", cart, policy)
            self.shops.append(Shop(store, shop, CONNECT[cart](shop, page_size)))
        self.tenant = Tenant.model_validate(
            {
                "id": "acme",
                "intacct": {"company_id": "C", "user_id": "ws", "tier": "2"},
                "entities": [{"id": "100", "zone": "UTC", "base_currency": "USD"}],
            }
        ).model_copy(
            update={
                "stores": tuple(shop.store for shop in self.shops),
                "ownership": ownership or table(),
            }
        )
        self.checkpoints = MemoryCheckpoints()
        self.parts = self._parts()
        self.sync = StockSync(self.parts)

    @property
    def shop(self) -> Shop:
        """The first store."""
        return self.shops[0]

    def _parts(self) -> StockSyncParts:
        reads: Callable[[Tenant, str], Any] = lambda *_: self.sage  # noqa: E731
        warehouses, articles = (
            Warehouses(reads, self.clock.now),
            Articles(self.links, reads, self.bundles),
        )
        clients = {shop.store.id: shop.client for shop in self.shops}
        applier = Applier(
            self.ledger, self.sage, clock=self.clock.now, ids=counting_ids(), pause=self._pause
        )
        return StockSyncParts(
            checkpoints=self.checkpoints,
            outward=OutwardStock(
                warehouses,
                articles,
                lambda _, store: self.on_the_way.get(store.id, {}),
                self.feeds,
                clock=self.clock.now,
            ),
            inward=InwardStock(
                InwardParts(
                    counts=self.counts,
                    warehouses=warehouses,
                    articles=articles,
                    ledger=self.ledger,
                    applier_of=lambda *_: applier,
                    clock=self.clock.now,
                )
            ),
            background=BackgroundReads(
                used=lambda _: self.sage.reads,
                of_month=lambda *_: {"background": 5000 - self.left},
                note=lambda *_: None,
                clock=self.clock.now,
            ),
            reviews=self.reviews,
            client_of=lambda _, store: clients[store.id],
            clock=self.clock.now,
        )

    def _pause(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def run(
        self, shop: int = 0, *, seconds: float = 240, accept: Iterable[str] = (), **order: Any
    ) -> StockReport:
        """One run at a store now, as by hand."""
        wanted = StockOrder(accepted=frozenset(accept), **{"is_now": True, **order})
        deadline = self.clock.now() + timedelta(seconds=seconds)
        store = self.tenant.stores[shop]
        return self.sync.sync(self.tenant, store, deadline, wanted)

    def later(self, minutes: float = 15) -> None:
        """Time passes."""
        self.clock.advance(minutes * 60)

    def change(self, shop: int = 0, **members: Any) -> None:
        """The tenant's document is changed: members of a store's stock policy."""
        stores = list(self.tenant.stores)
        policy = replace(stores[shop].stock, **members)
        stores[shop] = stores[shop].model_copy(update={"stock": policy})
        self.tenant = self.tenant.model_copy(update={"stores": tuple(stores)})

    def findings(self, shop: int = 0) -> list[str]:
        """What the store's open review record says."""
        review = self.review(shop)
        is_open = review is not None and review.status is ReviewStatus.OPEN
        return [one.message for one in review.findings] if review and is_open else []

    def review(self, shop: int = 0) -> Review | None:
        """The store's review record."""
        subject = f"stock:{self.tenant.stores[shop].id}"
        found = [one for one in self.reviews.all("acme") if one.subject == subject]
        return found[0] if found else None


def policy(*places: tuple[str, str], **members: Any) -> StockPolicy:
    """Places as pairs of warehouse and location."""
    names: dict[str, Any] = {"increase": INCREASE, "decrease": DECREASE, **members}
    return StockPolicy(places=tuple(StockPlace(*place) for place in places), **names)


def quantities(documents: Sequence[StockDocument]) -> list[tuple[str, str, int]]:
    """What documents book of whole units, line by line."""
    return [
        (document.definition, line.item, int(line.quantity))
        for document in documents
        for line in document.lines
    ]


def _store(name: str, cart: str, stock: StockPolicy) -> Store:
    store = Store.model_validate(
        {
            "id": name,
            "cart": cart,
            "entity": "100",
            "mapping": {"version": "1", "accounts": {}, "location": "100"},
        }
    )
    return store.model_copy(update={"stock": stock})
