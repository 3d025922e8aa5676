"""Syncing of cart events, built on first use."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.books import reads, records
from shared.bootstrap.facts import facts_store
from shared.bootstrap.ledger import applier, ledger
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import secrets, tenants
from shared.customers.access import StoreClients
from shared.customers.choosing import CustomerChooser
from shared.customers.following import Follower
from shared.customers.keeping import CustomerKeeper
from shared.customers.lanes import SqsOrderLanes
from shared.customers.link_store import DynamoDbLinks
from shared.customers.reading import EventReader
from shared.customers.sync import CustomerSync, SyncParts
from shared.intake.archive import S3Archive
from shared.settings import (
    LaneSettings,
    OrdersSettings,
    RawEventsSettings,
    StoreSecretSettings,
)


@cache
def store_clients() -> StoreClients:
    """The process's clients of the stores' APIs."""
    return StoreClients(secrets(), StoreSecretSettings.from_environment().STORE_SECRET_PREFIX)


def customer_chooser() -> CustomerChooser:
    """What chooses customers and makes sure of them."""
    return CustomerChooser(
        CustomerKeeper(ledger(), applier),
        DynamoDbLinks(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE),
        Follower(reads, records),
        reads,
        clock=lambda: datetime.now(UTC),
    )


@cache
def customer_sync() -> CustomerSync:
    """The process's one sync of cart events."""
    archive = S3Archive(aws.s3(), RawEventsSettings.from_environment().RAW_EVENTS_BUCKET)
    queue_url = LaneSettings.from_environment().ORDER_POSTINGS_QUEUE_URL
    return CustomerSync(
        SyncParts(
            tenant_of=tenants().tenant,
            reader=EventReader(archive, store_clients().client),
            facts=facts_store(),
            reviews=reviews(),
            customers=customer_chooser(),
            lanes=SqsOrderLanes(aws.sqs(), queue_url),
            clock=lambda: datetime.now(UTC),
        )
    )
