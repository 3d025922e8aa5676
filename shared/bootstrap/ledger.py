"""The ledger and what applies postings through it, built on first use."""

from __future__ import annotations

import secrets
from functools import cache

from intacct.router import IntacctBooks
from shared.bootstrap import aws
from shared.bootstrap.books import books, books_by_hand
from shared.bootstrap.clock import now
from shared.ledger.apply import Applier
from shared.ledger.dynamodb import DynamoDbLedger
from shared.settings import LedgerSettings
from shared.tenants.models import Tenant


@cache
def ledger() -> DynamoDbLedger:
    """The process's one ledger."""
    return DynamoDbLedger(aws.dynamodb(), LedgerSettings.from_environment().LEDGER_TABLE)


def new_id() -> str:
    """A fresh opaque id for a claim attempt."""
    return secrets.token_hex(8)


def applier(tenant: Tenant, entity: str) -> Applier:
    """What applies postings to the books of one entity of a tenant."""
    return _applier(tenant, books(tenant, entity))


def applier_by_hand(tenant: Tenant, entity: str) -> Applier:
    """The same where stock that Sage owns may be moved: for a person, or by a store's policy."""
    return _applier(tenant, books_by_hand(tenant, entity))


def _applier(tenant: Tenant, of_entity: IntacctBooks) -> Applier:
    return Applier(
        ledger(),
        of_entity,
        clock=now,
        ids=new_id,
        hard_unique=tenant.intacct.hard_unique,
    )
