"""The day books of summary channels, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.gl.store import DynamoDbDayBook
from shared.settings import OrdersSettings


@cache
def day_book() -> DynamoDbDayBook:
    """The process's one keeper of day books."""
    return DynamoDbDayBook(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
