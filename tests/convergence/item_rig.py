"""A company's items in memory, a simulated cart, and what keeps the two alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from carts.adapter import CartApiError
from carts.catalogue import ProductChange, WriteOutcome, Written
from intacct.changes import Change, UpdateMaster
from intacct.documents import DocumentResult
from intacct.errors import DuplicateDocumentError, IntacctError, OutcomeUnknownError
from intacct.item_search import ItemBy, ItemSearch, KnownItem
from intacct.masters import Item
from local.cart_simulators.registry import simulator
from local.intacct_simulator.clock import Clock
from shared.bundles.register import OrderBundles
from shared.costs.noting import CostNoter
from shared.items.bundling import Bundling
from shared.items.fields import BACK
from shared.items.keeping import ItemKeeper, KeeperParts
from shared.items.runs import ItemReport
from shared.items.sync import ItemSync, ItemSyncParts
from shared.items.waiting import WaitingOrders
from shared.items.watching import EVERY, ItemWatch
from shared.ownership.table import Ownership, Side
from shared.policy.items import ItemPolicy
from shared.tenants.models import Store
from tests.fakes import MemoryFacts, MemoryReviews
from tests.paging.clients import CONNECT
from tests.paging.memory import MemoryCheckpoints
from tests.unit.bundles.memory import MemoryBundles
from tests.unit.connections.test_keeping import tenant as any_tenant
from tests.unit.costs.memory import MemoryCosts, MemoryFixes
from tests.unit.items.memory import MemoryItemLinks, MemoryItemNews

START = datetime(2026, 4, 1, 12, tzinfo=UTC)
LOCATIONS = {"shopify": "71001", "magento": "default", "woocommerce": ""}


class TrespassError(AssertionError):
    """The connector wrote what the side it wrote to owns."""


class Company:
    """The items of a company; `faults` befall the writes to come, None befalls none.

    A fault that is paired with True comes after the write was done.
    """

    def __init__(self, ownership: Ownership) -> None:
        self.ownership = ownership
        self.kept: dict[str, Item] = {}
        self.faults: list[tuple[IntacctError, bool] | None] = []
        self.reads = self.writes = self.requests = 0

    def edit(self, item: str, **members: Any) -> None:
        """A person makes or changes an item."""
        known = self.kept.get(item) or Item(item, "Made by people", is_taxable=True)
        self.kept[item] = replace(known, **members)

    def items(self, search: ItemSearch) -> list[KnownItem]:
        """As `shared.items.asking.FindsItems`."""
        self.reads += 1
        if search.by is ItemBy.ID:
            return [_known(self.kept[one]) for one in search.values if one in self.kept]
        return [_known(one) for one in self.kept.values() if one.upc in search.values]

    def create_items(
        self, made: Sequence[Item], *, control_ids: Sequence[str], idempotency_keys: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        """As `shared.items.asking.WritesItems`."""
        assert control_ids == idempotency_keys
        self.requests += 1
        return [self._create(item) for item in made]

    def _create(self, item: Item) -> DocumentResult | IntacctError:
        try:
            fault = self._meets_fault()
        except IntacctError as error:
            return error
        if item.id in self.kept:
            message = "the item is there"
            return DuplicateDocumentError(message)
        self.kept[item.id] = replace(item, is_taxable=item.is_taxable is not False)
        return fault or DocumentResult(key=f"key-{item.id}")

    def change(self, change: Change, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """As `shared.items.asking.WritesItems`; only what is not Sage's may be named."""
        assert isinstance(change, UpdateMaster)
        assert control_id == idempotency_key
        trespassed = change.fields & owned_by(Side.SAGE, self.ownership)
        if trespassed:
            raise TrespassError(trespassed)
        fault = self._meets_fault()
        item = change.key.removeprefix("key-")
        values = {name: getattr(change.master, name) for name in change.fields}
        self.kept[item] = replace(self.kept[item], **values)
        if fault:
            raise fault
        return DocumentResult(key=change.key)

    def _meets_fault(self) -> IntacctError | None:
        """Raise the fault whose turn it is, or give it where the write comes before it."""
        self.writes += 1
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not fault[1]:
            raise fault[0]
        return fault[0] if fault else None


