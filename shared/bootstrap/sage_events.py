"""What Sage itself tells of changes, built on first use: taking webhooks in, keeping hints."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.clock import now
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import secrets, tenants
from shared.changes.hint_store import DynamoDbHints
from shared.changes.taking import SageEvents
from shared.settings import EventSecretSettings, OrdersSettings


@cache
def hints() -> DynamoDbHints:
    """The process's one keeper of hints."""
    return DynamoDbHints(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


@cache
def sage_events() -> SageEvents:
    """The process's one taker of Sage's webhooks."""
    return SageEvents(
        directory=tenants(),
        secrets=secrets(),
        secret_prefix=EventSecretSettings.from_environment().INTACCT_EVENTS_SECRET_PREFIX,
        hints=hints(),
        reviews=reviews,
        clock=now,
    )
