"""The day books of summary channels and the events of payouts, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.gl.payout_days_store import DynamoDbPayoutDays
from shared.gl.store import DynamoDbDayBook
from shared.settings import OrdersSettings


@cache
def day_book() -> DynamoDbDayBook:
    """The process's one keeper of day books."""
    return DynamoDbDayBook(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


@cache
def payout_days() -> DynamoDbPayoutDays:
    """The process's one keeper of the events that payouts took."""
    return DynamoDbPayoutDays(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
