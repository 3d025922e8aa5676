"""Polling of carts, built on first use."""

from __future__ import annotations

import secrets
from functools import cache

from shared.bootstrap import aws, tenants
from shared.bootstrap.clock import now
from shared.customers.access import StoreClients
from shared.intake.cart_events import SqsCartEvents
from shared.polling.checkpoints import DynamoDbCheckpoints
from shared.polling.poller import Poller
from shared.settings import CartEventsSettings, StoreSecretSettings, TenantSettings


@cache
def poller() -> Poller:
    """The process's one poller."""
    queue_url = CartEventsSettings.from_environment().CART_EVENTS_QUEUE_URL
    prefix = StoreSecretSettings.from_environment().STORE_SECRET_PREFIX
    return Poller(
        checkpoints=DynamoDbCheckpoints(
            aws.dynamodb(),
            TenantSettings.from_environment().TENANTS_TABLE,
            owner=secrets.token_hex(8),
        ),
        events=SqsCartEvents(aws.sqs(), queue_url),
        client_of=StoreClients(tenants.secrets(), prefix).client,
        clock=now,
    )
