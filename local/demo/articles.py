"""An article that Sage has no item for: its orders wait, and all go on when there is one."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from rich.console import Console

from local.cart_simulators.catalogue import Offer
from local.cart_simulators.orders import Sale, ShopOrder, SoldLine
from local.demo import show
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShop
from local.demo.checks import Checks
from local.demo.memory import Memory
from local.demo.tenant import TENANT
from shared.postings.plan import PostingKind, Reason
from shared.reviews.records import Review, ReviewStatus

_SKU = "CAP-GREEN"
_ITEM = {"id": _SKU, "name": "Cap, green", "revenue": "4000", "returns": "4095"}
_PRICE = Decimal("25.00")
_TAX = Decimal("2.22")
_BOOKED = ("order", "number", "amount $")


def sell_an_unknown_article(
    console: Console, memory: Memory, books: SimulatedBooks, shop: CartShop, checks: Checks
) -> None:
    """Two orders sell a new cap; the books get its item; both are booked.

    The shop tells of its orders by webhook, and its store holds what it has no item for.
    """
    with shop.cart.lock:
        cap = shop.cart.catalogue.add(Offer(sku=_SKU, title="Cap, green", price=_PRICE))
        orders = [shop.cart.orders.place(_sale(cap.id, quantity)) for quantity in (1, 2)]
        for order in orders:
            shop.ship(order)
    reviews = [_held(memory, shop, order) for order in orders]
    rows = [
        (order.number, finding.reason.value, finding.place, finding.hint)
        for order, review in zip(orders, reviews, strict=True)
        for finding in review.findings
    ]
    columns = ("order", "reason", "place", "what would release it")
    show.table(console, f"{_SKU} is sold, and Sage has no such item", columns, rows)
    causes = {(finding.reason, finding.place) for r in reviews for finding in r.findings}
    checks.equal("two orders of an unknown article wait for one cause", len(causes), 1)

    books.add({"items": [_ITEM]})
    event = {"tenant": TENANT, "store": shop.store}
    (report,) = memory.invoke("ItemSyncFunctionName", event)["stores"]
    checks.equal("the next run finds the item that was made in Sage", report["outcome"], "complete")
    for order in orders:
        memory.wait(f"order {order.number} is booked", partial(_is_booked, memory, shop, order))
    documents = books.by_our_number()
    booked_rows: list[show.Row] = []
    for order in orders:
        (invoice,) = memory.journey(shop.store, order.id).done(PostingKind.INVOICE)
        booked = Decimal(documents[invoice.document_number]["total"])
        booked_rows.append((order.number, invoice.document_number, f"{booked:,.2f}"))
        checks.equal(f"{shop.store} {order.number}: cart total = books total", booked, order.total)
    show.table(console, f"{_SKU} has an item: both go on", _BOOKED, booked_rows)


def _sale(product_id: int, quantity: int) -> Sale:
    line = SoldLine(
        sku=_SKU,
        title="Cap, green",
        quantity=quantity,
        unit_price=_PRICE,
        tax=_TAX * quantity,
        product_id=product_id,
    )
    return Sale(lines=(line,))


def _held(memory: Memory, shop: CartShop, order: ShopOrder) -> Review:
    """The order's open review, as soon as it waits for the item."""

    def waiting() -> list[Review]:
        return [
            review
            for review in memory.reviews()
            if review.status is ReviewStatus.OPEN
            and review.subject.startswith(f"order:{shop.store}:{order.id}:")
            and any(finding.reason is Reason.ITEM_MISSING for finding in review.findings)
        ]

    memory.wait(f"order {order.number} waits for an item", lambda: bool(waiting()))
    return waiting()[0]


def _is_booked(memory: Memory, shop: CartShop, order: ShopOrder) -> bool:
    journey = memory.journey(shop.store, order.id)
    is_settled = journey.facts is not None and journey.facts.due_at is None
    return is_settled and bool(journey.done(PostingKind.INVOICE))
