"""Counts and feeds in memory, by the rules of the table; held to them by the contract test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from shared.intake.levels import Heard
from shared.inventory.counts import CountBook, CountMovedError
from shared.inventory.feeds import FeedBook
from shared.inventory.movements import Movement
from shared.tenants.models import Store, Tenant


class MemoryCounts:
    """`shared.inventory.counts.Counts` in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str, str], CountBook] = {}

    def load(self, tenant: str, store: str, warehouse: str) -> CountBook:
        name = (tenant, store, warehouse)
        return self.stored.get(name, CountBook(tenant, store, warehouse))

    def save(self, book: CountBook) -> CountBook:
        name = (book.tenant, book.store, book.warehouse)
        if self.load(*name).version != book.version:
            raise CountMovedError
        self.stored[name] = replace(book, version=book.version + 1)
        return self.stored[name]


class MemoryFeeds:
    """`shared.inventory.feeds.Feeds` in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], FeedBook] = {}

    def load(self, tenant: Tenant, store: Store) -> FeedBook:
        return self.stored.get((tenant.id, store.id), FeedBook())

    def save(self, tenant: Tenant, store: Store, book: FeedBook) -> None:
        self.stored[tenant.id, store.id] = book


class MemoryMovements:
    """`shared.inventory.movements.Movements` in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Movement] = {}

    def load(self, tenant: str, reference: str) -> Movement | None:
        return self.stored.get((tenant, reference))

    def keep(self, movement: Movement) -> Movement:
        return self.stored.setdefault((movement.tenant, movement.wanted.reference), movement)


class MemoryHeardLevels:
    """What carts told of levels, in a dictionary."""

    def __init__(self) -> None:
        self.heard: dict[tuple[str, str], Heard] = {}

    def note(self, tenant: str, store: str, at: datetime) -> None:
        self.heard[tenant, store] = replace(self.load(tenant, store), at=at)

    def load(self, tenant: str, store: str) -> Heard:
        return self.heard.get((tenant, store), Heard())

    def spend(self, tenant: str, store: str, on: date, spent: int) -> None:
        self.heard[tenant, store] = replace(self.load(tenant, store), on=on, spent=spent)
