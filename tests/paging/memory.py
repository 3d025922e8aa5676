"""Checkpoints and a queue in memory, by the rules of the real ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shared.intake.archive import NotKeptError
from shared.messages import CartEvent
from shared.polling.checkpoints import Lease, PollingElsewhereError


class MemoryCheckpoints:
    """Checkpoints and leases in dictionaries, by the rules of the table."""

    def __init__(self) -> None:
        self.read_to: dict[str, datetime] = {}
        self.owners: dict[str, str] = {}
        self.spans: dict[str, timedelta | None] = {}
        self.me = "me"

    def acquire(self, tenant: str, store: str, *, now: datetime) -> Lease:
        del now
        if self.owners.setdefault(store, self.me) != self.me:
            raise PollingElsewhereError
        return Lease(tenant, store, self.me, self.read_to.get(store), self.spans.get(store))

    def advance(
        self, lease: Lease, read_to: datetime, *, now: datetime, span: timedelta | None = None
    ) -> Lease:
        del now
        if self.owners.get(lease.store) != lease.owner:
            raise PollingElsewhereError
        assert read_to >= self.read_to.get(lease.store, read_to)
        self.read_to[lease.store] = read_to
        self.spans[lease.store] = span
        return replace(lease, read_to=read_to, span=span)

    def narrow(self, lease: Lease, span: timedelta) -> None:
        if self.owners.get(lease.store) != lease.owner:
            raise PollingElsewhereError
        self.spans[lease.store] = span

    def release(self, lease: Lease) -> None:
        if self.owners.get(lease.store) == lease.owner:
            del self.owners[lease.store]


class Queue:
    """Hints that were queued."""

    def __init__(self) -> None:
        self.events: list[CartEvent] = []
        self.is_down = False

    def send(self, event: CartEvent) -> None:
        if self.is_down:
            raise NotKeptError
        self.events.append(event)

    @property
    def ids(self) -> list[str]:
        return [event.resource_id for event in self.events]
