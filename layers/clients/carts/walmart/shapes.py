"""What Walmart's documents look like: purchase orders, pages of them, events."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Reading
from carts.shapes import Kind, Seen, Shape, Source, has, settlement, stated
from carts.walmart import webhooks
from carts.walmart.adapter import ADAPTER
from carts.walmart.readings import ORDER_TOPIC, page_orders, read
from commerce.money import MoneyError


def _page(source: Source) -> Iterator[Seen]:
    for node in page_orders(source.node()):
        order_id = node.text("purchaseOrderId")
        node.problems.clear()
        try:
            reading = read(node, source.store, ORDER_TOPIC)
        except MoneyError:
            node.refuse("orderLines", "amounts whose sums can be believed")
            reading = Reading(None, tuple(node.problems))
        yield Seen(Kind.ORDER, node.place, reading, order_id=order_id)


def _order(source: Source) -> Iterator[Seen]:
    inner = source.member("order") if has("order")(source) else source.document
    reading = ADAPTER.read(source.store, ORDER_TOPIC, source.document)
    yield Seen(Kind.ORDER, reading=reading, order_id=stated(inner, "purchaseOrderId"))


def _event(source: Source) -> Iterator[Seen]:
    delivery = webhooks.describe(source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


def _returns(source: Source) -> Iterator[Seen]:
    """Returns, whose money is told by their purchase orders: each of those is to be fetched."""
    listed = source.member("returnOrders")
    entries = listed if isinstance(listed, list) else [source.document]
    for index, entry in enumerate(entries):
        lines = entry.get("returnOrderLines") if isinstance(entry, dict) else None
        found = [stated(line, "purchaseOrderId") for line in lines or ()]
        place = f"returnOrders[{index}]" if isinstance(listed, list) else ""
        for order_id in dict.fromkeys(filter(None, found)):
            yield Seen(Kind.REFUND, place, Reading(None, needs_fetch=True), order_id=order_id)


SHAPES = (
    Shape(
        Kind.REFUND,
        lambda s: any(isinstance(s.member(n), list) for n in ("returnOrders", "returnOrderLines")),
        _returns,
    ),
    Shape(Kind.PAYOUT, has("reportData"), settlement("walmart")),
    Shape(Kind.NOTIFICATION, lambda s: has("source")(s) and has("payload")(s), _event),
    Shape(Kind.PAGE, has("list", "elements"), _page),
    Shape(Kind.ORDER, lambda s: has("order")(s) or has("purchaseOrderId")(s), _order),
)
