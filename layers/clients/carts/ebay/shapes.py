"""What eBay's documents look like: orders of the Fulfillment API, pages of them, notifications."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Reading
from carts.documents import Node
from carts.ebay import webhooks
from carts.ebay.models import remitted_total
from carts.ebay.readings import ORDER_TOPIC, page_orders, read
from carts.shapes import Kind, Seen, Shape, Source, has, settlement, without_lines
from commerce.money import MoneyError


def _page(source: Source) -> Iterator[Seen]:
    for node in page_orders(source.node()):
        node.problems.clear()
        yield _order(node, source.store)


def _order(node: Node, store: str) -> Seen:
    try:
        reading = read(node, store, ORDER_TOPIC)
    except MoneyError:
        node.refuse("", "an order whose sums can be believed")
        reading = Reading(None, tuple(node.problems))
    order = reading.facts.order if reading.facts else None
    tax = remitted_total(node, order.currency) if order else None
    is_inside = order is not None and any(t.collected_by == "marketplace" for t in order.all_taxes)
    return Seen(
        Kind.ORDER,
        node.place,
        reading,
        order_id=node.text("orderId"),
        is_numbered=False,
        outside_tax=None if is_inside else tax,
    )


def _notification(source: Source) -> Iterator[Seen]:
    delivery = webhooks.describe(source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


SHAPES = (
    Shape(Kind.PAYOUT, has("transactions"), settlement("ebay")),
    Shape(Kind.NOTIFICATION, lambda s: has("metadata")(s) or has("notification")(s), _notification),
    Shape(Kind.PAGE, lambda s: isinstance(s.member("orders"), list), _page),
    Shape(
        Kind.ORDER,
        lambda s: has("orderId")(s) or has("lineItems")(s),
        lambda s: iter([_order(s.node(), s.store)]),
    ),
    Shape(Kind.PAYOUT, has("payouts"), without_lines("payouts")),
    Shape(Kind.PAYOUT, has("payoutStatus"), without_lines()),
)
