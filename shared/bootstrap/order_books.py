"""What chooses an order's book, built on first use: versions, items, cards, costs, bundles."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.cards import card_book
from shared.bootstrap.gl import day_book
from shared.bootstrap.item_links import linked_items
from shared.bootstrap.tenants import tenants
from shared.bundles.register import OrderBundles
from shared.bundles.store import DynamoDbBundles
from shared.costs.register import OrderCosts
from shared.costs.store import DynamoDbCosts
from shared.posting.versions import OrderBooks
from shared.settings import OrdersSettings


@cache
def costs() -> DynamoDbCosts:
    """The process's one register of unit costs."""
    return DynamoDbCosts(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


@cache
def bundles() -> DynamoDbBundles:
    """The process's one register of bundles."""
    return DynamoDbBundles(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


def order_books(*, notes: bool = False) -> OrderBooks:
    """What chooses books; `notes` keeps new uses of gift cards, as posting must."""
    return OrderBooks(
        tenants().tenant_under,
        day_book(),
        linked_items(),
        card_book(notes=notes),
        OrderCosts(costs()),
        OrderBundles(bundles()),
    )
