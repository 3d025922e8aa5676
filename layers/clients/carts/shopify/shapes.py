"""What Shopify's documents look like: REST resources, pages of GraphQL, deliveries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from carts.adapter import Code, Headers, Problem, Reading
from carts.documents import Node
from carts.shapes import (
    Kind,
    Seen,
    Shape,
    Source,
    has,
    one_reading,
    settlement,
    stated,
    without_lines,
)
from carts.shopify import graphql, webhooks
from carts.shopify.adapter import ADAPTER
from carts.shopify.readings import order_reading
from commerce.money import MoneyError


def _topic(topic: str) -> Any:
    return lambda source: ADAPTER.read(source.store, topic, source.document)


def _page(source: Source) -> Iterator[Seen]:
    orders = source.member("data", "orders")
    edges, nodes = orders.get("edges"), orders.get("nodes")
    listed = nodes if isinstance(nodes, list) else edges if isinstance(edges, list) else []
    name = "nodes" if isinstance(nodes, list) else "edges"
    for index, entry in enumerate(listed):
        node = entry.get("node") if name == "edges" and isinstance(entry, dict) else entry
        yield _polled(node, source.store, f"data.orders.{name}[{index}]")


def _single(source: Source) -> Iterator[Seen]:
    yield _polled(source.member("data", "order"), source.store, "data.order")


def _polled(node: Any, store: str, place: str) -> Seen:
    """An order of GraphQL, in the shape of the REST resource as the client puts it."""
    order_id = stated(node, "legacyResourceId")
    try:
        reading = order_reading(Node(graphql.order_to_rest(node), place, []), store)
    except (graphql.TruncatedError, MoneyError) as exc:
        reading = Reading(None, (Problem(Code.PAYLOAD_INVALID, place, str(exc)),))
    except (AttributeError, KeyError, TypeError):
        problem = Problem(Code.PAYLOAD_INVALID, place, "is not an order of the GraphQL Admin API")
        reading = Reading(None, (problem,))
    return Seen(Kind.ORDER, place, reading, order_id=order_id)


def _answer(name: str, kind: Kind, topic: str, order_id: str) -> Callable[[Source], Iterator[Seen]]:
    """What REST answers: one resource in a member of its name, or a list in the plural of it."""

    def seen(source: Source) -> Iterator[Seen]:
        one = source.member(name)
        listed = [one] if one is not None else source.member(f"{name}s")
        for index, entry in enumerate(listed):
            place = name if one is not None else f"{name}s[{index}]"
            reading = ADAPTER.read(source.store, topic, entry)
            yield Seen(kind, place, reading, order_id=stated(entry, order_id))

    return seen


def _is_answer(name: str, *marks: str) -> Callable[[Source], bool]:
    """Whether that is all there is: the resource with those members, or a list of such."""

    def fits(source: Source) -> bool:
        members = source.document if isinstance(source.document, dict) else {}
        listed = members.get(f"{name}s", [members.get(name)])
        return (
            len(members) == 1
            and isinstance(listed, list)
            and bool(listed)
            and all(isinstance(each, dict) and set(marks) <= set(each) for each in listed)
        )

    return fits


def _edit(source: Source) -> Iterator[Seen]:
    headers = Headers({"X-Shopify-Topic": webhooks.EDIT_TOPIC})
    delivery = webhooks.describe(headers, source.body, source.document)
    yield Seen(Kind.NOTIFICATION, delivery=delivery)


def _is_settlement(source: Source) -> bool:
    """Whether these are balance transactions; refunds and orders list transactions, too."""
    others = (source.member("refund_line_items"), source.member("line_items"))
    return isinstance(source.member("transactions"), list) and others == (None, None)


SHAPES = (
    Shape(Kind.PAGE, lambda s: isinstance(s.member("data", "orders"), dict), _page),
    Shape(Kind.ORDER, has("data", "order"), _single),
    Shape(Kind.NOTIFICATION, has("order_edit"), _edit),
    Shape(
        Kind.ORDER,
        _is_answer("order", "line_items"),
        _answer("order", Kind.ORDER, "orders/updated", "id"),
    ),
    Shape(
        Kind.REFUND,
        _is_answer("refund", "refund_line_items"),
        _answer("refund", Kind.REFUND, webhooks.REFUND_TOPIC, "order_id"),
    ),
    Shape(
        Kind.PAYMENT,
        _is_answer("transaction", "kind", "gateway"),
        _answer("transaction", Kind.PAYMENT, webhooks.TRANSACTION_TOPIC, "order_id"),
    ),
    Shape(Kind.PAYOUT, _is_settlement, settlement("shopify", "payout_transactions")),
    Shape(
        Kind.REFUND,
        has("refund_line_items"),
        one_reading(Kind.REFUND, _topic(webhooks.REFUND_TOPIC), "order_id"),
    ),
    Shape(
        Kind.PAYMENT,
        lambda s: has("kind")(s) and has("gateway")(s) and has("order_id")(s),
        one_reading(Kind.PAYMENT, _topic(webhooks.TRANSACTION_TOPIC), "order_id"),
    ),
    Shape(
        Kind.ORDER,
        has("line_items"),
        one_reading(Kind.ORDER, _topic("orders/updated"), "id"),
    ),
    Shape(Kind.PAYOUT, has("payouts"), without_lines("payouts")),
    Shape(Kind.PAYOUT, has("payout"), without_lines("payout")),
)
