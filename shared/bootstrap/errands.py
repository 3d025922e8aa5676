"""Errands to carts, built on first use: where they are kept, and who hears what leads to them."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.clock import now
from shared.customers.link_store import DynamoDbLinks
from shared.errands.noticing import CustomerNews, OrderNews
from shared.errands.store import DynamoDbErrands
from shared.ledger.document_index import DynamoDbDocumentIndex
from shared.settings import LedgerSettings, OrdersSettings


@cache
def errands() -> DynamoDbErrands:
    """The process's one keeper of errands."""
    return DynamoDbErrands(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


def customer_news() -> CustomerNews:
    """What hears of changed customers."""
    links = DynamoDbLinks(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
    return CustomerNews(links, errands(), now)


def order_news() -> OrderNews:
    """What hears of invoices that were made or paid."""
    table = LedgerSettings.from_environment().LEDGER_TABLE
    return OrderNews(DynamoDbDocumentIndex(aws.dynamodb(), table), errands(), now)
