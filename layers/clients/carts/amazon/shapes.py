"""What Amazon's documents look like: orders of 2026-01-01, their pages, messages of a queue."""

from __future__ import annotations

from collections.abc import Iterator

from carts.adapter import Code, Problem, Reading
from carts.amazon import notifications
from carts.amazon.adapter import ADAPTER
from carts.amazon.readings import ORDER_TOPIC, page_orders, read
from carts.documents import DocumentError, parse
from carts.shapes import Kind, Seen, Shape, Source, has, settlement, stated, without_lines
from commerce.money import MoneyError

_GROUPS = ("payload", "FinancialEventGroupList")


def _page(source: Source) -> Iterator[Seen]:
    for node in page_orders(source.node()):
        order_id = node.text("orderId")
        node.problems.clear()
        try:
            reading = read(node, source.store, ORDER_TOPIC)
        except MoneyError:
            node.refuse("proceeds", "amounts whose sums can be believed")
            reading = Reading(None, tuple(node.problems))
        yield Seen(Kind.ORDER, node.place, reading, order_id=order_id)


def _order(source: Source) -> Iterator[Seen]:
    inner = source.member("order") if has("order")(source) else source.document
    reading = ADAPTER.read(source.store, ORDER_TOPIC, source.document)
    yield Seen(Kind.ORDER, reading=reading, order_id=stated(inner, "orderId"))


def _notification(source: Source) -> Iterator[Seen]:
    delivery = notifications.describe(source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


def _messages(source: Source) -> Iterator[Seen]:
    """What a function is given by the queue: one message a record."""
    for record in source.node().nodes("Records"):
        body = record.text("body").encode()
        try:
            delivery = notifications.describe(body, parse(body))
        except DocumentError:
            record.refuse("body", "a notification in JSON")
            reading = Reading(None, tuple(record.problems))
            yield Seen(Kind.NOTIFICATION, record.place, reading)
        else:
            yield Seen(Kind.NOTIFICATION, record.place, delivery=delivery)


def _retired(source: Source) -> Iterator[Seen]:
    """Orders v0 and Finances v0: other members, other meanings of a line's price (§7.1)."""
    document = source.member("payload") or source.document
    message = "is of version v0, which Amazon ends: ask its API for orders of 2026-01-01"
    problem = Problem(Code.CONFIGURATION_MISSING, "document", message)
    order_id = stated(document, "AmazonOrderId")
    yield Seen(Kind.ORDER, reading=Reading(None, (problem,)), order_id=order_id)


def _is_retired(source: Source) -> bool:
    names = ("AmazonOrderId", "Orders", "OrderItems", "FinancialEvents")
    return any(has(*path, name)(source) for name in names for path in ((), ("payload",)))


SHAPES = (
    Shape(Kind.ORDER, _is_retired, _retired),
    Shape(
        Kind.PAYOUT,
        lambda s: has("transactions")(s) or has("payload", "transactions")(s),
        settlement("amazon", tells_refunds=True),
    ),
    Shape(
        Kind.NOTIFICATION,
        lambda s: has("NotificationType")(s) or has("detail", "NotificationType")(s),
        _notification,
    ),
    Shape(Kind.NOTIFICATION, has("Records"), _messages),
    Shape(Kind.PAGE, lambda s: isinstance(s.member("orders"), list), _page),
    Shape(Kind.ORDER, lambda s: has("order")(s) or has("orderId")(s), _order),
    Shape(Kind.PAYOUT, has(*_GROUPS), without_lines(*_GROUPS)),
)
