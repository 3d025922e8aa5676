"""An order that GraphQL tells is the order that was delivered."""

from __future__ import annotations

from carts.documents import Node, parse
from carts.shopify.graphql import order_to_rest
from carts.shopify.readings import order_reading
from commerce.identity import order_breaches, order_sums, refund_breaches
from commerce.money import Money
from tests.unit.carts.shopify_readings import Sample, expected, facts_of, order_of, read


def test_an_order_polled_by_graphql_is_the_order_that_was_delivered(sample: Sample) -> None:
    wanted = expected(sample, "graphql_orders_page")
    page = parse(sample("graphql_orders_page.json"))
    node = page["data"]["orders"]["edges"][0]["node"]

    polled = facts_of(order_reading(Node(order_to_rest(node), "", []), "shop"))

    delivered = order_of(read(parse(sample("orders_paid.json"))))
    order = polled.order
    assert order is not None
    assert (order.ref, order.placed_at) == (delivered.ref, delivered.placed_at)
    assert order_sums(order) == order_sums(delivered)
    assert order_breaches(order) == []
    assert order.total.plain() == wanted["total"]
    assert polled.refunds[0].paid.plain() == wanted["refunded_total"]
    assert refund_breaches(polled.refunds[0]) == []
    assert order.captured == Money.of("117.97", "USD")
    assert [p.ref.id for p in polled.payments] == ["7200000002001"]
