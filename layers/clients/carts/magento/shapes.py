"""What Magento's documents look like: REST entities, their pages, events and hooks of Adobe's.

Amounts are told as the buyer saw them: a document by itself belongs to no store whose policy would
choose the other side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carts.adapter import Headers, Reading
from carts.documents import Node
from carts.magento import webhooks
from carts.magento.readings import credit_memo_reading, whole_order
from carts.shapes import Kind, Seen, Shape, Source, has, stated
from commerce.money import MoneyError

_MEMO = ("creditmemo_status", "adjustment_positive", "adjustment_negative")


def _items(source: Source) -> list[Any]:
    listed = source.member("items")
    return listed if isinstance(listed, list) else []


def _is_memo(entity: Any) -> bool:
    return isinstance(entity, dict) and "order_id" in entity and any(n in entity for n in _MEMO)


def _order(entity: Any, store: str, place: str) -> Seen:
    node = Node(entity, place, [])
    try:
        reading = whole_order(node, store, is_presented=True)
    except MoneyError:
        node.refuse("", "an order whose sums can be believed")
        reading = Reading(None, tuple(node.problems))
    return Seen(Kind.ORDER, place, reading, order_id=stated(entity, "entity_id"))


def _memo(entity: Any, store: str, place: str) -> Seen:
    node = Node(entity, place, [])
    try:
        reading = credit_memo_reading(node, store, is_presented=True)
    except MoneyError:
        node.refuse("", "a credit memo whose sums can be believed")
        reading = Reading(None, tuple(node.problems))
    return Seen(Kind.REFUND, place, reading, order_id=stated(entity, "order_id"))


def _page(source: Source) -> Iterator[Seen]:
    for index, entity in enumerate(_items(source)):
        read = _memo if _is_memo(entity) else _order
        yield read(entity, source.store, f"items[{index}]")


def _event(source: Source) -> Iterator[Seen]:
    number = stated(source.member("data", "value"), "increment_id")
    delivery = webhooks.describe(source.headers, source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery, number=number)


def _hook(source: Source) -> Iterator[Seen]:
    headers = Headers({"x-adobe-commerce-webhook-signature": "-"})
    delivery = webhooks.describe(headers, source.body, source.document)
    number = stated(source.member("order"), "increment_id")
    yield Seen(Kind.NOTIFICATION, delivery=delivery, number=number)


SHAPES = (
    Shape(Kind.NOTIFICATION, lambda s: has("data", "value")(s) and has("type")(s), _event),
    Shape(Kind.NOTIFICATION, lambda s: isinstance(s.member("order"), dict), _hook),
    Shape(Kind.PAGE, lambda s: has("search_criteria")(s) or has("total_count")(s), _page),
    Shape(
        Kind.REFUND,
        lambda s: _is_memo(s.document),
        lambda s: iter([_memo(s.document, s.store, "")]),
    ),
    Shape(
        Kind.ORDER,
        lambda s: has("increment_id")(s) or has("grand_total")(s),
        lambda s: iter([_order(s.document, s.store, "")]),
    ),
)
