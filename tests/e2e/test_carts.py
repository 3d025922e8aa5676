"""Every cart on the deployed stack: pushed twice or only polled, the books are the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from local.cart_simulators.orders import Sale, ShopOrder, SoldLine
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShop, CartShops
from local.demo.memory import Journey, Memory
from local.demo.tenant import tenant_of_shops
from local.stack import LocalStack
from shared.facts.record import FactsStatus
from shared.postings.plan import PostingKind

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TENANT = "carts"
NO_ANSWER = 0
"""A delivery that a busy machine did not answer in time; what became of it is for the product."""
CARTS = (
    "shopify",
    "woocommerce",
    "magento",
    "amazon",
    "ebay",
    "walmart",
    "api2cart",
    "bigcommerce",
)
OPTIONS: dict[str, dict[str, Any]] = {"amazon": {"is_hurried": True}}
TELL_NOT_ALL = ("ebay", "walmart")
"""Carts that push no refunds, Walmart no parcels either: their stores are polled as well."""

SALE = Sale(
    lines=(
        SoldLine(
            sku="TEE-BLUE",
            title="Tee, blue",
            quantity=2,
            unit_price=Decimal("25.00"),
            discount=Decimal("5.00"),
            tax=Decimal("4.00"),
        ),
    ),
    shipping=Decimal("8.00"),
)


@dataclass(frozen=True)
class Sold:
    """One order of one shop, and everything the product knows of it."""

    shop: CartShop
    order: ShopOrder
    memory: Memory

    def journey(self) -> Journey:
        return self.memory.journey(self.shop.store, self.shop.cart.shown_id(self.order))

    @property
    def total(self) -> Decimal:
        """57.00, or 53.00 where the tax is the cart's own business."""
        return self.shop.cart.owed(self.order)

    @property
    def back(self) -> Decimal:
        """One of two tees: 22.50 after the discount, and 2.00 of tax."""
        return sum(map(self.shop.cart.given_back, self.order.refunds), start=Decimal(0))

    def is_posted(self, kind: PostingKind) -> bool:
        return bool(self.journey().done(kind))

    def is_at_rest(self) -> bool:
        facts = self.journey().facts
        return facts is not None and facts.due_at is None

    def poll(self) -> int:
        """Have the deployed poller read the store; the hints it found."""
        event = {"tenant": TENANT, "store": self.shop.store}
        (report,) = self.memory.invoke("CartPollerFunctionName", event)["stores"]
        assert report["outcome"] == "complete", report
        return int(report["hints"])


@dataclass(frozen=True)
class Told:
    """What happened: the orders by store, and the books."""

    sold: dict[str, Sold]
    books: dict[str, dict[str, Decimal]]
    documents: dict[str, list[str]]


def pushed(cart: str) -> str:
    return f"{cart}-pushed"


def polled(cart: str) -> str:
    return f"{cart}-polled"


@pytest.fixture(scope="module")
def told(stack: LocalStack) -> Iterator[Told]:
    """Two shops of each cart sell the same: one is heard, twice; the other's hooks are lost."""
    with CartShops() as shops:
        for cart in CARTS:
            for store in (pushed(cart), polled(cart)):
                shops.add(store, cart, **OPTIONS.get(cart, {}))
        access = stack.simulator
        tenant = tenant_of_shops(TENANT, access, list(shops.shops.values()))
        stack.load_tenant(tenant, access.secret(), shops.secrets())
        for cart in CARTS:
            _connect(stack, shops.shops[pushed(cart)], doubled=1.0)
            _connect(stack, shops.shops[polled(cart)], lost=1.0)
        yield _live(stack, shops)


def _connect(stack: LocalStack, shop: CartShop, **rules: float) -> None:
    """Let the shop tell: Amazon a queue, the others an address."""
    if shop.cart.name == "amazon":
        shop.tell_queue(stack.client("sqs"), stack.outputs["AmazonEventsQueueUrl"], **rules)
    else:
        shop.deliver_to(stack.api_url, **rules)


