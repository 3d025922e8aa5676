"""The daily proof, built on first use: its book, its sources, and what reads Sage for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.books import reads
from shared.bootstrap.clock import now
from shared.bootstrap.connections import call_records, calls
from shared.bootstrap.facts import facts_store
from shared.bootstrap.gl import day_book, payout_days
from shared.bootstrap.ledger import ledger
from shared.bootstrap.order_books import order_books
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import secrets, tenants
from shared.connections.calls import TRANSACTIONS
from shared.customers.access import StoreClients
from shared.drift.noticing import DriftKeeper
from shared.drift.proving import ProofFindings
from shared.drift.records import accepted
from shared.drift.store import DynamoDbDrifts
from shared.intake.cart_events import SqsCartEvents
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.store import DynamoDbPayouts
from shared.posting.versions import OrderBooks
from shared.postings.planner import plan
from shared.reconciliation.budget import PROOF, Budget
from shared.reconciliation.cart_lists import CartLists
from shared.reconciliation.day_proof import ProverParts
from shared.reconciliation.prove import Prover
from shared.reconciliation.refreshing import RefreshParts
from shared.reconciliation.sources import TableSources
from shared.reconciliation.store import DynamoDbProofBook
from shared.settings import (
    CartEventsSettings,
    LedgerSettings,
    OrdersSettings,
    ProofSettings,
    StoreSecretSettings,
)


@cache
def proof_book() -> DynamoDbProofBook:
    """The process's one proof book."""
    return DynamoDbProofBook(
        aws.dynamodb(),
        OrdersSettings.from_environment().ORDERS_TABLE,
        aws.s3(),
        ProofSettings.from_environment().PROOFS_BUCKET,
    )


@cache
def _sources() -> TableSources:
    return TableSources(
        aws.dynamodb(),
        orders=OrdersSettings.from_environment().ORDERS_TABLE,
        ledger_table=LedgerSettings.from_environment().LEDGER_TABLE,
        facts=facts_store(),
        ledger=ledger(),
        days=day_book(),
    )


def refresh_parts() -> RefreshParts:
    """What the rows of the proof book are made from."""
    books = order_books()
    return RefreshParts(
        book=proof_book(),
        sources=_sources(),
        ledger=ledger(),
        payouts=DynamoDbPayouts(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE),
        days=day_book(),
        books=books,
        orders=OrderMoneyReader(
            facts_store(), ledger(), OrderBooks(tenants().tenant_under, day_book()), plan
        ),
        clock=now,
        payout_days=payout_days(),
    )


def prover(on_failure: Callable[[str, str, date, Exception], None]) -> Prover:
    """What proves days; `on_failure` is told of tenant, entity and day of one that broke off."""
    drifts = DynamoDbDrifts(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
    return Prover(
        ProverParts(
            refresh=refresh_parts(),
            reads_of=reads,
            budget=Budget(used=_used, of_month=_of_month, note=_note),
            on_failure=on_failure,
            accepted_of=lambda tenant: accepted(drifts, tenant),
            on_read=ProofFindings(drifts, DriftKeeper(drifts, reviews(), now)).keep,
            lists=_lists(),
        )
    )


def _lists() -> CartLists:
    return CartLists(
        client_of=_store_clients().client,
        events=SqsCartEvents(
            aws.sqs(), CartEventsSettings.from_environment().CART_EVENTS_QUEUE_URL
        ),
        sources=_sources(),
        book=proof_book(),
        clock=now,
    )


@cache
def _store_clients() -> StoreClients:
    return StoreClients(secrets(), StoreSecretSettings.from_environment().STORE_SECRET_PREFIX)


def _used(tenant: str) -> int:
    return calls().counted(tenant, TRANSACTIONS)


def _of_month(tenant: str, month: str) -> Mapping[str, int]:
    return call_records().of_month(tenant, month)


def _note(tenant: str, count: int) -> None:
    calls().add(tenant, PROOF, count)