class ItemRig:
    """One store whose articles and items are kept together; `links` and `company` may be others."""

    def __init__(
        self,
        cart: str,
        ownership: Ownership,
        policy: ItemPolicy,
        *,
        page_size: int = 3,
        links: MemoryItemLinks | None = None,
        company: Company | None = None,
    ) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.cart = simulator(cart, clock=self.clock)
        client: Any = CONNECT[cart](self.cart, page_size)
        self.client = client
        self.company = company or Company(ownership)
        self.links, self.reviews = links or MemoryItemLinks(), MemoryReviews()
        self.news = MemoryItemNews()
        store = {"id": "shop", "cart": cart, "entity": "100"}
        known = any_tenant("acme", "100", stores=[store | _MAPPING])
        stores = (known.stores[0].model_copy(update={"items": policy}),)
        self.tenant = known.model_copy(update={"ownership": ownership, "stores": stores})
        self.written = 0
        self._write: Callable[[Sequence[ProductChange]], Any] = self.client.change_products
        self.client.change_products = self._told
        self.trouble = ""
        self.sync = ItemSync(self._parts())

    @property
    def store(self) -> Store:
        """The only store."""
        return self.tenant.stores[0]

    def run(self, seconds: float = 200) -> ItemReport:
        """One run now."""
        return self.sync.sync(
            self.tenant, self.store, self.clock.now() + timedelta(seconds=seconds)
        )

    def look(self) -> ItemReport:
        """A run in which all linked items are looked at."""
        self.clock.advance(EVERY.total_seconds() + 1)
        return self.run()

    def _told(self, changes: Sequence[ProductChange]) -> Any:
        """The cart takes what it does not own; `trouble` is what befalls the next call."""
        for change in changes:
            self._check(change)
        trouble, self.trouble = self.trouble, ""
        if trouble == "down":
            message = "the cart cannot be asked"
            raise CartApiError(message)
        told = self._write(changes)
        self.written += sum(one.outcome is not WriteOutcome.REFUSED for one in told)
        return [Written(WriteOutcome.UNKNOWN)] * len(changes) if trouble == "lost" else told

    def _check(self, change: ProductChange) -> None:
        owned = owned_by(Side.CART, self.tenant.ownership)
        told = {name for name in BACK if getattr(change, name) is not None}
        if trespassed := {BACK[name][1] for name in told} & owned:
            raise TrespassError(trespassed)

    def _parts(self) -> ItemSyncParts:
        nobody: Any = None
        now = self.clock.now
        return ItemSyncParts(
            checkpoints=MemoryCheckpoints(),
            looks=MemoryCheckpoints(),
            keeper=ItemKeeper(
                KeeperParts(
                    links=self.links,
                    reads_of=lambda *_: self.company,
                    records_of=lambda *_: self.company,
                    clock=now,
                )
            ),
            watch=ItemWatch(self.links, lambda *_: self.company),
            news=self.news,
            links=self.links,
            waiting=WaitingOrders(MemoryFacts(), nobody, OrderBundles(MemoryBundles())),
            reviews=self.reviews,
            client_of=lambda *_: self.client,
            costs=CostNoter(MemoryCosts(), MemoryFixes(), now),
            bundling=Bundling(MemoryBundles(), self.links, now),
            clock=now,
        )


_MAPPING = {"mapping": {"version": "1", "accounts": {}}}


def owned_by(side: Side, ownership: Ownership) -> frozenset[str]:
    """The fields of an item that a side owns."""
    rule, price = ownership.item, ownership.price
    names = {one.name for one in fields(Item)} - {"base_price"}
    owned = {name for name in names if rule.fields.get(name, rule.master) is side}
    is_price = price.fields.get("base_price", price.master) is side
    return frozenset(owned | ({"base_price"} if is_price else set()))


def lost(*, is_done: bool) -> tuple[IntacctError, bool]:
    """An answer of Sage's that nobody hears, of a write that was done or was not."""
    return OutcomeUnknownError("lost"), is_done


def _known(item: Item) -> KnownItem:
    price, cost = item.base_price, item.standard_cost
    return KnownItem(
        f"key-{item.id}",
        item.id,
        item.name,
        is_active=item.is_active,
        barcode=item.upc,
        base_price=price.amount if price else None,
        standard_cost=cost.amount if cost else None,
        is_taxable=item.is_taxable,
    )