def _live(stack: LocalStack, shops: CartShops) -> Told:
    memory = Memory(stack, TENANT)
    sold = {
        store: Sold(shop, shop.cart.orders.place(SALE), memory)
        for store, shop in shops.shops.items()
    }
    by_poller = [each for store, each in sold.items() if store.endswith("-polled")]
    asked = [*by_poller, *(sold[pushed(cart)] for cart in TELL_NOT_ALL)]
    for each in sold.values():
        each.shop.ship(each.order)
    for each in asked:
        assert each.poll() >= 1
    _wait(memory, sold, PostingKind.INVOICE)
    time.sleep(1.0)  # two changes within one second of a simulated shop's clock are one hint
    for each in sold.values():
        each.shop.take_back(each.order, units=1)
    time.sleep(1.0)  # Amazon's Finances leaves the second out in which it is asked
    for each in asked:
        assert each.poll() >= 1
    _wait(memory, sold, PostingKind.CUSTOMER_REFUND)
    books = SimulatedBooks(stack.simulator.rest_base_url)
    documents = books.by_our_number()
    books.close()
    return Told(
        sold,
        {store: _accounts(each, documents) for store, each in sold.items()},
        {store: _numbers(each) for store, each in sold.items()},
    )


def _wait(memory: Memory, sold: dict[str, Sold], kind: PostingKind) -> None:
    for store, each in sold.items():
        memory.wait(f"{kind} of {store}", lambda each=each: each.is_posted(kind))  # type: ignore[misc]
        memory.wait(f"rest of {store}", lambda each=each: each.is_at_rest())  # type: ignore[misc]


def _numbers(sold: Sold) -> list[str]:
    postings = sold.journey().postings.values()
    return [each.document_number for each in postings if each.result is not None]


def _accounts(sold: Sold, documents: dict[str, dict[str, object]]) -> dict[str, Decimal]:
    """What the order's documents left on each account, debits positive."""
    found: dict[str, Decimal] = {}
    for number in _numbers(sold):
        lines = documents[number]["ledger_lines"]
        assert isinstance(lines, list)
        for line in lines:
            sign = 1 if line["side"] == "debit" else -1
            account = str(line["account"])
            found[account] = found.get(account, Decimal(0)) + sign * Decimal(line["amount"])
    return {account: amount for account, amount in found.items() if amount}


@pytest.mark.parametrize("cart", CARTS)
def test_the_same_order_and_refund_pushed_or_polled_give_the_same_books(
    cart: str, told: Told
) -> None:
    books, sold = told.books[pushed(cart)], told.sold[pushed(cart)]

    assert books == told.books[polled(cart)]
    assert books["1100"] == sold.total - sold.back
    assert sum(books.values()) == 0
    assert "1200" not in books


@pytest.mark.parametrize("cart", CARTS)
def test_every_delivery_sent_twice_doubles_nothing(cart: str, told: Told) -> None:
    shop = told.sold[pushed(cart)].shop
    topics = [(topic, order) for topic, order, _ in shop.cart.outbox.sent]
    statuses = {status for _, _, status in shop.cart.outbox.sent}

    assert 200 in statuses
    assert statuses <= {NO_ANSWER, 200}
    assert all(topics.count(each) >= 2 for each in topics)
    numbers = told.documents[pushed(cart)]
    assert len(set(numbers)) == len(numbers)
    sold = told.sold[pushed(cart)]
    facts = sold.journey().facts
    assert facts is not None
    assert [refund.credit.amount for refund in facts.known.refunds] == [sold.back]


@pytest.mark.parametrize("cart", CARTS)
def test_with_every_webhook_lost_the_poller_brings_all(cart: str, told: Told) -> None:
    sold = told.sold[polled(cart)]

    assert sold.shop.cart.outbox.sent == []
    facts = sold.journey().facts
    assert facts is not None
    assert facts.status is FactsStatus.READY
    assert facts.known.order is not None
    assert facts.known.order.total.amount == sold.total


@pytest.mark.parametrize("cart", CARTS)
def test_polling_again_finds_known_versions_and_posts_nothing_new(cart: str, told: Told) -> None:
    sold = told.sold[polled(cart)]

    sold.poll()
    sold.memory.wait("rest", sold.is_at_rest)

    assert _numbers(sold) == told.documents[polled(cart)]
