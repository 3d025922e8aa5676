"""The record of one order: its facts, what stands against booking them, and when to look again."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from commerce.money import Money
from commerce.orders import Facts
from shared.facts.receipts import ReceiptSource, bookable
from shared.postings.fates import Fate
from shared.postings.plan import Finding

DUE_SHARDS = 8


class FactsStatus(StrEnum):
    """What may be done with the facts.

    WAITING: the order itself is not known yet. HELD: findings wait for a person.
    AWAITING_CUSTOMER: sound, but its customer could not be made sure of; looked at again when due.
    READY: they may be planned and posted. SKIPPED: they are never posted (a test order, one from
    before go-live). UNDOING: a person wants all that was posted of it taken back, and that is not
    done yet. UNDONE: nothing of it is in the books, and nothing is posted until a person says so.
    """

    WAITING = "waiting"
    HELD = "held"
    AWAITING_CUSTOMER = "awaiting_customer"
    READY = "ready"
    SKIPPED = "skipped"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def has_work(self) -> bool:
        """Whether the order belongs on its lane: it is to be posted, or to be undone."""
        return self in (FactsStatus.READY, FactsStatus.UNDOING)

    @property
    def is_taken_back(self) -> bool:
        """Whether nothing that is heard of the order may be posted any more."""
        return self in (FactsStatus.UNDOING, FactsStatus.UNDONE)


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """Who wants the order undone; `open_from` is the first day that may be posted to, if said.

    `gone` are the posting keys of documents that somebody took out of Sage already: nothing is left
    of them to take back. `is_redone` says that the order is posted anew once it is undone.
    """

    by: str
    open_from: date | None = None
    gone: tuple[str, ...] = ()
    is_redone: bool = False


@dataclass(frozen=True, slots=True)
class FactsRecord:
    """One order's facts as stored; `version` counts its changes, 0 is not stored yet.

    `known` is everything any delivery said; planners take `facts`. `unread` are the findings of the
    newest payload that could not be believed, kept until a newer one can. `customer` is the buyer's
    own Sage customer, chosen once; empty where the channel's is posted to. `configured` is the
    version of the tenant's document that the order is posted under (`shared.posting.versions`), 0
    where none was noted. `due_at` is when the sweeper brings the order back, None when nothing is
    left to do. `sources` are the archived
    documents that changed the facts (archive keys), in the order in which they did. `revision`
    counts how often the order was undone before, `undo` is there while it is being undone. `fees`
    are what its days or journals book of the fees of its payments, settled for good: zero where the
    payout does (`shared.postings.fees`). `charges` names the charge that each of those payments was
    matched with, as payout and row (`shared.payouts.order_fees`). `fates` are what people said of
    goods that came back, by `shared.postings.fates.fate_key`.
    """

    pk: str
    known: Facts
    version: int = 0
    status: FactsStatus = FactsStatus.WAITING
    findings: tuple[Finding, ...] = ()
    unread: tuple[Finding, ...] = ()
    receipts: ReceiptSource = ReceiptSource.UNDECIDED
    customer: str = ""
    configured: int = 0
    due_at: datetime | None = None
    sources: tuple[str, ...] = ()
    revision: int = 0
    undo: UndoRequest | None = None
    fees: Mapping[str, Money] = field(default_factory=dict)
    fates: Mapping[str, Fate] = field(default_factory=dict)
    charges: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """The facts that may be booked: each receipt once (see `shared.facts.receipts`)."""
        return bookable(self.known, self.receipts)


class StaleFactsError(Exception):
    """Somebody else changed the record since it was read: read again, merge again."""


@dataclass(frozen=True, slots=True)
class DueOrder:
    """An order that the due index lists: only a candidate, its record decides."""

    pk: str
    due_at: datetime


class FactsStore(Protocol):
    """Keeps the facts of orders; every write is conditional on what was read."""

    def load(self, pk: str) -> FactsRecord | None:
        """The order's record by a consistent read, or None."""
        ...

    def save(self, record: FactsRecord) -> FactsRecord:
        """Store what was changed in a loaded (or new) record; the record with its new version.

        Raises:
            StaleFactsError: the stored version is not `record.version` any more.
        """
        ...

    def schedule(self, pk: str, *, version: int, due_at: datetime | None) -> bool:
        """Set when to look again, or None for never; False if newer facts came meanwhile."""
        ...

    def due(self, shard: int, *, now: datetime, limit: int = 100) -> Sequence[DueOrder]:
        """Orders of that shard whose time has come, the oldest first; eventually consistent."""
        ...


def order_pk(tenant: str, store: str, order_id: str) -> str:
    """The partition of an order: `ORD#<tenant>#<store>#<order id>`."""
    return f"ORD#{tenant}#{store}#{order_id}"


def order_of(pk: str) -> tuple[str, str, str]:
    """Tenant, store and order id of an order's partition.

    Raises:
        ValueError: the key is not one of an order.
    """
    kind, tenant, store, order_id = pk.split("#", 3)
    if kind != "ORD":
        message = "this is no order's key"
        raise ValueError(message)
    return tenant, store, order_id


def due_shard(pk: str) -> int:
    """Which of the eight shards of the due index the order is listed in."""
    return zlib.crc32(pk.encode()) % DUE_SHARDS
