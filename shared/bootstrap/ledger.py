"""The ledger and what applies postings through it, built on first use."""

from __future__ import annotations

import secrets
from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.books import books
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
    return Applier(
        ledger(),
        books(tenant, entity),
        clock=now,
        ids=new_id,
        hard_unique=tenant.intacct.hard_unique,
    )
