"""Polling of carts, built on first use."""

from __future__ import annotations

import secrets
from functools import cache

from shared.bootstrap import aws, tenants
from shared.bootstrap.clock import now
from shared.customers.access import StoreClients
from shared.intake.cart_events import SqsCartEvents
from shared.polling.backfill import Backfill, BackfillParts
from shared.polling.checkpoints import ORDERS_READER, DynamoDbCheckpoints
from shared.polling.poller import Poller
from shared.polling.schedule import Pollers
from shared.settings import CartEventsSettings, StoreSecretSettings, TenantSettings


@cache
def pollers() -> Pollers:
    """The process's poller, and its way to read the past once more."""
    queue_url = CartEventsSettings.from_environment().CART_EVENTS_QUEUE_URL
    prefix = StoreSecretSettings.from_environment().STORE_SECRET_PREFIX
    table = TenantSettings.from_environment().TENANTS_TABLE
    owner = secrets.token_hex(8)
    events = SqsCartEvents(aws.sqs(), queue_url)
    client_of = StoreClients(tenants.secrets(), prefix).client

    def kept(reader: str) -> DynamoDbCheckpoints:
        return DynamoDbCheckpoints(aws.dynamodb(), table, owner=owner, reader=reader)

    return Pollers(
        poller=Poller(
            checkpoints=kept(ORDERS_READER), events=events, client_of=client_of, clock=now
        ),
        backfill=Backfill(
            BackfillParts(
                turns=kept(ORDERS_READER),
                progress_of=kept,
                events=events,
                client_of=client_of,
                clock=now,
            )
        ),
        clock=now,
    )
