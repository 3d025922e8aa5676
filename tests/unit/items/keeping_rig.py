"""One store whose articles are kept as items of a Sage in memory, over both wires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from commerce.catalogue import Product, ProductKind, ProductStatus
from commerce.money import Money
from commerce.orders import Ref
from intacct.documents import DocumentResult
from intacct.errors import IntacctError
from intacct.item_search import ItemBy, ItemSearch, KnownItem
from intacct.masters import Item
from shared.items.keeping import ItemKeeper, KeeperParts, Kept
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.items import ItemPolicy, UnknownSku
from shared.postings.articles import article_of
from shared.postings.findings import Reason
from shared.tenants.models import Store, Tenant
from tests.contract.actions.teller import Teller
from tests.unit.connections.test_keeping import tenant as any_tenant
from tests.unit.items.memory import MemoryItemLinks

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)
FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
CART_OWNS = Ownership(
    item=Rule(Side.CART, FULL, (Right.READ,), fields={"is_taxable": Side.SAGE}),
    price=Rule(Side.CART, (Right.READ, Right.UPDATE), (Right.READ,)),
)
CREATES = ItemPolicy(unknown_sku=UnknownSku.CREATE)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def product(sku: str = "MUG-1", **members: Any) -> Product:
    first = Product(
        ref=Ref("shopify", "shop", "product", "8001"),
        sku=sku,
        title="Mug",
        kind=ProductKind.SIMPLE,
        status=ProductStatus.ACTIVE,
        updated_at=AT,
        product_id="8001",
        barcode="4006381333931",
        price=usd("12.50"),
        cost=usd("4.10"),
    )
    return replace(first, **members)


class Rig:
    """A keeper in front of a simulated company; `items` is what the company has."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.links = MemoryItemLinks()
        self.writes = self.reads = 0
        self.fails: list[Exception] = []
        self.requests: list[list[str]] = []
        self.tenant = tenant_owning(CART_OWNS, CREATES)
        self.keeper = ItemKeeper(
            KeeperParts(
                links=self.links,
                reads_of=lambda *_: self,
                records_of=lambda *_: self,
                clock=lambda: AT,
            )
        )

    def items(self, search: ItemSearch) -> list[KnownItem]:
        self.reads += 1
        return self.teller.reads.items(search)

    def create_items(
        self, made: Sequence[Item], *, control_ids: Sequence[str], idempotency_keys: Sequence[str]
    ) -> Sequence[DocumentResult | IntacctError]:
        self.writes += len(made)
        self.requests.append([item.id for item in made])
        told = self.teller.records.create_items(
            made, control_ids=control_ids, idempotency_keys=idempotency_keys
        )
        failure = self.fails.pop() if self.fails else None
        return [failure] * len(made) if isinstance(failure, IntacctError) else told

    def change(self, change: Any, *, control_id: str, idempotency_key: str) -> DocumentResult:
        self.writes += 1
        done = self.teller.records.change(
            change, control_id=control_id, idempotency_key=idempotency_key
        )
        if self.fails:
            raise self.fails.pop()
        return done

    @property
    def store(self) -> Store:
        return self.tenant.stores[0]

    def under(self, ownership: Ownership = CART_OWNS, policy: ItemPolicy = CREATES) -> None:
        self.tenant = tenant_owning(ownership, policy)

    def keep(self, told: Product) -> Kept:
        link = self.links.load("acme", "shop", article_of(told.sku, told.ref.id))
        return self.keeper.keep(self.tenant, self.store, told, link)

    def known(self, item: str) -> KnownItem:
        (found,) = self.teller.reads.items(ItemSearch(ItemBy.ID, (item,)))
        return found


def tenant_owning(ownership: Ownership, policy: ItemPolicy, **mapping: Any) -> Tenant:
    store = {
        "id": "shop",
        "cart": "shopify",
        "entity": "100",
        "mapping": {"version": "1", "accounts": {}, **mapping},
    }
    known = any_tenant("acme", "100", stores=[store])
    (first,) = known.stores
    stores = (first.model_copy(update={"items": policy}),)
    return known.model_copy(update={"ownership": ownership, "stores": stores})


def reasons(kept: Kept) -> list[Reason]:
    return [finding.reason for finding in kept.findings]
