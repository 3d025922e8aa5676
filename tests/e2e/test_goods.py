"""Goods on the deployed stack: made an item, counted, sold at their cost, returned to the shelf."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from local.cart_simulators.catalogue import Offer
from local.cart_simulators.orders import Sale, ShopOrder, SoldLine
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShop, CartShops
from local.demo.memory import Memory
from local.demo.tenant import tenant_of_shops
from local.stack import LocalStack
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.choices import Cogs, UntoldReturns
from shared.policy.items import ItemPolicy, ItemScope, UnknownSku
from shared.policy.stock import StockPlace, StockPolicy
from shared.postings.plan import PostingKind
from shared.tenants.models import Tenant

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LOCATIONS = {"shopify": "71001", "woocommerce": "", "magento": "default"}
TELLS_RESTOCKS = "shopify"
READ, FULL = (Right.READ,), (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
OF_THE_CART = Ownership(
    item=Rule(Side.CART, FULL, READ),
    quantity=Rule(Side.CART, FULL, READ),
    price=Rule(Side.CART, FULL, READ),
)
COST, PRICE, TAX = Decimal("9.00"), Decimal("25.00"), Decimal("4.44")
FIRST, SOLD, BACK = 10, 2, 1
GROUP = "4000/4095"


@dataclass(frozen=True)
class Goods:
    """What became of the goods of one shop."""

    on_hand: Decimal
    inventory: Decimal
    cost_of_goods: Decimal
    journals: tuple[str, ...]


def tenant_of(stack: LocalStack, shop: CartShop) -> Tenant:
    """A company whose stock that shop owns."""
    tenant = tenant_of_shops(shop.store, stack.simulator, [shop])
    (store,) = tenant.stores
    returns = UntoldReturns.RESTOCKED
    if shop.cart.name == TELLS_RESTOCKS:
        returns = UntoldReturns.NOT_RESTOCKED
    goods = {
        "items": ItemPolicy(
            unknown_sku=UnknownSku.CREATE,
            scope=ItemScope.ALL,
            item_type="inventory",
            gl_group=GROUP,
        ),
        "stock": StockPolicy(
            places=(StockPlace(warehouse(shop), LOCATIONS[shop.cart.name]),),
            increase="Inventory Adjustment Increase",
            decrease="Inventory Adjustment Decrease",
        ),
        "mapping": replace(store.mapping, warehouse=warehouse(shop)),
        "policy": replace(store.policy, cogs=Cogs.CART_COST, untold_returns=returns),
    }
    changed = store.model_copy(update=goods)
    return tenant.model_copy(update={"stores": (changed,), "ownership": OF_THE_CART})


def ran(memory: Memory, function: str, store: str) -> dict[str, Any]:
    event = {"tenant": store, "store": store}
    (report,) = memory.invoke(function, event)["stores"]
    assert report["outcome"] == "complete", report
    return dict(report)


def warehouse(shop: CartShop) -> str:
    return f"W-{shop.cart.name}"


def sku(shop: CartShop) -> str:
    return f"GOODS-{shop.cart.name}"


def offer(shop: CartShop) -> int:
    """The shop takes an article in; the product's id."""
    levels = {LOCATIONS[shop.cart.name]: Decimal(FIRST)}
    goods = Offer(sku=sku(shop), title="Goods", price=PRICE, cost=COST, levels=levels)
    with shop.cart.lock:
        return shop.cart.catalogue.add(goods).id


def sell(shop: CartShop, product_id: int) -> ShopOrder:
    """Two are ordered, paid and sent."""
    line = SoldLine(sku=sku(shop), quantity=SOLD, unit_price=PRICE, tax=TAX, product_id=product_id)
    with shop.cart.lock:
        order = shop.cart.orders.place(Sale(lines=(line,)))
    shop.ship(order)
    return order


def count(shop: CartShop, quantity: int) -> None:
    """People count what lies on the shop's shelf."""
    with shop.cart.lock:
        found = shop.cart.catalogue.by_sku(sku(shop))
        assert found is not None
        shop.cart.catalogue.set_level(found[1].id, Decimal(quantity), LOCATIONS[shop.cart.name])


def is_told(memory: Memory, shop: CartShop, order: ShopOrder, kind: PostingKind, most: int) -> bool:
    journey = memory.journey(shop.store, shop.cart.shown_id(order))
    rests = journey.facts is not None and journey.facts.due_at is None
    return rests and len(journey.done(kind)) >= most


