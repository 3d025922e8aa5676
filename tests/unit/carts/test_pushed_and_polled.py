"""Carts heard and asked: whatever was lost or came twice, the same facts are known."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import CartClient
from carts.registry import adapter
from commerce.codec import canonical
from commerce.orders import Facts
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.registry import simulator
from local.cart_simulators.webhooks import Delivering, Signed
from local.intacct_simulator.clock import Clock
from shared.customers.reading import EventReader
from shared.facts.merge import merge
from shared.facts.record import FactsRecord, order_pk
from shared.intake.deliveries import Intake, Outcome
from shared.intake.queued import SellerMessages
from shared.intake.requests import WebhookRequest
from shared.polling.poller import Poller
from shared.polling.reports import PollOutcome
from shared.tenants.directory import routes_of
from shared.tenants.models import Tenant
from tests.fakes import MemoryReviews
from tests.paging.clients import CONNECT, STORE
from tests.paging.memory import MemoryCheckpoints, Queue

START = datetime(2026, 4, 1, 12, tzinfo=UTC)
SALE = Sale(
    lines=(
        SoldLine(sku="TEE", quantity=3, unit_price=Decimal("12.00"), tax=Decimal("2.88")),
        SoldLine(sku="MUG", unit_price=Decimal("9.50"), tax=Decimal("0.76")),
    ),
    shipping=Decimal("4.90"),
    shipping_tax=Decimal("0.39"),
)


class Kept:
    """An archive in a dictionary."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        del headers
        is_new = key not in self.bodies
        self.bodies.setdefault(key, body)
        return is_new

    def get(self, key: str) -> bytes:
        return self.bodies[key]


class Shop:
    """A simulated seller, and everything of ours up to the facts of its orders, in memory."""

    now: Callable[[], datetime]
    """The time of the shop that was opened last."""

    def __init__(self, cart: str, delivering: Delivering, *, polls: bool) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        Shop.now = self.clock.now
        options: dict[str, Any] = {"is_hurried": True} if cart == "amazon" else {}
        self.cart: CartSimulator = simulator(cart, clock=self.clock, seed=7, **options)
        self.cart.outbox.delivering = delivering
        self.polls = polls
        self.client: CartClient = CONNECT[cart](self.cart, 5)
        self.known = _tenant(cart, self.cart.account)
        self.queue, self.kept = Queue(), Kept()
        self.intake = Intake(
            directory=self,
            secrets=self,
            secret_prefix="stores/",  # a prefix of names
            archive=self.kept,
            events=self.queue,
            reviews=MemoryReviews,
            clock=self.clock.now,
        )
        self.poller = Poller(
            checkpoints=MemoryCheckpoints(),
            events=self.queue,
            client_of=lambda *_: self.client,
            clock=self.clock.now,
        )

    def route(self, cart: str, store: str) -> str:
        return "acme" if (cart, store) in routes_of(self.known) else ""

    def tenant(self, tenant_id: str) -> Tenant:
        assert tenant_id == "acme"
        return self.known

    def get(self, name: str) -> Mapping[str, Any]:
        assert name == f"stores/acme/{STORE}"
        return self.cart.secret()

    def listen(self) -> None:
        """Take in what the cart tells now; Amazon tells a queue, the others an address."""
        self.cart.outbox.pump(self._take)

    def _take(self, _url: str, signed: Signed) -> int:
        if self.cart.name == "amazon":
            messages = SellerMessages(
                "amazon",
                directory=self,
                secrets=self,
                secret_prefix="stores/",  # a prefix of names
                intake=self.intake,
            )
            return 200 if messages.take(signed.body).outcome is not Outcome.UNAVAILABLE else 503
        request = WebhookRequest("POST", self.cart.name, STORE, signed.headers, signed.body)
        receipt = self.intake.take(request)
        assert receipt.outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE)
        return 200

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())
        self.listen()
        if self.polls:
            deadline = self.clock.now() + timedelta(minutes=4)
            report = self.poller.poll(self.known, self.known.stores[0], deadline)
            assert report.outcome is PollOutcome.COMPLETE, report.detail

    def trade(self) -> None:
        """Orders that are paid, shipped, given back and cancelled, an hour apart."""
        book = self.cart.orders
        orders = [book.place(SALE) for _ in range(4)]
        self.pass_time(hours=1)
        for order in orders[:3]:
            book.ship(order.id)
        book.cancel(orders[3].id)
        self.pass_time(hours=1)
        book.refund(orders[0].id, {orders[0].lines[0].id: 2})
        book.refund(orders[1].id, {line.id: line.quantity for line in orders[1].lines})
        self.pass_time(hours=1)
        book.refund(orders[0].id, {orders[0].lines[0].id: 1})
        self.pass_time(hours=30)

    def facts(self) -> dict[str, bytes]:
        """What is known of every order after all events were read, as one comparable text."""
        return {order_id: canonical(facts) for order_id, facts in self.reading().items()}

    def reading(self) -> dict[str, Facts]:
        """What is known of every order after all events were read, in any order."""
        reader = EventReader(self.kept, lambda *_: self.client)
        events = list(self.queue.events)
        random.Random(1).shuffle(events)  # noqa: S311  # a repeatable dice, no secret
        known: dict[str, Facts] = {}
        for event in events:
            before = known.get(event.resource_id)
            pk = order_pk(event.tenant, event.store, event.resource_id)
            record = FactsRecord(pk, before) if before else None
            reading = reader.read(event, self.known, self.known.stores[0], record)
            assert reading.problems == ()
            if reading.facts is not None:
                known[event.resource_id] = merge(before, reading.facts) if before else reading.facts
        return known


def _tenant(cart: str, account: str) -> Tenant:
    store = {
        "id": STORE,
        "cart": cart,
        "domain": account,
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


def traded(cart: str, delivering: Delivering, *, polls: bool) -> dict[str, bytes]:
    shop = Shop(cart, delivering, polls=polls)
    shop.trade()
    return shop.facts()


HEARD = Delivering(url="https://us.example")
LOST = Delivering(url="https://us.example", lost=1.0)
TWICE = Delivering(
    url="https://us.example", doubled=1.0, is_shuffled=True, most_delay_seconds=4000.0
)


@pytest.fixture(autouse=True)
def _an_adapter_at_the_shops_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """BigCommerce signs times: they are compared with that of the last shop's clock."""
    monkeypatch.setattr(adapter("bigcommerce"), "_now", lambda: Shop.now().timestamp())


@pytest.mark.parametrize("cart", ["amazon", "ebay", "walmart", "api2cart", "bigcommerce"])
def test_a_store_that_is_only_polled_knows_what_one_that_is_heard_knows(cart: str) -> None:
    both = traded(cart, HEARD, polls=True)

    assert len(both) == 4
    assert traded(cart, LOST, polls=True) == both
    assert traded(cart, TWICE, polls=True) == both


def test_amazon_tells_all_by_its_queue_alone() -> None:
    heard = traded("amazon", HEARD, polls=False)

    assert heard == traded("amazon", LOST, polls=True)


def test_ebay_tells_no_refunds_so_that_polling_is_no_choice() -> None:
    heard = Shop("ebay", HEARD, polls=False)
    heard.trade()

    topics = {event.topic for event in heard.queue.events}

    assert topics == {"ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED"}
