"""Stock of two warehouses: Sage tells the level of one, a shop that of the other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console

from local.cart_simulators.catalogue import Offer
from local.demo import show
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShop
from local.demo.checks import Checks
from local.demo.memory import Memory
from local.demo.tenant import STOCK_SKU, TENANT

_IN_SAGE = 12
_IN_THE_SHOP = 9
_RECEIVED_ON = "2026-01-02"
_COLUMNS = ("store", "warehouse", "whose word", "before", "now")


def carry_levels(
    console: Console,
    memory: Memory,
    books: SimulatedBooks,
    shops: tuple[CartShop, CartShop],
    checks: Checks,
) -> None:
    """One shop is told what Sage has; what the other one counted is adjusted in Sage."""
    told, counting = shops
    with told.cart.lock:
        told.cart.catalogue.add(Offer(sku=STOCK_SKU, levels={"": Decimal(1)}))
    with counting.cart.lock:
        counting.cart.catalogue.add(Offer(sku=STOCK_SKU, levels={"default": Decimal(_IN_THE_SHOP)}))
    received = {"item": STOCK_SKU, "warehouse": "W1", "quantity": _IN_SAGE, "on": _RECEIVED_ON}
    books.add({"stock": [received]})
    reports = memory.invoke("InventorySyncFunctionName", {"tenant": TENANT})["stores"]
    by_store: dict[str, dict[str, Any]] = {report["store"]: report for report in reports}
    with told.cart.lock:
        found = told.cart.catalogue.by_sku(STOCK_SKU)
    shown = found[1].levels[""] if found else None
    counted = by_store[counting.store]["counted"]
    rows: list[show.Row] = [
        (told.store, "W1", "Sage", "1 in the cart", f"{shown} in the cart"),
        (counting.store, "W2", "the cart", "none in Sage", f"{_IN_THE_SHOP} in Sage"),
    ]
    show.table(console, f"Stock of {STOCK_SKU}, each place by its owner", _COLUMNS, rows)
    checks.equal("the shop shows what the warehouse has", shown, _IN_SAGE)
    checks.equal("what the other shop counted is one adjustment in Sage", counted, 1)
