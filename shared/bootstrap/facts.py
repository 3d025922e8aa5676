"""The store of order facts, built on first use."""

from __future__ import annotations

import secrets
from functools import cache

from shared.bootstrap import aws
from shared.facts.store import DynamoDbFactsStore
from shared.settings import OrdersSettings


@cache
def facts_store() -> DynamoDbFactsStore:
    """The process's one store of order facts."""
    settings = OrdersSettings.from_environment()
    return DynamoDbFactsStore(
        aws.dynamodb(), settings.ORDERS_TABLE, new_id=lambda: secrets.token_hex(8)
    )
