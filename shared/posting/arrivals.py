"""A message that names an order, and the order on its way through one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.facts.record import FactsRecord, order_pk
from shared.ledger.records import Record
from shared.messages import OrderReady
from shared.postings.book import StoreBook
from shared.tenants.models import Tenant

RELEASE = "release:"
"""The cause of a message by which a person lets a refused order go again: `release:<who>`."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message, and its order's record where that was just read."""

    message: OrderReady
    pk: str
    record: FactsRecord | None = None


@dataclass(frozen=True, slots=True)
class OrderRun:
    """One order on its way through a run."""

    message: OrderReady
    tenant: Tenant
    record: FactsRecord
    book: StoreBook
    deadline: datetime
    chain: Mapping[str, Record]
    configured: int

    @property
    def reopen_by(self) -> str:
        """The person who releases the order, empty for any other cause."""
        cause = self.message.cause
        return cause.removeprefix(RELEASE) if cause.startswith(RELEASE) else ""


def arrival_of(message: OrderReady) -> Arrival:
    """The message with the partition of its order."""
    return Arrival(message, order_pk(message.tenant, message.store, message.order_id))
