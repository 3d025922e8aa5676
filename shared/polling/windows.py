"""Windows of time in which changed orders are read, and the hints of what was found (§2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from carts.adapter import CartClient, ChangedOrder, PolledCart, PollingRules
from carts.registry import adapter
from shared.intake.cart_events import CartEvents, delivery_digest
from shared.messages import CartEvent
from shared.ports import Clock
from shared.tenants.models import Store, Tenant

POLLED_TOPIC = "orders/polled"

SHORTEST_WINDOW = timedelta(minutes=1)
"""A window that cannot be read in one run is halved, down to this."""


class OutOfTimeError(Exception):
    """The window could not be read to its end in the time there was."""


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of update times; reading it starts `overlap` before `begin`."""

    begin: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        """How long it is, the overlap left out."""
        return self.until - self.begin

    @property
    def half(self) -> timedelta:
        """What is tried after it proved too long."""
        return max(self.length / 2, SHORTEST_WINDOW)


class HintQueue:
    """Reads a window of a store's changed orders into hints on the queue."""

    def __init__(self, events: CartEvents, clock: Clock) -> None:
        """`events` is the queue of cart events."""
        self._events = events
        self._clock = clock

    def read(
        self,
        tenant: Tenant,
        store: Store,
        client: CartClient,
        window: Window,
        deadline: datetime,
    ) -> int:
        """Queue one hint for each order changed in the window; how many there were.

        Raises:
            CartApiError: a page could not be read.
            OutOfTimeError: the deadline came before the last page; nothing queued is lost, and
                reading the window again is absorbed.
            NotKeptError: a hint could not be queued.
        """
        hints = 0
        since = window.begin - rules_of(store).overlap
        for page in client.changed_orders(since=since, until=window.until):
            hints += self._queue(tenant, store, page)
            if self._clock() >= deadline:
                raise OutOfTimeError
        return hints

    def _queue(self, tenant: Tenant, store: Store, page: Sequence[ChangedOrder]) -> int:
        for changed in page:
            self._events.send(hint(tenant, store, changed, self._clock()))
        return len(page)


def wider(span: timedelta | None, longest: timedelta) -> timedelta | None:
    """After a window that fitted, the next may be twice as long; None is the usual length."""
    if span is None or span * 2 >= longest:
        return None
    return span * 2


def rules_of(store: Store) -> PollingRules:
    """How the store's cart is polled."""
    cart = adapter(store.cart)
    return cart.polling if isinstance(cart, PolledCart) else PollingRules()


def hint(tenant: Tenant, store: Store, changed: ChangedOrder, now: datetime) -> CartEvent:
    """One order that changed: the same version of it is the same delivery, whoever polls."""
    what = "follower" if changed.is_follower else POLLED_TOPIC
    key = f"{changed.order_id}|{changed.updated_at.astimezone(UTC).isoformat()}|{what}"
    return CartEvent(
        tenant=tenant.id,
        store=store.id,
        cart=store.cart,
        topic=POLLED_TOPIC,
        delivery=delivery_digest(store.cart, tenant.id, store.id, key),
        resource_id=changed.order_id,
        received_at=now,
        as_of=None if changed.is_follower else changed.updated_at,
    )
