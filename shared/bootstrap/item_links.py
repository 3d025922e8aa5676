"""Item links, built on first use; apart from `items`, since posting needs no more of them."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.items.link_store import DynamoDbItemLinks
from shared.items.linked import LinkedItems
from shared.items.news import DynamoDbItemNews
from shared.settings import OrdersSettings


@cache
def item_links() -> DynamoDbItemLinks:
    """The process's one keeper of item links."""
    return DynamoDbItemLinks(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


@cache
def item_news() -> DynamoDbItemNews:
    """The process's one keeper of what changed of items in Sage."""
    return DynamoDbItemNews(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


@cache
def linked_items() -> LinkedItems:
    """What tells posting the items of an order's articles."""
    return LinkedItems(item_links())
