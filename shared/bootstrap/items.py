"""Items, built on first use: what keeps them, and what lets waiting orders go."""

from __future__ import annotations

import secrets
from functools import cache

from shared.bootstrap import aws, tenants
from shared.bootstrap.books import reads, records
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.item_links import item_links, item_news
from shared.bootstrap.order_books import bundles, costs
from shared.bootstrap.reviews import reviews
from shared.bundles.register import OrderBundles
from shared.costs.noting import CostNoter
from shared.customers.access import StoreClients
from shared.customers.lanes import SqsOrderLanes
from shared.intake.cart_events import SqsCartEvents
from shared.items.bundling import Bundling
from shared.items.keeping import ItemKeeper, KeeperParts
from shared.items.sync import LOOKS_READER, PRODUCTS_READER, ItemSync, ItemSyncParts
from shared.items.waiting import WaitingOrders
from shared.items.watching import ItemWatch
from shared.polling.checkpoints import DynamoDbCheckpoints
from shared.releasing.fixes import DynamoDbFixes
from shared.releasing.resend import Resender
from shared.settings import (
    CartEventsSettings,
    LaneSettings,
    OrdersSettings,
    StoreSecretSettings,
    TenantSettings,
)


@cache
def item_sync() -> ItemSync:
    """The process's one syncer of items."""
    prefix = StoreSecretSettings.from_environment().STORE_SECRET_PREFIX
    table = TenantSettings.from_environment().TENANTS_TABLE
    orders = OrdersSettings.from_environment().ORDERS_TABLE
    owner = secrets.token_hex(8)

    def kept(reader: str) -> DynamoDbCheckpoints:
        return DynamoDbCheckpoints(aws.dynamodb(), table, owner=owner, reader=reader)

    return ItemSync(
        ItemSyncParts(
            checkpoints=kept(PRODUCTS_READER),
            looks=kept(LOOKS_READER),
            keeper=ItemKeeper(
                KeeperParts(links=item_links(), reads_of=reads, records_of=records, clock=now)
            ),
            watch=ItemWatch(item_links(), reads),
            news=item_news(),
            links=item_links(),
            waiting=WaitingOrders(facts_store(), _resender(), OrderBundles(bundles())),
            reviews=reviews(),
            client_of=StoreClients(tenants.secrets(), prefix).client,
            costs=CostNoter(costs(), DynamoDbFixes(aws.dynamodb(), orders), now),
            bundling=Bundling(bundles(), item_links(), now),
            clock=now,
        )
    )


def _resender() -> Resender:
    lanes = LaneSettings.from_environment().ORDER_POSTINGS_QUEUE_URL
    events = CartEventsSettings.from_environment().CART_EVENTS_QUEUE_URL
    return Resender(
        facts=facts_store(),
        tenant_of=tenants.tenants().tenant,
        lanes=SqsOrderLanes(aws.sqs(), lanes),
        events=SqsCartEvents(aws.sqs(), events),
        clock=now,
    )
