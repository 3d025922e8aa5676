"""The one door to the books: every wire creates, changes, reads and posts through `Books`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from local.intacct_simulator.books import errors
from local.intacct_simulator.books.advances import Advances
from local.intacct_simulator.books.attachments import Attachments
from local.intacct_simulator.books.catalog import TYPES
from local.intacct_simulator.books.deposits import Deposits
from local.intacct_simulator.books.desk import Actor, Desk, Handler, Setup
from local.intacct_simulator.books.entities import Entities
from local.intacct_simulator.books.inventory import InventoryDocuments
from local.intacct_simulator.books.items import Items
from local.intacct_simulator.books.journals import Journals
from local.intacct_simulator.books.ledger import BalanceRow
from local.intacct_simulator.books.masters import (
    Customers,
    CustomRecords,
    Employees,
    Masters,
    WithDisplayContact,
)
from local.intacct_simulator.books.order_entry import SalesDocuments
from local.intacct_simulator.books.order_posting import OrderPosting
from local.intacct_simulator.books.payments import Payments
from local.intacct_simulator.books.periods import Periods
from local.intacct_simulator.books.receivables import ADJUSTMENT, INVOICE, Receivables
from local.intacct_simulator.books.refunds import Refunds
from local.intacct_simulator.books.roles import Roles
from local.intacct_simulator.books.store import Among, Record, Store
from local.intacct_simulator.books.tax_engine import Rates, no_rates
from local.intacct_simulator.books.transfers import Transfers
from local.intacct_simulator.clock import Clock


class Books:
    """One set of books. Every refusal is a `BusinessError` and leaves nothing behind."""

    def __init__(
        self, clock: Clock, *, setup: Setup | None = None, tax_rates: Rates = no_rates
    ) -> None:
        self.store = Store({kind.name: kind.sequence for kind in TYPES.values() if kind.sequence})
        self._desk = Desk(self.store, clock, setup or Setup())
        self._handlers = _handlers(self._desk, tax_rates)

    @property
    def periods(self) -> Periods:
        """Which dates each entity may post on."""
        return self._desk.periods

    @property
    def entities(self) -> Entities:
        """The legal units of the company."""
        return self._desk.entities

    def create(
        self, name: str, fields: Mapping[str, Any], *, entity: str = "", user: str = ""
    ) -> Record:
        """Check, store and post a new record and give it whole.

        Raises:
            BusinessError: the books refuse it.
        """
        with self.store.transaction():
            actor = self.actor(entity=entity, user=user)
            made = self._handler(name).create(fields, actor)
            return self._desk.require(name, made["key"])

    def update(
        self,
        name: str,
        key: int,
        fields: Mapping[str, Any],
        *,
        entity: str = "",
        user: str = "",
    ) -> Record:
        """Change the given fields of a record; None clears a field that may be empty.

        Raises:
            BusinessError: it is gone, or the books refuse the change.
        """
        with self.store.transaction():
            actor = self.actor(entity=entity, user=user)
            self._visible(name, key, actor)
            self._handler(name).update(key, fields, actor)
            return self._desk.require(name, key)

    def delete(self, name: str, key: int, *, entity: str = "", user: str = "") -> None:
        """Take a record away.

        Raises:
            BusinessError: it is gone, in use, or posted.
        """
        with self.store.transaction():
            actor = self.actor(entity=entity, user=user)
            self._visible(name, key, actor)
            self._handler(name).delete(key, actor)

    def act(
        self,
        name: str,
        key: int,
        action: str,
        fields: Mapping[str, Any] | None = None,
        *,
        entity: str = "",
        user: str = "",
    ) -> Record:
        """Carry out a workflow action (`submit`, `reverse`, `close`) and give what it made.

        Raises:
            BusinessError: the state of the record does not allow it.
        """
        with self.store.transaction():
            actor = self.actor(entity=entity, user=user)
            self._visible(name, key, actor)
            made = self._handler(name).act(key, action, fields or {}, actor)
            return self._desk.require(name, made["key"])

    def get(self, name: str, key: int) -> Record | None:
        """Give the record with a key, or None."""
        return self.store.get(name, key)

    def lines(self, name: str, key: int) -> list[Record]:
        """Give the owned lines of a document in their order."""
        return self._desk.lines(name, key)

    def find(self, name: str, /, **equals: object) -> list[Record]:
        """Give the records whose stored fields have these values, in the order of their keys."""
        return self.store.find(name, **equals)

    def by_id(self, name: str, record_id: str) -> Record | None:
        """Give the record with an id, or None."""
        return self.store.first(name, id=record_id)

    def select(
        self, name: str, *, entity: str = "", private: bool = False, among: Among | None = None
    ) -> Iterator[Record]:
        """Iterate over what an entity sees; at the top level `private` adds what entities own.

        With `among` these are the records that have one of its values, found by an index.

        Raises:
            BusinessError: there is no such entity.
        """
        key = self._desk.entities.key_of(entity)
        rows = self.store.rows(name) if among is None else self.store.among(name, among)
        for record in rows:
            if self._sees(name, record, key, private=private):
                yield record

    def sees(self, name: str, record: Record, *, entity: str = "", private: bool = True) -> bool:
        """Tell whether a record is visible to a caller who works in an entity."""
        key = self._desk.entities.key_of(entity)
        return self._sees(name, record, key, private=private)

    def derived(self, name: str, record: Record) -> dict[str, Any]:
        """Compute the fields of a record that are not stored, such as what is due."""
        handler = self._handlers.get(name)
        return {} if handler is None else handler.derived(record)

    def transaction(self) -> AbstractContextManager[None]:
        """Undo everything done inside when an exception leaves."""
        return self.store.transaction()

    def custom_fields(self, name: str) -> list[str]:
        """Name the custom fields that the company gave to a kind of record."""
        return [str(row["name"]) for row in self.store.find("custom_field", object=name)]

    def ledger_lines(self, name: str, key: int) -> list[Record]:
        """Give the general-ledger lines that a document posted."""
        return self._desk.ledger.of(name, key)

    def trial_balance(
        self, entity: str = "", as_of: date | None = None, *, statistical: bool = False
    ) -> list[BalanceRow]:
        """Sum debits and credits per account and entity up to a day."""
        return self._desk.ledger.trial_balance(entity=entity, as_of=as_of, statistical=statistical)

    def actor(self, *, entity: str, user: str) -> Actor:
        """Say who acts and where, by keys.

        Raises:
            BusinessError: there is no such entity.
        """
        found = self.store.first("user", id=user) if user else None
        return Actor(
            user=None if found is None else found["key"],
            login=user,
            entity=self._desk.entities.key_of(entity),
        )

    def put_plain(self, name: str, fields: Mapping[str, Any]) -> Record:
        """Store a record that has no rules of its own, such as a rate or a currency."""
        return self._desk.insert(name, {"entity": None, **fields}, Actor())

    def _handler(self, name: str) -> Handler:
        handler = self._handlers.get(name)
        if handler is None:
            message = f"{name} cannot be written"
            raise LookupError(message)
        return handler

    def _visible(self, name: str, key: int, actor: Actor) -> None:
        record = self._desk.require(name, key)
        if not self._sees(name, record, actor.entity, private=True):
            raise errors.not_found(TYPES[name].label, key)

    def _sees(self, name: str, record: Record, entity: int | None, *, private: bool) -> bool:
        kind = TYPES.get(name)
        if kind is not None and kind.parent_type:
            parent = self.store.get(kind.parent_type, record["parent"])
            return parent is not None and self._sees(
                kind.parent_type, parent, entity, private=private
            )
        owner = record.get("entity")
        if entity is None:
            return private or owner is None
        return owner == entity or (owner is None and record.get("home") in (None, entity))


def _handlers(desk: Desk, tax_rates: Rates) -> dict[str, Handler]:
    masters: dict[str, Handler] = {
        kind.name: Masters(desk, kind.name) for kind in TYPES.values() if _is_master(kind.name)
    }
    contacts = Masters(desk, "contact")
    invoices = Receivables(desk, INVOICE)
    adjustments = Receivables(desk, ADJUSTMENT)
    return {
        **masters,
        "customer": Customers(desk, "customer", contacts),
        "ar_summary": Masters(desk, "ar_summary"),
        "role": Roles(desk),
        "role_user": Masters(desk, "role_user"),
        "vendor": WithDisplayContact(desk, "vendor", contacts),
        "employee": Employees(desk, "employee"),
        "custom_record": CustomRecords(desk),
        "item": Items(desk),
        "sales_document": SalesDocuments(
            desk, OrderPosting(desk, invoices, adjustments), tax_rates
        ),
        "ar_invoice": invoices,
        "ar_adjustment": adjustments,
        "ar_advance": Advances(desk),
        "ar_payment": Payments(desk),
        "customer_refund": Refunds(desk),
        "deposit": Deposits(desk),
        "journal_entry": Journals(desk),
        "inventory_document": InventoryDocuments(desk),
        "warehouse_transfer": Transfers(desk),
        "attachment": Attachments(desk),
    }


def _is_master(name: str) -> bool:
    kind = TYPES[name]
    return kind.natural_id and not kind.line_type
