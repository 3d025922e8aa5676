"""What stock costs: calls of the cart and of Sage, processor time and memory by changed levels.

Every level differs and is carried; the second run finds nothing. Cart and company answer from
memory. `python -m` this prints a table.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from dataclasses import dataclass
from decimal import Decimal

from intacct.rest.query import PAGE_SIZE
from local.cart_simulators.catalogue import Offer
from shared.ownership.table import Side
from tests.convergence.stock import CARTS
from tests.unit.inventory.rig import Rig, policy, table

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


def stock_cost(cart: str, owner: Side, levels: int) -> StockCost:
    """Carry so many changed levels of a simulated cart, and measure the client's part of it."""
    location = CARTS[cart][0]
    rig = Rig(policy(("W1", location)), cart=cart, ownership=table(W1=owner), page_size=PAGES[cart])
    for number in range(levels):
        sku = f"SKU-{number:06}"
        rig.shop.cart.catalogue.add(Offer(sku=sku, levels={location: Decimal(20)}))
        rig.sage.has(sku, "W1", 21 + number % 5)
    began, before = time.process_time(), len(rig.shop.cart.calls)
    report = rig.run(seconds=10**6)
    seconds = time.process_time() - began
    calls = len(rig.shop.cart.calls) - before
    assert report.written + report.counted == levels, report
    rig.later(60)
    before = len(rig.shop.cart.calls)
    assert rig.run(seconds=10**6).written == 0
    reads = len(rig.shop.cart.calls) - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return StockCost(
        cart,
        owner,
        levels,
        reads,
        calls - reads,
        math.ceil(levels / PAGE_SIZE),
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
