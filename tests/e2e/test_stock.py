"""A level on the deployed stack: a shop that owns its stock, Sage, and a shop that follows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.cart_simulators.catalogue import Offer
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShop, CartShops
from local.demo.memory import Memory
from local.demo.tenant import tenant_of_shops
from local.stack import LocalStack
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.stock import StockPlace, StockPolicy

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SKU = "TEE-COUNTED"
WAREHOUSE = "W-COUNTED"
GOODS = {
    "warehouses": [{"id": WAREHOUSE, "name": "Counted", "location": "100"}],
    "items": [{"id": SKU, "name": "Tee", "revenue": "4000", "item_type": "inventory"}],
}
FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
ITEM = Rule(Side.SAGE, FULL, FULL, fields={"upc": Side.CART})
OF_THE_CART = Ownership(item=ITEM, quantity=Rule(Side.CART, FULL, (Right.READ,)))
OF_SAGE = Ownership(item=ITEM, quantity=Rule(Side.SAGE, (Right.READ,), FULL))


def load(
    stack: LocalStack, shops: CartShops, shop: CartShop, location: str, ownership: Ownership
) -> Memory:
    """A tenant with that one shop, whose location and the main warehouse hold the same goods."""
    access = stack.simulator
    tenant = tenant_of_shops(shop.store, access, [shop])
    stock = StockPolicy(
        places=(StockPlace(WAREHOUSE, location),),
        increase="Inventory Adjustment Increase",
        decrease="Inventory Adjustment Decrease",
    )
    store = tenant.stores[0].model_copy(update={"stock": stock})
    changed = tenant.model_copy(update={"stores": (store,), "ownership": ownership})
    secrets = {shop.store: shops.secrets()[shop.store]}
    stack.load_tenant(changed, access.secret(), secrets)
    return Memory(stack, shop.store)


def compare(memory: Memory, store: str) -> dict[str, Any]:
    """What the deployed function did at the store."""
    event = {"tenant": store, "store": store}
    (report,) = memory.invoke("InventorySyncFunctionName", event)["stores"]
    assert report["outcome"] == "complete", report
    assert report["findings"] == 0, report
    return dict(report)


def level(shop: CartShop, location: str) -> Decimal:
    """What the shop shows."""
    with shop.cart.lock:
        found = shop.cart.catalogue.by_sku(SKU)
    assert found is not None
    return Decimal(found[1].levels[location])


def test_a_level_travels_from_a_shop_to_sage_and_from_there_to_another_shop(
    stack: LocalStack,
) -> None:
    books = SimulatedBooks(stack.simulator.rest_base_url)
    books.add(GOODS)
    books.close()
    with CartShops() as shops:
        owner, follower = shops.add("stock-owner", "shopify"), shops.add("stock-shown", "magento")
        counts = load(stack, shops, owner, "71001", OF_THE_CART)
        shows = load(stack, shops, follower, "default", OF_SAGE)
        for shop, location, quantity in ((owner, "71001", 8), (follower, "default", 1)):
            with shop.cart.lock:
                shop.cart.catalogue.add(Offer(sku=SKU, levels={location: Decimal(quantity)}))

        first = compare(counts, "stock-owner")
        second = compare(shows, "stock-shown")
        rest = compare(shows, "stock-shown")

        assert (first["counted"], first["documents"], first["written"]) == (1, 1, 0)
        assert (second["written"], second["counted"]) == (1, 0)
        assert (rest["compared"], rest["written"]) == (1, 0)
        assert level(owner, "71001") == level(follower, "default") == 8
