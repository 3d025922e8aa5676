"""Checkpoints and a queue in memory, by the rules of the real ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shared.intake.archive import NotKeptError
from shared.messages import CartEvent
from shared.polling.checkpoints import LEASE, Lease, PollingElsewhereError


class MemoryCheckpoints:
    """Checkpoints and leases in dictionaries, by the rules of the table; `beside` shares them."""

    def __init__(self, me: str = "me", beside: MemoryCheckpoints | None = None) -> None:
        self.read_to: dict[str, datetime] = beside.read_to if beside else {}
        self.owners: dict[str, str] = beside.owners if beside else {}
        self.until: dict[str, datetime] = beside.until if beside else {}
        self.spans: dict[str, timedelta | None] = beside.spans if beside else {}
        self.me = me

    def acquire(self, tenant: str, store: str, *, now: datetime) -> Lease:
        is_over = store in self.until and self.until[store] < now
        if self.owners.get(store, self.me) != self.me and not is_over:
            raise PollingElsewhereError
        self.owners[store], self.until[store] = self.me, now + LEASE
        return Lease(tenant, store, self.me, self.read_to.get(store), self.spans.get(store))

    def advance(
        self, lease: Lease, read_to: datetime, *, now: datetime, span: timedelta | None = None
    ) -> Lease:
        self._check(lease)
        if read_to < self.read_to.get(lease.store, read_to):
            raise PollingElsewhereError
        self.read_to[lease.store], self.spans[lease.store] = read_to, span
        self.until[lease.store] = now + LEASE
        return replace(lease, read_to=read_to, span=span)

    def narrow(self, lease: Lease, span: timedelta) -> None:
        self._check(lease)
        self.spans[lease.store] = span

    def release(self, lease: Lease) -> None:
        if self.owners.get(lease.store) == lease.owner:
            del self.owners[lease.store]
            self.until.pop(lease.store, None)

    def _check(self, lease: Lease) -> None:
        if self.owners.get(lease.store) != lease.owner:
            raise PollingElsewhereError


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
