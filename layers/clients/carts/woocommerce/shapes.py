"""What WooCommerce's documents look like: orders, lists of them or of refunds, deletions."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Headers, Reading
from carts.documents import NO_CURRENCY, Node
from carts.shapes import Kind, Seen, Shape, Source, has, settlement, stated
from carts.woocommerce import webhooks
from carts.woocommerce.adapter import ADAPTER
from carts.woocommerce.orders import stated_refunds
from carts.woocommerce.readings import refunds_reading
from commerce.money import MoneyError

_TOPIC = "order.updated"


def _entries(source: Source) -> list[object]:
    return source.document if isinstance(source.document, list) else []


def _is_refund(entry: object) -> bool:
    return isinstance(entry, dict) and "parent_id" in entry and "amount" in entry


def _order(source: Source) -> Iterator[Seen]:
    yield _one_order(source.document, source.store, "")


def _orders(source: Source) -> Iterator[Seen]:
    for index, entry in enumerate(_entries(source)):
        yield _one_order(entry, source.store, f"[{index}]")


def _one_order(document: object, store: str, place: str) -> Seen:
    """The refunds of an order are told by amount alone; their lines are another document's."""
    reading = ADAPTER.read(store, _TOPIC, document)
    order = reading.facts.order if reading.facts else None
    return Seen(
        Kind.ORDER,
        place,
        reading,
        order_id=stated(document, "id"),
        refunded=stated_refunds(Node(document, "", []), order.currency) if order else {},
    )


def _refunds(source: Source) -> Iterator[Seen]:
    """Refunds state no currency: it is that of their order."""
    entries = _entries(source) or [source.document]
    for index, entry in enumerate(entries):
        order_id = stated(entry, "parent_id")
        yield Seen(Kind.REFUND, f"[{index}]", _refund(entry, source), order_id=order_id)


def _refund(entry: object, source: Source) -> Reading:
    try:
        return refunds_reading([entry], source.store, source.currency or NO_CURRENCY)
    except MoneyError:
        node = Node({}, "", [])
        node.refuse("amount", "believable with its lines")
        return Reading(None, tuple(node.problems))


def _deletion(source: Source) -> Iterator[Seen]:
    headers = Headers({"X-WC-Webhook-Topic": webhooks.DELETION_TOPIC})
    delivery = webhooks.describe(headers, source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


SHAPES = (
    Shape(Kind.REFUND, lambda s: bool(_entries(s)) and _is_refund(_entries(s)[0]), _refunds),
    Shape(Kind.PAGE, lambda s: isinstance(s.document, list), _orders),
    Shape(Kind.REFUND, lambda s: _is_refund(s.document), _refunds),
    Shape(Kind.ORDER, lambda s: has("line_items")(s) or has("currency")(s), _order),
    Shape(
        Kind.NOTIFICATION,
        lambda s: isinstance(s.document, dict) and set(s.document) <= {"id"},
        _deletion,
    ),
    Shape(Kind.PAYOUT, has("meta_data"), settlement("woocommerce", "gateway_fee")),
)