def effects(memory: Memory, shop: CartShop, order: ShopOrder, books: SimulatedBooks) -> Goods:
    """What the order's documents left on the accounts of goods, and what lies in the warehouse."""
    journey = memory.journey(shop.store, shop.cart.shown_id(order))
    documents = books.by_our_number()
    sums = {"1300": Decimal(0), "5000": Decimal(0)}
    for record in journey.postings.values():
        for line in documents[record.document_number]["ledger_lines"]:
            if line["account"] in sums:
                sign = 1 if line["side"] == "debit" else -1
                sums[line["account"]] += sign * Decimal(line["amount"])
    lies = [row for row in books.stock() if row["warehouse"] == warehouse(shop)]
    (row,) = lies
    purposes = sorted(
        key.split("/")[-1].split(":")[1] for key in journey.postings if "/JOURNAL/" in key
    )
    return Goods(Decimal(row["on_hand"]), sums["1300"], sums["5000"], tuple(purposes))


@pytest.fixture(scope="module")
def told(stack: LocalStack) -> Iterator[dict[str, Goods]]:
    """Three shops: an article is made, sold twice, and one of it comes back."""
    books = SimulatedBooks(stack.simulator.rest_base_url)
    with CartShops() as shops:
        opened = [shops.add(f"goods-{cart}", cart) for cart in LOCATIONS]
        for shop in opened:
            books.add({"warehouses": [{"id": warehouse(shop), "name": "Goods", "location": "100"}]})
            secrets = {shop.store: shops.secrets()[shop.store]}
            stack.load_tenant(tenant_of(stack, shop), stack.simulator.secret(), secrets)
        yield dict(zip(LOCATIONS, live(stack, books, opened), strict=True))
    books.close()


def live(stack: LocalStack, books: SimulatedBooks, opened: list[CartShop]) -> list[Goods]:
    memories = [Memory(stack, shop.store) for shop in opened]
    pairs = list(zip(opened, memories, strict=True))
    products = [offer(shop) for shop in opened]
    for shop, memory in pairs:
        report = ran(memory, "ItemSyncFunctionName", shop.store)
        assert (report.get("items_created"), report["costs"]) == (1, 1), memory.reviews()
        received = {"item": sku(shop), "warehouse": warehouse(shop), "quantity": FIRST}
        books.add({"stock": [{**received, "on": "2026-01-02"}]})
        shop.deliver_to(stack.api_url)
    orders = [sell(shop, product) for shop, product in zip(opened, products, strict=True)]
    wait(pairs, orders, PostingKind.JOURNAL_ENTRY, 1)
    time.sleep(1.0)  # two changes within one second of a simulated shop's clock are one hint
    for shop, order in zip(opened, orders, strict=True):
        shop.take_back(order, units=BACK)
        count(shop, FIRST - SOLD + BACK)
    wait(pairs, orders, PostingKind.CUSTOMER_REFUND, 1)
    for shop, memory in pairs:
        report = ran(memory, "InventorySyncFunctionName", shop.store)
        assert (report["counted"], report["documents"], report["findings"]) == (1, 1, 0), report
    return [
        effects(memory, shop, order, books)
        for (shop, memory), order in zip(pairs, orders, strict=True)
    ]


def wait(
    pairs: list[tuple[CartShop, Memory]], orders: list[ShopOrder], kind: PostingKind, most: int
) -> None:
    for (shop, memory), order in zip(pairs, orders, strict=True):
        done = partial(is_told, memory, shop, order, kind, most)
        memory.wait(f"{kind.value} of {shop.store}", done)


@pytest.mark.parametrize("cart", LOCATIONS)
def test_what_is_sold_and_returned_is_booked_at_its_cost(cart: str, told: dict[str, Goods]) -> None:
    goods = told[cart]

    assert goods.journals == ("cogs", "restock")
    assert goods.cost_of_goods == COST * (SOLD - BACK)


@pytest.mark.parametrize("cart", LOCATIONS)
def test_what_lies_in_the_warehouse_is_worth_what_the_ledger_says(
    cart: str, told: dict[str, Goods]
) -> None:
    goods = told[cart]
    opening = COST * FIRST

    assert goods.on_hand == FIRST - SOLD + BACK
    assert goods.on_hand * COST == opening + goods.inventory
