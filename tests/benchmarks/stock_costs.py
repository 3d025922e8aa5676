"""What stock costs: calls of the cart and of Sage, processor time and memory by changed levels.

Every level differs and is carried; the second run finds nothing. Cart and company answer from
memory, the company's levels over our REST client, so that its pages are counted as they are asked
for. `python -m` this prints a table.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass
from decimal import Decimal

import httpx

from intacct.rest import stock
from intacct.stock import StockLevel
from local.cart_simulators.catalogue import Offer
from shared.ownership.table import Side
from tests.convergence.stock import CARTS
from tests.unit.intacct.rest.support import client, envelope
from tests.unit.inventory.rig import Rig, Sage, policy, table

PAGES = {"shopify": 250, "magento": 250, "woocommerce": 100}
"""As many levels as the client asks for a page; Shopify's costs bound it from above."""


@dataclass(frozen=True, slots=True)
class StockCost:
    """One run: cart calls to compare and to write, Sage transactions to read and to adjust."""

    cart: str
    owner: Side
    levels: int
    cart_reads: int
    cart_writes: int
    sage_reads: int
    sage_writes: int
    seconds: float
    memory_mb: float

    def line(self) -> str:
        """As a row of `docs/benchmarks.md`."""
        way = "Sage to cart" if self.owner is Side.SAGE else "cart to Sage"
        figures = (self.cart_reads, self.cart_writes, self.sage_reads, self.sage_writes)
        told = " | ".join(f"{one:,}" for one in figures)
        return f"| {self.cart}, {way} | {self.levels:,} | {told} | {self.seconds:.1f} |"


class _Levels:
    """The query service in front of a company's levels; `pages` counts what was asked."""

    def __init__(self, sage: Sage) -> None:
        self.pages, self._tell = 0, sage.stock_levels
        self._rest = client(self._answer)
        self._rows: list[dict[str, str]] = []

    def stock_levels(self, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        """As `tests.unit.inventory.rig.Sage`, in as many pages as the client asks for."""
        told = self._tell(items, warehouse)
        self._rows = [{"key": str(key), **_row(one)} for key, one in enumerate(told, start=1)]
        return list(stock.levels(self._rest, entity="100", items=items, warehouse=warehouse))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        self.pages += 1
        after = [int(one["$gt"]["key"]) for one in asked["filters"] if "$gt" in one]
        rest = self._rows[after[0] if after else 0 :]
        return envelope(rest[: asked["size"]], totalCount=len(rest))


def _row(level: StockLevel) -> dict[str, str]:
    return {
        "item.id": level.item,
        "warehouse.id": level.warehouse,
        "quantity.quantityLeft": str(level.on_hand),
        "quantity.quantityAllocated": str(level.allocated),
        "quantity.quantityReserved": str(level.reserved),
    }


def stock_cost(cart: str, owner: Side, levels: int) -> StockCost:
    """Carry so many changed levels of a simulated cart, and measure the client's part of it."""
    location = CARTS[cart][0]
    rig = Rig(policy(("W1", location)), cart=cart, ownership=table(W1=owner), page_size=PAGES[cart])
    for number in range(levels):
        sku = f"SKU-{number:06}"
        rig.shop.cart.catalogue.add(Offer(sku=sku, levels={location: Decimal(20)}))
        rig.sage.has(sku, "W1", 21 + number % 5)
    levels_of = _Levels(rig.sage)
    rig.sage.stock_levels = levels_of.stock_levels  # type: ignore[method-assign]
    began, before = time.process_time(), len(rig.shop.cart.calls)
    report = rig.run(seconds=10**6)
    seconds = time.process_time() - began
    calls = len(rig.shop.cart.calls) - before
    assert report.written + report.counted == levels, report
    rig.later(60)
    before, levels_of.pages = len(rig.shop.cart.calls), 0
    assert rig.run(seconds=10**6).written == 0
    reads = len(rig.shop.cart.calls) - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return StockCost(
        cart,
        owner,
        levels,
        reads,
        calls - reads,
        levels_of.pages,
        report.documents,
        seconds,
        peak,
    )


def main(arguments: list[str]) -> None:
    """Print a row for each cart and way."""
    levels = int(arguments[0]) if arguments else 10_000
    for cart in CARTS:
        for owner in Side:
            sys.stdout.write(stock_cost(cart, owner, levels).line() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
