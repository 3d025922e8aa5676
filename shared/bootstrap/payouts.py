"""Payouts, built on first use: what keeps them, what polls for them and what books them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache

from shared.bootstrap import aws, books, tenants
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.gl import day_book, payout_days
from shared.bootstrap.gl_export import sage_side
from shared.bootstrap.ledger import applier, ledger
from shared.bootstrap.order_books import order_books
from shared.bootstrap.posting import closed_periods
from shared.bootstrap.reviews import reviews
from shared.customers.access import StoreClients
from shared.payouts.booking import BookerParts, PayoutBooker
from shared.payouts.keeping import Keeper
from shared.payouts.member_orders import MemberOrders
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.polling import PAYOUTS_READER, PayoutPoller, PayoutPollerParts
from shared.payouts.store import DynamoDbPayouts, PayoutKey
from shared.payouts.summing import PayoutSummer, SummerParts
from shared.payouts.valuing import Valuer
from shared.polling.checkpoints import DynamoDbCheckpoints
from shared.postings.planner import plan
from shared.settings import OrdersSettings, StoreSecretSettings, TenantSettings


@cache
def payouts() -> DynamoDbPayouts:
    """The process's one keeper of payouts."""
    return DynamoDbPayouts(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


@cache
def _clients() -> StoreClients:
    prefix = StoreSecretSettings.from_environment().STORE_SECRET_PREFIX
    return StoreClients(tenants.secrets(), prefix)


@cache
def _checkpoints() -> DynamoDbCheckpoints:
    table = TenantSettings.from_environment().TENANTS_TABLE
    return DynamoDbCheckpoints(
        aws.dynamodb(), table, owner=secrets.token_hex(8), reader=PAYOUTS_READER
    )


def payout_poller(on_held: Callable[[PayoutKey], None]) -> PayoutPoller:
    """What polls for payouts; `on_held` is told of each that must wait for a person."""
    return PayoutPoller(
        PayoutPollerParts(
            checkpoints=_checkpoints(),
            keeper=Keeper(payouts(), reviews(), now, on_held),
            reviews=reviews(),
            client_of=_clients().client,
            clock=now,
        )
    )


def _summer() -> PayoutSummer:
    orders = MemberOrders(facts_store(), ledger(), payout_days(), order_books(), plan)
    return PayoutSummer(
        SummerParts(
            days=day_book(),
            payout_days=payout_days(),
            orders=orders,
            ledger=ledger(),
            applier_of=applier,
            sage_side_of=sage_side,
            clock=now,
        )
    )


def payout_booker(on_failure: Callable[[PayoutKey, Exception], None]) -> PayoutBooker:
    """What books payouts; `on_failure` is told of one whose booking broke off."""
    return PayoutBooker(
        BookerParts(
            payouts=payouts(),
            ledger=ledger(),
            reviews=reviews(),
            orders=OrderMoneyReader(
                facts=facts_store(),
                ledger=ledger(),
                books=order_books(),
                plan=plan,
            ),
            applier_of=applier,
            clock=now,
            on_failure=on_failure,
            closed=closed_periods(),
            valuer=Valuer(facts_store(), ledger(), books.reads),
            summaries=_summer(),
        )
    )
