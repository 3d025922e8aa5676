"""What finds documents of ours that people changed in Sage, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.books import reads
from shared.bootstrap.clock import now
from shared.bootstrap.ledger import ledger
from shared.bootstrap.reconciliation import refresh_parts
from shared.bootstrap.reviews import reviews
from shared.drift.handler import DriftHandler, Report
from shared.drift.looking import DocumentLooker
from shared.drift.noticing import DriftKeeper
from shared.drift.store import DynamoDbDrifts
from shared.drift.subjects import Subjects
from shared.ledger.document_index import DynamoDbDocumentIndex
from shared.settings import LedgerSettings, OrdersSettings


@cache
def drifts() -> DynamoDbDrifts:
    """The process's one keeper of drift records."""
    return DynamoDbDrifts(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


def drift_handler(report: Report) -> DriftHandler:
    """What looks at changed documents of any tenant; `report` is told of every look."""
    index = DynamoDbDocumentIndex(aws.dynamodb(), LedgerSettings.from_environment().LEDGER_TABLE)
    looker = DocumentLooker(ledger(), index, Subjects(refresh_parts()), reads)
    return DriftHandler(index, looker, drifts(), DriftKeeper(drifts(), reviews(), now), report)
