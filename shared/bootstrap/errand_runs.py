"""What runs errands to carts, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.books import reads
from shared.bootstrap.clock import now
from shared.bootstrap.errands import errands
from shared.bootstrap.facts import facts_store
from shared.bootstrap.ledger import ledger
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import secrets
from shared.customers.access import StoreClients
from shared.customers.link_store import DynamoDbLinks
from shared.errands.accounts import AccountCarrier, AccountParts
from shared.errands.orders import OrderParts, OrderTeller
from shared.settings import OrdersSettings, StoreSecretSettings


@cache
def store_clients() -> StoreClients:
    """The process's clients of the stores' APIs."""
    return StoreClients(secrets(), StoreSecretSettings.from_environment().STORE_SECRET_PREFIX)


@cache
def account_carrier() -> AccountCarrier:
    """What carries to accounts in carts what Sage owns of customers."""
    return AccountCarrier(
        AccountParts(
            errands=errands(),
            links=DynamoDbLinks(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE),
            reads_of=reads,
            client_of=store_clients().client,
            reviews=reviews(),
            clock=now,
        )
    )


@cache
def order_teller() -> OrderTeller:
    """What tells carts of their orders what Sage says of them."""
    return OrderTeller(
        OrderParts(
            errands=errands(),
            facts=facts_store(),
            ledger=ledger(),
            reads_of=reads,
            client_of=store_clients().client,
            reviews=reviews(),
            clock=now,
        )
    )
