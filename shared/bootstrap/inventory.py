"""Stock, built on first use: what compares it, carries it either way, and moves it on demand."""

from __future__ import annotations

import secrets
from functools import cache

from shared.bootstrap import aws, tenants
from shared.bootstrap.background import background_reads
from shared.bootstrap.books import reads
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.item_links import item_links
from shared.bootstrap.ledger import applier, applier_by_hand, ledger
from shared.bootstrap.order_books import bundles, costs
from shared.bootstrap.reviews import reviews
from shared.bundles.register import OrderBundles
from shared.customers.access import StoreClients
from shared.intake.levels import DynamoDbHeardLevels
from shared.inventory.articles import Articles
from shared.inventory.counts import DynamoDbCounts
from shared.inventory.feeds import DynamoDbFeeds
from shared.inventory.inward import InwardParts, InwardStock
from shared.inventory.movement_plans import MovementPlans
from shared.inventory.movements import DynamoDbMovements
from shared.inventory.moving import Mover, MoverParts
from shared.inventory.on_the_way import OrdersOnTheWay
from shared.inventory.outward import OutwardStock
from shared.inventory.proving import WORTH_READER, StockProver, StockProverParts
from shared.inventory.reading import Warehouses
from shared.inventory.sync import STOCK_READER, StockSync, StockSyncParts
from shared.inventory.worth_store import DynamoDbWorths
from shared.polling.checkpoints import DynamoDbCheckpoints
from shared.settings import OrdersSettings, StoreSecretSettings, TenantSettings


@cache
def stock_sync() -> StockSync:
    """The process's one syncer of stock."""
    prefix = StoreSecretSettings.from_environment().STORE_SECRET_PREFIX
    warehouses, articles = Warehouses(reads, now), Articles(item_links(), reads, bundles())
    on_the_way = OrdersOnTheWay(facts_store(), ledger(), reviews(), OrderBundles(bundles()), now)
    orders_table = OrdersSettings.from_environment().ORDERS_TABLE
    feeds = DynamoDbFeeds(aws.dynamodb(), orders_table)
    return StockSync(
        StockSyncParts(
            checkpoints=DynamoDbCheckpoints(
                aws.dynamodb(),
                TenantSettings.from_environment().TENANTS_TABLE,
                owner=secrets.token_hex(8),
                reader=STOCK_READER,
            ),
            outward=OutwardStock(warehouses, articles, on_the_way, feeds, clock=now),
            inward=InwardStock(
                InwardParts(
                    counts=DynamoDbCounts(aws.dynamodb(), orders_table),
                    warehouses=warehouses,
                    articles=articles,
                    ledger=ledger(),
                    applier_of=applier,
                    clock=now,
                )
            ),
            background=background_reads(),
            reviews=reviews(),
            client_of=StoreClients(tenants.secrets(), prefix).client,
            clock=now,
            heard=DynamoDbHeardLevels(aws.dynamodb(), orders_table),
        )
    )


@cache
def stock_prover() -> StockProver:
    """The process's one prover that stock is worth what the ledger says."""
    return StockProver(
        StockProverParts(
            reads_of=reads,
            checkpoints=DynamoDbCheckpoints(
                aws.dynamodb(),
                TenantSettings.from_environment().TENANTS_TABLE,
                owner=secrets.token_hex(8),
                reader=WORTH_READER,
            ),
            background=background_reads(),
            reviews=reviews(),
            worths=DynamoDbWorths(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE),
            clock=now,
        )
    )


@cache
def mover() -> Mover:
    """The process's one mover of stock by a person's order."""
    orders_table = OrdersSettings.from_environment().ORDERS_TABLE
    return Mover(
        MoverParts(
            movements=DynamoDbMovements(aws.dynamodb(), orders_table),
            plans=MovementPlans(Articles(item_links(), reads, bundles()), reads, costs(), now),
            ledger=ledger(),
            applier_of=applier_by_hand,
            reviews=reviews(),
            clock=now,
        )
    )
