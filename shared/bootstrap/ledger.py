"""The ledger, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.ledger.dynamodb import DynamoDbLedger
from shared.settings import LedgerSettings


@cache
def ledger() -> DynamoDbLedger:
    """The process's one ledger."""
    return DynamoDbLedger(aws.dynamodb(), LedgerSettings.from_environment().LEDGER_TABLE)
