"""What BigCommerce's documents look like: deliveries, orders with their parts, pages of orders."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Reading
from carts.bigcommerce import webhooks
from carts.bigcommerce.adapter import ADAPTER
from carts.bigcommerce.readings import ORDER_TOPIC
from carts.documents import MOST_MEMBERS
from carts.shapes import Kind, Seen, Shape, Source, has, stated


def _delivery(source: Source) -> Iterator[Seen]:
    delivery = webhooks.describe(source.headers, source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


def _order(source: Source) -> Iterator[Seen]:
    reading = ADAPTER.read(source.store, ORDER_TOPIC, source.document)
    order_id = stated(source.member("order"), "id")
    yield Seen(Kind.ORDER, reading=reading, order_id=order_id)


def _page(source: Source) -> Iterator[Seen]:
    """Orders of a list, which come without their products: each asks to be fetched."""
    for index, entry in enumerate(source.document[:MOST_MEMBERS]):
        order_id = stated(entry, "id")
        reading = Reading(None, needs_fetch=True)
        yield Seen(Kind.ORDER, f"[{index}]", reading, order_id=order_id)


def _bare(source: Source) -> Iterator[Seen]:
    reading = Reading(None, needs_fetch=True)
    yield Seen(Kind.ORDER, reading=reading, order_id=stated(source.document, "id"))


def _is_page(source: Source) -> bool:
    listed = source.document
    return isinstance(listed, list) and all(
        isinstance(each, dict) and "date_modified" in each for each in listed
    )


SHAPES = (
    Shape(Kind.NOTIFICATION, has("scope"), _delivery),
    Shape(Kind.ORDER, lambda s: has("order")(s) and has("products")(s), _order),
    Shape(Kind.ORDER, lambda s: has("date_modified")(s) and has("status_id")(s), _bare),
    Shape(Kind.PAGE, _is_page, _page),
)
