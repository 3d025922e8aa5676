"""The store of review records, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.reviews.records import DynamoDbReviews
from shared.settings import OrdersSettings


@cache
def reviews() -> DynamoDbReviews:
    """The process's one store of review records."""
    return DynamoDbReviews(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
