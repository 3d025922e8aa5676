"""What follows changes on Sage's side, built on first use: the poller, and those who are told."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from functools import cache

from intacct.capabilities import Protocol, Read, read_protocols
from intacct.errors import IntacctError
from intacct.reading import Kept
from intacct.rest.event_queue import EventQueue
from intacct.rest.permission_probe import PermissionProbe
from shared.bootstrap import aws
from shared.bootstrap.background import background_reads
from shared.bootstrap.books import reading_client, reads, records, rest_client
from shared.bootstrap.clock import now
from shared.bootstrap.drift import drift_handler
from shared.bootstrap.errands import customer_news, order_news
from shared.bootstrap.item_links import item_links, item_news
from shared.bootstrap.probing import named_in_books
from shared.bootstrap.reconciliation import proof_book
from shared.bootstrap.reviews import reviews
from shared.bootstrap.sage_events import hints
from shared.changes.checkpoints import DynamoDbChangeCheckpoints
from shared.changes.comparing import Comparer, ComparerParts
from shared.changes.customers import CustomerChanges
from shared.changes.documents import KnownDocuments
from shared.changes.items import ItemChanges
from shared.changes.names import READER as NAMES_READER
from shared.changes.names import NamesWatch
from shared.changes.pace import Place
from shared.changes.poller import ChangePoller, PollerParts
from shared.changes.ports import ChangeHandler, KnownRecords
from shared.changes.pulling import EventPuller
from shared.changes.reading import ChangeReader
from shared.changes.sight import RoleSight
from shared.changes.tombstones import DynamoDbTombstones
from shared.changes.warehouses import WarehouseChanges
from shared.customers.following import Follower
from shared.customers.link_store import DynamoDbLinks
from shared.customers.watching import CustomerWatch
from shared.drift.handler import Report
from shared.items.watching import ItemWatch
from shared.polling.checkpoints import DynamoDbCheckpoints
from shared.settings import OrdersSettings, TenantSettings
from shared.tenants.models import Tenant

KINDS = frozenset(Kept)
"""Everything that is read by change."""


def change_poller(
    on_failure: Callable[[Tenant, Place, Exception], None],
    on_queue_failure: Callable[[Tenant, IntacctError], None],
    on_drift: Report,
) -> ChangePoller:
    """What follows the changes of any tenant.

    Args:
        on_failure: is told of what could not be read.
        on_queue_failure: is told of an event queue that could not be pulled.
        on_drift: is told of every look at changed documents of ours.
    """
    handlers: list[ChangeHandler] = [
        _customers(),
        _items(),
        _warehouses(),
        customer_news(),
        order_news(),
        drift_handler(on_drift),
    ]
    known: list[KnownRecords] = [_customers(), _items(), _warehouses(), _documents()]
    return ChangePoller(
        PollerParts(
            kinds=KINDS,
            checkpoints=_checkpoints(),
            reader=ChangeReader(reads, handlers, now),
            comparer=_comparer(handlers, known),
            hints=hints(),
            puller=EventPuller(hints(), _queue, reviews(), on_queue_failure, now),
            background=background_reads(),
            reviews=reviews(),
            on_failure=on_failure,
            clock=now,
        )
    )


@cache
def names_watch() -> NamesWatch:
    """The process's one look at the names of tenants' documents."""
    table = TenantSettings.from_environment().TENANTS_TABLE
    kept = DynamoDbCheckpoints(
        aws.dynamodb(), table, owner=secrets.token_hex(8), reader=NAMES_READER
    )
    return NamesWatch(named_in_books, kept, background_reads(), reviews(), clock=now)


@cache
def tombstones() -> DynamoDbTombstones:
    """The process's one keeper of what is gone."""
    return DynamoDbTombstones(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)


def _comparer(handlers: list[ChangeHandler], known: list[KnownRecords]) -> Comparer:
    return Comparer(
        ComparerParts(
            reads_of=reads,
            probe=RoleSight(_probe),
            known=known,
            handlers=handlers,
            tombstones=tombstones(),
            reviews=reviews(),
            clock=now,
        )
    )


@cache
def _checkpoints() -> DynamoDbChangeCheckpoints:
    return DynamoDbChangeCheckpoints(
        aws.dynamodb(), TenantSettings.from_environment().TENANTS_TABLE, owner=secrets.token_hex(8)
    )


@cache
def _customers() -> CustomerChanges:
    links = DynamoDbLinks(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
    watch = CustomerWatch(links, Follower(reads, records), reads, reviews(), clock=now)
    return CustomerChanges(watch, links, reviews())


@cache
def _items() -> ItemChanges:
    watch = ItemWatch(item_links(), reads)
    return ItemChanges(watch, item_links(), item_news(), reviews(), clock=now)


@cache
def _warehouses() -> WarehouseChanges:
    return WarehouseChanges(reviews(), clock=now)


@cache
def _documents() -> KnownDocuments:
    return KnownDocuments(proof_book().rows, now)


def _queue(tenant: Tenant) -> EventQueue:
    return EventQueue(rest_client(tenant), ack_member=tenant.changes.events.ack_member)


def _probe(tenant: Tenant, entity: str) -> PermissionProbe:
    """A probe of the user whose reads are compared: the second one reads over REST only."""
    by_rest = read_protocols(tenant.intacct.protocols)[Read.STANDINGS] is Protocol.REST
    client = reading_client(tenant) if by_rest else rest_client(tenant)
    return PermissionProbe(client, entity=entity, new_key=lambda: str(uuid.uuid4()))
