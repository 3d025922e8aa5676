"""Stock as deployed: the handler, its adapters and real clients, Sage and a shop simulated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from local.cart_simulators.catalogue import Offer
from local.cart_simulators.registry import simulator as cart_simulator
from local.intacct_simulator.clock import Clock
from shared.bootstrap import background, books, facts, inventory, item_links, reviews
from shared.bootstrap import ledger as ledgers
from shared.bootstrap import tenants as configured
from shared.customers.access import StoreClients
from shared.ownership.table import Side
from tests.contract.conftest import Simulator, simulator
from tests.integration.carts_rig import ROOT, context, handler_of
from tests.integration.order_posting_rig import PostingRig, rig
from tests.integration.test_order_posting_with_sage import sage
from tests.paging.clients import CONNECT
from tests.unit.inventory.rig import policy, table

__all__ = ["rig", "sage", "simulator"]

PLACES = (("W1", "71001"), ("W2", "71002"))
INCREASE, DECREASE = "Inventory Adjustment Increase", "Inventory Adjustment Decrease"


class Stock:
    """A shop with two locations; Sage owns the stock of the first, the shop that of the other."""

    def __init__(self, rig: PostingRig, sage: Simulator, protocol: str) -> None:
        self.rig, self.sage = rig, sage
        self.cart: Any = cart_simulator("shopify", clock=Clock())
        self.client: Any = CONNECT["shopify"](self.cart, 50)
        known = configured.tenants().tenant("acme")
        stock = policy(*PLACES, increase=INCREASE, decrease=DECREASE)
        store = known.stores[0].model_copy(update={"stock": stock})
        protocols = {"stock_document": protocol}
        self.tenant = known.model_copy(
            update={
                "stores": (store,),
                "ownership": table(W2=Side.CART),
                "intacct": known.intacct.model_copy(update={"protocols": protocols}),
            }
        )
        item = {
            "pk": {"S": "TENANT#acme"},
            "sk": {"S": "CONFIG"},
            "document": {"S": self.tenant.model_dump_json()},
        }
        rig.client.put_item(TableName="tenants", Item=item)

    def run(self, name: str) -> dict[str, Any]:
        """The function with a sample event; what became of the one store."""
        event = json.loads((ROOT / "events" / f"inventory_sync.{name}.json").read_bytes())
        (store,) = handler_of("inventory_sync")(event, context())["stores"]
        return dict(store)

    def in_sage(self) -> dict[str, Decimal]:
        """What each warehouse has of the tee."""
        levels = books.reads(self.tenant, "100").stock_levels(("TEE-STOCK",))
        return {level.warehouse: level.on_hand for level in levels}

    def in_cart(self) -> dict[str, Decimal]:
        """What the shop has of it at each location."""
        return dict(self.cart.catalogue.by_sku("TEE-STOCK")[1].levels)

    def count_in_sage(self, warehouse: str, quantity: int) -> None:
        """Somebody receives goods in Sage."""
        company = self.sage.company.books
        item, place = company.by_id("item", "TEE-STOCK"), company.by_id("warehouse", warehouse)
        assert item is not None
        assert place is not None
        lines = [
            {
                "item": item["key"],
                "warehouse": place["key"],
                "unit": "Each",
                "unit_quantity": Decimal(quantity),
            }
        ]
        definition = company.by_id("txn_definition", "Inventory Receipt")
        assert definition is not None
        fields = {"definition": definition["key"], "txn_date": "2026-04-01", "lines": lines}
        company.create("inventory_document", fields)


@pytest.fixture(params=["rest", "xml"])
def stock(
    rig: PostingRig,
    sage: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Stock]:
    monkeypatch.setenv("STORE_SECRET_PREFIX", "cartledger/test/stores/")
    kept = (
        inventory.stock_sync,
        background.background_reads,
        item_links.item_links,
        facts.facts_store,
        ledgers.ledger,
        reviews.reviews,
        configured.tenants,
    )
    for one in kept:
        one.cache_clear()
    shop = Stock(rig, sage, request.param)
    configured.tenants.cache_clear()
    monkeypatch.setattr(StoreClients, "client", lambda *_: shop.client)
    yield shop
    for one in kept:
        one.cache_clear()


def test_a_level_travels_both_ways_as_the_table_says_and_what_is_absurd_waits_for_a_word(
    stock: Stock,
) -> None:
    stock.count_in_sage("W1", 12)
    levels = {"71001": Decimal(3), "71002": Decimal(8)}
    stock.cart.catalogue.add(Offer(sku="TEE-STOCK", levels=levels))

    first, early, second = (stock.run(name) for name in ("schedule", "schedule", "one_store"))

    assert stock.in_sage() == {"W1": 12, "W2": 8}
    assert stock.in_cart() == {"71001": 12, "71002": 8}
    assert (first["outcome"], first["written"], first["counted"]) == ("complete", 1, 1)
    assert (second["outcome"], second["written"], second["counted"]) == ("complete", 0, 0)
    assert first["findings"] == second["findings"] == 0
    assert early["detail"] == "not due yet"
    company = stock.sage.company.books
    (document,) = company.find("inventory_document", memo="count of the store")
    assert document["reference_number"].startswith("W21-STK-")

    stock.count_in_sage("W1", 1200)
    inventory.stock_sync.cache_clear()
    assert stock.run("one_store")["findings"] == 1
    (review,) = stock.rig.reviews()
    assert review.subject == f"stock:{stock.tenant.stores[0].id}"
    inventory.stock_sync.cache_clear()
    event = {"tenant": "acme", "store": stock.tenant.stores[0].id, "accept": ["TEE-STOCK"]}
    (done,) = handler_of("inventory_sync")(event, context())["stores"]
    assert (done["written"], done["findings"]) == (1, 0)
    assert stock.in_cart() == {"71001": 1212, "71002": 8}
