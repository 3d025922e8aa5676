"""Two more carts: a WooCommerce site that is heard, and a Magento shop that is only polled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from rich.console import Console

from local.cart_simulators.orders import Sale, ShopOrder, SoldLine
from local.demo import show
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShop, CartShops
from local.demo.checks import Checks
from local.demo.memory import Journey, Memory
from local.demo.tenant import TENANT
from shared.postings.plan import PostingKind

HEARD = "acme-woo"
POLLED = "acme-magento"

_SALE = Sale(
    lines=(
        SoldLine(
            sku="TEE-RED",
            title="Tee, red",
            quantity=2,
            unit_price=Decimal("30.00"),
            discount=Decimal("6.00"),
            tax=Decimal("4.79"),
        ),
    ),
    shipping=Decimal("8.00"),
)
_COLUMNS = ("store", "order", "document", "number", "amount $")


@contextmanager
def demo_shops() -> Iterator[CartShops]:
    """The shops of the demo tenant that are simulated, open while the block lasts."""
    with CartShops() as shops:
        told = {"places": [{"warehouse": "W1"}]}
        counting = {
            "places": [{"warehouse": "W2", "location": "default"}],
            "increase": "Inventory Adjustment Increase",
            "decrease": "Inventory Adjustment Decrease",
        }
        held = {"unknown_sku": "hold"}
        shops.add(HEARD, "woocommerce", members={"items": held, "stock": told})
        shops.add(POLLED, "magento", members={"stock": counting})
        yield shops


def sell_in_other_carts(
    console: Console,
    api_url: str,
    memory: Memory,
    books: SimulatedBooks,
    *,
    shops: CartShops,
    checks: Checks,
) -> None:
    """Each shop sells, ships and takes one tee back; one tells us by webhook, one is asked."""
    heard, polled = shops.shops[HEARD], shops.shops[POLLED]
    heard.deliver_to(api_url)
    orders = {shop: shop.cart.orders.place(_SALE) for shop in (heard, polled)}
    for shop, order in orders.items():
        shop.ship(order)
    _poll(memory, checks)
    _wait(memory, orders, PostingKind.INVOICE)
    # Two changes within one second of a shop's clock are one hint. A poller reads a second when
    # it is long over; these shops' clocks run behind, so that it sees one that still goes on.
    time.sleep(1.0)
    for shop, order in orders.items():
        shop.take_back(order, units=1)
    _poll(memory, checks)
    _wait(memory, orders, PostingKind.CUSTOMER_REFUND)
    documents = books.by_our_number()
    rows: list[show.Row] = []
    for shop, order in orders.items():
        journey = memory.journey(shop.store, order.id)
        rows += [(shop.store, order.number, *row) for row in _documents(journey, documents)]
        checks.equal(f"{shop.store}: cart = books", _received(journey, documents), _kept(order))
    show.table(console, "Two more carts: one heard, one only polled", _COLUMNS, rows)
    statuses = {status for _, _, status in heard.cart.outbox.sent}
    checks.equal(f"{HEARD}: every webhook was answered with", statuses, {200})
    checks.equal(f"{POLLED}: webhooks that were sent", len(polled.cart.outbox.sent), 0)


def _poll(memory: Memory, checks: Checks) -> None:
    event = {"tenant": TENANT, "store": POLLED}
    (report,) = memory.invoke("CartPollerFunctionName", event)["stores"]
    hints = f"{report['hints']} hints"
    checks.true(f"{POLLED} is polled", report["outcome"] == "complete", hints)


def _wait(memory: Memory, orders: dict[CartShop, ShopOrder], kind: PostingKind) -> None:
    for shop, order in orders.items():

        def is_done(shop: CartShop = shop, order: ShopOrder = order) -> bool:
            journey = memory.journey(shop.store, order.id)
            facts = journey.facts
            return bool(journey.done(kind)) and facts is not None and facts.due_at is None

        memory.wait(f"{kind.value} of order {order.number} in {shop.store}", is_done)


def _documents(journey: Journey, documents: dict[str, dict[str, Any]]) -> Iterator[show.Row]:
    for key in sorted(journey.postings):
        record = journey.postings[key]
        if record.result is not None:
            booked = documents.get(record.document_number, {})
            total = abs(Decimal(booked.get("total", "0")))
            yield show.word(key), record.document_number, f"{total:,.2f}"


def _received(journey: Journey, documents: dict[str, dict[str, Any]]) -> Decimal:
    """What the order's documents left on the clearing account."""
    lines = [
        line
        for record in journey.postings.values()
        if record.result is not None
        for line in documents[record.document_number]["ledger_lines"]
        if line["account"] == "1100"
    ]
    signed = (Decimal(e["amount"]) * (1 if e["side"] == "debit" else -1) for e in lines)
    return sum(signed, start=Decimal(0))


def _kept(order: ShopOrder) -> Decimal:
    """What the shop kept of the order."""
    return order.total - order.refunded
