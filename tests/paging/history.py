"""One history: a shop lives, is polled by the real engine and client, and nothing may be missed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from carts.adapter import CartApiError
from commerce.identity import order_breaches
from commerce.orders import Facts
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.orders import Sale, ShopOrder, SoldLine
from local.cart_simulators.registry import simulator
from local.cart_simulators.unrest import CALM, Trouble
from local.intacct_simulator.clock import Clock
from shared.polling.poller import Poller
from shared.polling.reports import PollOutcome
from shared.tenants.models import Tenant
from tests.paging.clients import CONNECT, OPTIONS, STORE, Connect, Watched
from tests.paging.memory import MemoryCheckpoints, Queue

_START = datetime(2026, 4, 1, 4, tzinfo=UTC)
"""Midnight of the go-live date in New York."""

_MINUTE = 60.0
_RUN_SECONDS = 240.0


class LostError(AssertionError):
    """Something that changed was not told, was told twice, or was told wrong."""


class PagingHistory:
    """A shop of one cart over some hours."""

    def __init__(self, cart: str, seed: int, connect: Connect | None = None) -> None:
        """Draw everything by `seed`; `connect` puts another client in front of the shop."""
        self.dice = random.Random(f"{cart}/{seed}")  # noqa: S311  # a repeatable dice, no secret
        self.clock = Clock()
        self.clock.set(_START, freeze=True)
        options = self.dice.choice(OPTIONS.get(cart, ({},)))
        self.cart: CartSimulator = simulator(cart, clock=self.clock, seed=seed, **options)
        client = (connect or CONNECT[cart])(self.cart, self.dice.randint(2, 8))
        self.client = Watched(client)
        self.queue = Queue()
        self.poller = Poller(
            checkpoints=MemoryCheckpoints(),
            events=self.queue,
            client_of=lambda *_: self.client,
            clock=self.clock.now,
        )
        self.tenant = _tenant(cart)

    def live(self) -> None:
        """Trade, change and poll; then a calm poll, and everything must have been told.

        Raises:
            LostError: it was not.
        """
        for _ in range(self.dice.randint(1, 12)):
            self._sell()
        trouble = Trouble(
            change_chance=self.dice.choice((0.0, 0.3, 0.8)),
            fault_chance=self.dice.choice((0.0, 0.0, 0.05, 0.3)),
            latest_write_seconds=self.dice.choice((0.0, 90.0)),
            most_latency_seconds=self.dice.choice((0.0, 3.0)),
        )
        for _ in range(self.dice.randint(1, 5)):
            self.cart.unrest.trouble = trouble
            self._poll()
            self.cart.unrest.trouble = CALM
            for _ in range(self.dice.randint(0, 6)):
                self.dice.choice((self._sell, self._change, self._change))()
            self.clock.advance(self.dice.choice((0.0, 5 * _MINUTE, 60 * _MINUTE, 1500 * _MINUTE)))
        self.clock.advance(5 * _MINUTE)
        if self._poll() is not PollOutcome.COMPLETE:
            message = "the last poll, of a calm shop, was not complete"
            raise LostError(message)
        self._check()

    def _sell(self) -> None:
        self.clock.advance(self.dice.choice((0.0, 0.0, 1.0, 30.0, 600.0)))
        quantity = self.dice.randint(1, 4)
        line = SoldLine(
            sku="TEE-BLUE",
            quantity=quantity,
            unit_price=Decimal(self.dice.randint(100, 9999)) / 100,
            tax=Decimal(self.dice.randint(0, 300)) / 100,
        )
        self.cart.orders.place(Sale(lines=(line,), shipping=Decimal("4.90")))

    def _change(self) -> None:
        self.clock.advance(self.dice.choice((0.0, 1.0, 20.0)))
        book = self.cart.orders
        order = self.dice.choice(list(book))
        deed = self.dice.choice(("touch", "ship", "refund"))
        line = order.lines[0]
        if deed == "refund" and order.returned(line.id) < line.quantity:
            book.refund(order.id, {line.id: 1})
        elif deed == "ship" and not order.is_shipped:
            book.ship(order.id)
        else:
            book.touch(order.id)

    def _poll(self) -> PollOutcome:
        deadline = self.clock.now() + timedelta(seconds=_RUN_SECONDS)
        return self.poller.poll(self.tenant, self.tenant.stores[0], deadline).outcome

    def _check(self) -> None:
        if self.client.doubled:
            message = f"told twice in one window: {self.client.doubled[0]}"
            raise LostError(message)
        told = {(event.resource_id, event.as_of): event.delivery for event in self.queue.events}
        if len(set(told.values())) != len(told):
            message = "two versions share one delivery key"
            raise LostError(message)
        for order in self.cart.orders:
            order_id, changed_at = self.cart.shown_id(order), self.cart.changed_at(order)
            is_told = (order_id, changed_at) in told
            is_hidden = order.updated_at != changed_at and (order_id, None) not in told
            if (not is_told or is_hidden) and not self._is_read_since(order):
                message = f"the last change of order {order_id} was never told"
                raise LostError(message)
        for order in self.cart.orders:
            self._compare(order)

    def _is_read_since(self, order: ShopOrder) -> bool:
        """Whether a hint to read the order in any case came after its last change."""
        order_id = self.cart.shown_id(order)
        return any(
            event.resource_id == order_id and event.as_of is None
            for event in self.queue.events
            if event.received_at >= order.updated_at
        )

    def _compare(self, order: ShopOrder) -> None:
        """The order as it is read now against the shop's own book."""
        try:
            reading = self.client.order(self.cart.shown_id(order))
        except CartApiError as exc:
            message = f"order {order.id} could not be read: {exc}"
            raise LostError(message) from exc
        facts = reading.facts
        if facts is None or facts.order is None or reading.problems:
            message = f"order {order.id} has problems: {reading.problems}"
            raise LostError(message)
        wrong = differences(facts, order, self.cart)
        if wrong:
            message = f"order {order.id} is told wrong: {', '.join(wrong)}"
            raise LostError(message)


def differences(facts: Facts, order: ShopOrder, cart: CartSimulator) -> list[str]:
    """What the facts say otherwise than the shop's book, as its cart tells it."""
    assert facts.order is not None
    shipped = {line.line_id: line.quantity for parcel in facts.fulfilments for line in parcel.lines}
    refunds = [refund.credit.amount for refund in facts.refunds]
    given_back = sorted(cart.given_back(each) for each in order.refunds)
    taken = {cart.owed(order)} if cart.has_taken(order) else set()
    pairs = {
        "total": (facts.order.total.amount, cart.owed(order)),
        "version": (facts.order.version.updated_at, cart.changed_at(order)),
        "received": ({p.amount.amount for p in facts.payments if p.is_receipt}, taken),
        "refunds": (sorted(refunds), given_back),
        "paid back": (sorted(refund.paid.amount for refund in facts.refunds), given_back),
        "identity": (order_breaches(facts.order), []),
        "shipped": (bool(shipped), order.is_shipped and bool(order.parcels)),
    }
    return [name for name, (found, expected) in pairs.items() if found != expected]


def _tenant(cart: str) -> Tenant:
    store = {
        "id": STORE,
        "cart": cart,
        "entity": "100",
        "mapping": {"version": "1", "accounts": {}},
        "go_live_on": "2026-04-01",
    }
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [store],
        }
    )
