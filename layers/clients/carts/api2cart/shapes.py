"""What API2Cart's documents look like: envelopes with one order or a list, and deliveries."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Headers, Reading
from carts.api2cart import webhooks
from carts.api2cart.adapter import ADAPTER
from carts.api2cart.models import child, children
from carts.api2cart.readings import ORDER_TOPIC, page_orders, read
from carts.documents import Node
from carts.shapes import Kind, Seen, Shape, Source, has
from commerce.money import MoneyError


def _is_list(source: Source) -> bool:
    result = child(source.node(), "result")
    return result is not None and any(True for _ in children(result, "order"))


def _page(source: Source) -> Iterator[Seen]:
    for node in page_orders(source.node()):
        order_id = _order_id(node)
        node.problems.clear()
        try:
            reading = read(node, source.store, ORDER_TOPIC)
        except MoneyError:
            node.refuse("totals", "amounts whose sums can be believed")
            reading = Reading(None, tuple(node.problems))
        yield Seen(Kind.ORDER, node.place, reading, order_id=order_id)


def _order(source: Source) -> Iterator[Seen]:
    node = source.node()
    inner = child(node, "result") if has("return_code")(source) else node
    reading = ADAPTER.read(source.store, ORDER_TOPIC, source.document)
    yield Seen(Kind.ORDER, reading=reading, order_id=_order_id(inner) if inner else "")


def _order_id(node: Node) -> str:
    """The order's `id`, or `order_id` where that is empty."""
    return node.text("id") or node.text("order_id")


def _delivery(source: Source) -> Iterator[Seen]:
    entity, action = source.headers.get("X-Webhook-Entity"), source.headers.get("X-Webhook-Action")
    named = {"X-Webhook-Entity": entity or "order", "X-Webhook-Action": action or "update"}
    delivery = webhooks.describe(Headers(named), source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


SHAPES = (
    Shape(Kind.PAGE, lambda s: has("return_code")(s) and _is_list(s), _page),
    Shape(
        Kind.ORDER,
        lambda s: any(has(name)(s) for name in ("return_code", "order_products", "totals")),
        _order,
    ),
    Shape(Kind.NOTIFICATION, lambda s: has("id")(s) or has("order_id")(s), _delivery),
)
